"""Arithmetic on months."""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

STALE_AFTER = 3
"""A customer without a row in the table's last so many months is stale."""


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


def usage_between(by_month: str, first: str | Column, last: str | Column) -> Column:
    """A customer's usage in each month from the first to the last: the rule for missing rows.

    A month without a row counts as zero usage, because a customer who uses nothing often has no
    row. A row whose usage is null is a month of which nothing is known, and stays null. Months
    before a customer's first row are not in its history.

    Args:
        by_month: column with a map from month to usage.
        first: column with a date.
        last: column with a date.

    Returns:
        An array of doubles; null where one of the dates is null.
    """
    months = F.sequence(first, last, F.expr("INTERVAL 1 MONTH"))
    return F.transform(
        months,
        lambda month: F.when(
            F.map_contains_key(by_month, month), F.try_element_at(by_month, month)
        ).otherwise(0.0),
    )
