"""The five ways to process data with Spark from Python, each doing the same two tasks.

A way is a module with `charge(usage)` and `trend(usage)`; tasks.py says what the two compute. The
Python UDF has two modules: pickled, Spark's default before 4.2, and through Arrow, the default
since.
"""

from types import ModuleType

from . import dataframe, pandas_on_spark, pandas_udf, python_udf, python_udf_arrow, rdd

WAYS: dict[str, ModuleType] = {
    "rdd": rdd,
    "dataframe": dataframe,
    "pandas_on_spark": pandas_on_spark,
    "python_udf": python_udf,
    "python_udf_arrow": python_udf_arrow,
    "pandas_udf": pandas_udf,
}
