"""Arithmetic on months."""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def month_index(month: date) -> int:
    """Return the number of months since January 2000."""
    return 12 * (month.year - 2000) + month.month - 1


def month_index_column(month: str) -> Column:
    """Return `month_index` of a date column, as a column."""
    return 12 * (F.year(month) - 2000) + F.month(month) - 1


def last_month(usage: DataFrame) -> date:
    """Return the last month of a usage table."""
    [found] = usage.agg(F.max("month").alias("month")).collect()
    month: date = found.month
    return month


def months_before(month: date, back: int) -> date:
    """Return the first day of the month that lies `back` months earlier."""
    years, months = divmod(month.year * 12 + month.month - 1 - back, 12)
    return date(years, months + 1, 1)
