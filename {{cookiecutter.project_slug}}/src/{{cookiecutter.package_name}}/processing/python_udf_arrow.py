"""Python UDF as it is since Spark 4.2: the rows of python_udf.py, moved by Arrow in batches."""

from functools import partial

from . import python_udf

charge = partial(python_udf.charge, use_arrow=True)
trend = partial(python_udf.trend, use_arrow=True)
