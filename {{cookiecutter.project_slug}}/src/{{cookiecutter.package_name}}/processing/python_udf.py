"""Python UDF: row by row through Python, pickled; python_udf_arrow.py moves rows through Arrow.

Since Spark 4.2 a plain `@udf` moves its rows through Arrow by default; `useArrow=False` brings
the old data path back. Either way Python is called once for each row: use a pandas UDF instead.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.functions import udf

from .tasks import charge_of_row, trend_of_group


def charge(usage: DataFrame, use_arrow: bool = False) -> DataFrame:
    """Charge each month's usage (see tasks.py)."""
    charge_udf = udf(charge_of_row, "double", useArrow=use_arrow)
    return usage.select("customer_id", "month", charge_udf("usage").alias("charge"))


def trend(usage: DataFrame, use_arrow: bool = False) -> DataFrame:
    """Fit each customer's growth per month (see tasks.py).

    A UDF sees one row, so each customer's history is first collected into one.
    """
    trend_udf = udf(trend_of_group, "double", useArrow=use_arrow)
    history = F.collect_list(F.struct("month", "usage")).alias("history")
    collected = usage.groupBy("customer_id").agg(history)
    return collected.select("customer_id", trend_udf("history").alias("trend"))
