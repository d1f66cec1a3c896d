"""RDD: each row is pickled from the JVM to a Python process and back. For comparison only.

A DataFrame does the same, and Spark Connect has no RDDs.
"""

from pyspark.sql import DataFrame, Row

from ..periods import month_index
from .tasks import CHARGE_SCHEMA, TREND_SCHEMA, charge_of_row


def charge(usage: DataFrame) -> DataFrame:
    """Charge each month's usage (see tasks.py)."""
    charged = usage.rdd.map(lambda row: (row.customer_id, row.month, charge_of_row(row.usage)))
    return charged.toDF(CHARGE_SCHEMA)


def trend(usage: DataFrame) -> DataFrame:
    """Fit each customer's growth per month (see tasks.py).

    A least-squares slope needs five sums only. Adding them up pair by pair lets Spark combine
    before it shuffles; `groupByKey` would move every row.
    """
    sums = usage.rdd.map(lambda row: (row.customer_id, _terms(row))).reduceByKey(_add)
    return sums.mapValues(_slope).toDF(TREND_SCHEMA)


Sums = tuple[float, ...]
"""n, and the sums of x, y, x * x and x * y."""


def _terms(row: Row) -> Sums:
    if row.usage is None:
        return 0, 0, 0, 0, 0
    x = month_index(row.month)
    return 1, x, row.usage, x * x, x * row.usage


def _add(left: Sums, right: Sums) -> Sums:
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _slope(sums: Sums) -> float | None:
    n, x, y, xx, xy = sums
    if n < 2:
        return None
    return (n * xy - x * y) / (n * xx - x * x)
