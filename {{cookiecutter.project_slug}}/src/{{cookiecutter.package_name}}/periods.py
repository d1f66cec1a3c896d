"""Periods of time: months as numbers, as steps, and the last one of a table."""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def month_index(month: date) -> int:
    """Months since January 2000."""
    return 12 * (month.year - 2000) + month.month - 1


def month_index_column(month: str) -> Column:
    """Months since January 2000, as a column."""
    return 12 * (F.year(month) - 2000) + F.month(month) - 1


def last_month(usage: DataFrame) -> date:
    """The last month of a usage table."""
    [found] = usage.agg(F.max("month").alias("month")).collect()
    month: date = found.month
    return month


def months_before(month: date, back: int) -> date:
    """The first day of an earlier month."""
    years, months = divmod(month.year * 12 + month.month - 1 - back, 12)
    return date(years, months + 1, 1)
