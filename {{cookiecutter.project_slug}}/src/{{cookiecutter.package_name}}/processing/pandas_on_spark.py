"""pandas API on Spark: the syntax of pandas and the plan of a DataFrame. For code from pandas.

It does not cover all of pandas; continue with DataFrames where it ends.
"""

import math
import os

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..periods import month_index_column
from .tasks import TARIFF

# the import below warns unless this is set; the project's tables hold no time zones
os.environ.setdefault("PYARROW_IGNORE_TIMEZONE", "1")

from pyspark.pandas import option_context

ANSI = ("compute.fail_on_ansi_mode", False)
"""Spark 4.0 refuses ANSI mode unless this is set; these two tasks are right in it (tests)."""


def charge(usage: DataFrame) -> DataFrame:
    """Charge each month's usage (see tasks.py)."""
    # without index_col, Spark runs an extra job to number all rows
    key = ["customer_id", "month"]
    with option_context(*ANSI):
        units = usage.pandas_api(index_col=key)["usage"]
        charge = sum(tier.price * (units - tier.start).clip(0, tier.width) for tier in TARIFF)
        charged: DataFrame = charge.rename("charge").to_frame().to_spark(index_col=key)
    return charged


def trend(usage: DataFrame) -> DataFrame:
    """Fit each customer's growth per month (see tasks.py).

    pandas would hand each group to a function; here that would send the rows to Python, as in
    pandas_udf.py. Means of products say the same and stay in the JVM.
    """
    x = month_index_column("month").cast("double")
    known = usage.withColumn("x", F.when(F.col("usage").isNotNull(), x))
    with option_context(*ANSI):
        months = known.pandas_api(index_col="month")
        months["xx"] = months["x"] * months["x"]
        months["xy"] = months["x"] * months["usage"]
        mean = months.groupby("customer_id")[["x", "usage", "xx", "xy"]].mean()
        spread = mean["xx"] - mean["x"] * mean["x"]
        # the spread of a single month is 0, and Spark 4.0 does not divide by 0
        slope = (mean["xy"] - mean["x"] * mean["usage"]) / spread.where(spread != 0)
        trend: DataFrame = slope.rename("trend").to_frame().to_spark(index_col="customer_id")
    # pandas returns NaN (0 / 0 for a single month) where Spark returns null
    return trend.select("customer_id", F.nullif("trend", F.lit(math.nan)).alias("trend"))
