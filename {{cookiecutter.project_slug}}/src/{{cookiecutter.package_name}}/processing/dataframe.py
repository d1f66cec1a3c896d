"""DataFrame: rows never leave the JVM, and Catalyst plans the work. The first choice."""

from functools import reduce
from operator import add

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ..periods import month_index_column
from .tasks import TARIFF, Tier


def charge(usage: DataFrame) -> DataFrame:
    """Charge each month's usage (see tasks.py)."""
    total = reduce(add, map(_price, TARIFF))
    # least() and greatest() skip nulls, but the charge for null usage must be null
    known = F.when(F.col("usage").isNotNull(), total)
    return usage.select("customer_id", "month", known.alias("charge"))


def trend(usage: DataFrame) -> DataFrame:
    """Fit each customer's growth per month (see tasks.py)."""
    slope = F.regr_slope(F.col("usage"), month_index_column("month"))
    return usage.groupBy("customer_id").agg(slope.alias("trend"))


def _price(tier: Tier) -> Column:
    """Return the cost of the usage within one tier."""
    within = F.least(F.greatest(F.col("usage") - tier.start, F.lit(0.0)), F.lit(tier.width))
    return tier.price * within
