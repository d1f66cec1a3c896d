"""Calendars: periods of one length, how to count them, and the rule for missing rows.

The time column of a table is called `month` inside the project, whatever the length of its periods,
because tables held only months at first. A period is named by its first moment: a date, or a
timestamp without a zone for hours. Hours are those of a wall clock, so every day has 24.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

STALE_AFTER = 3
"""A customer without a row in the table's last so many months is stale."""

MONDAY = datetime(2000, 1, 3)
"""Hours, days and weeks are counted from this moment."""


@dataclass(frozen=True)
class Frequency:
    """The length of a table's periods, and the usual settings for such tables.

    name: hour, day, week, month, quarter or year.
    months: months in a period; 0 if a period has a number of hours.
    hours: hours in a period; 0 if a period has a number of months.
    season: default number of periods after which usage repeats itself.
    month: number of periods in a month of 30 days; 1 for longer periods.
    year: number of periods back to the same period of the year before. Hours and days have the
        same weekday there: 52 weeks before.
    """

    name: str
    months: int
    hours: int
    season: int
    month: int
    year: int

    def index(self, period: date) -> int:
        """Return the number of periods since January 2000."""
        if self.months:
            return (12 * (period.year - 2000) + period.month - 1) // self.months
        start = period if isinstance(period, datetime) else datetime.combine(period, time())
        return (start - MONDAY) // timedelta(hours=self.hours)

    def index_column(self, period: str | Column) -> Column:
        """Return `index` of a time column, as a column."""
        if self.months:
            months = 12 * (F.year(period) - 2000) + F.month(period) - 1
            return months if self.months == 1 else F.floor(months / self.months).cast("int")
        if self.hours == 1:
            start = F.lit(str(MONDAY)).cast("timestamp_ntz")
            return F.timestamp_diff("HOUR", start, _column(period)).cast("int")
        days = F.date_diff(_column(period), F.lit(MONDAY.date()))
        return F.floor(days / (self.hours // 24)).cast("int")

    def add(self, period: str | Column, count: int | str | Column) -> Column:
        """Return the period that lies `count` periods later, or earlier if `count` is negative."""
        number = F.lit(count) if isinstance(count, int) else _column(count)
        if self.months:
            return F.add_months(period, number if self.months == 1 else number * self.months)
        if self.hours == 1:
            return F.timestamp_add("HOUR", number, _column(period))
        return F.date_add(_column(period), number * (self.hours // 24))

    def between(self, earlier: str | Column, later: str | Column) -> Column:
        """Return the number of whole periods from a time to a later one, as a column."""
        if self.months:
            return F.floor(F.months_between(later, earlier) / self.months)
        start, end = (_column(time).cast("timestamp_ntz") for time in (earlier, later))
        return F.floor(F.timestamp_diff("HOUR", start, end) / self.hours)

    def before(self, period: date, back: int) -> date:
        """Return the period that lies `back` periods earlier, of a period named by its start."""
        if not self.months:
            return period - timedelta(hours=back * self.hours)
        years, months = divmod(12 * period.year + period.month - 1 - back * self.months, 12)
        return date(years, months + 1, 1)

    def literal(self, period: date | None) -> Column:
        """Return a period as a column, whatever the time zone of this machine."""
        text = None if period is None else str(period)
        return F.lit(text).cast("timestamp_ntz" if self.hours == 1 else "date")

    @property
    def step(self) -> str:
        """The length of a period as an interval of SQL."""
        return f"INTERVAL {self.months} MONTH" if self.months else f"INTERVAL {self.hours} HOUR"

    def text(self, period: date) -> str:
        """Return a period as `--as-of` takes it: 2025-12, 2025-12-31 or 2025-12-31T08."""
        if self.hours == 1:
            return f"{period:%Y-%m-%dT%H}"
        return f"{period:%Y-%m-%d}" if self.hours else f"{period:%Y-%m}"


HOUR = Frequency("hour", 0, 1, 168, 720, 52 * 168)
DAY = Frequency("day", 0, 24, 7, 30, 364)
WEEK = Frequency("week", 0, 168, 52, 4, 52)
MONTH = Frequency("month", 1, 0, 12, 1, 12)
QUARTER = Frequency("quarter", 3, 0, 4, 1, 4)
YEAR = Frequency("year", 12, 0, 1, 1, 1)

FREQUENCIES = {found.name: found for found in (HOUR, DAY, WEEK, MONTH, QUARTER, YEAR)}
"""Name -> frequency, from the shortest period to the longest."""


def month_index(month: date) -> int:
    """Return the number of months since January 2000."""
    return MONTH.index(month)


def month_index_column(month: str) -> Column:
    """Return `month_index` of a date column, as a column."""
    return MONTH.index_column(month)


def last_month(usage: DataFrame) -> date:
    """Return the last period of a usage table."""
    [found] = usage.agg(F.max("month").alias("month")).collect()
    month: date = found.month
    return month


def months_before(month: date, back: int) -> date:
    """Return the first day of the month that lies `back` months earlier."""
    return MONTH.before(month, back)


def usage_between(
    by_month: str, first: str | Column, last: str | Column, frequency: Frequency = MONTH
) -> Column:
    """A customer's usage in each period from the first to the last: the rule for missing rows.

    A period without a row counts as zero usage, because a customer who uses nothing often has no
    row. A row with null usage stays null: the period's usage is unknown. Periods before a
    customer's first row are not in its history.

    Args:
        by_month: column with a map from period to usage.
        first: column with a period.
        last: column with a period.
        frequency: of the periods.

    Returns:
        An array of doubles; null where one of the periods is null.
    """
    periods = F.sequence(first, last, F.expr(frequency.step))
    begin, end = _column(first), _column(last)
    rows = F.array_sort(
        F.map_entries(F.map_filter(by_month, lambda period, _: period.between(begin, end)))
    )
    looked_up = F.transform(
        periods,
        lambda period: F.when(
            F.map_contains_key(by_month, period), F.try_element_at(by_month, period)
        ).otherwise(0.0),
    )
    # a map is searched from its beginning: looking up each hour of a year costs a second
    is_complete = F.size(rows) == F.size(periods)
    return F.when(is_complete, F.transform(rows, lambda row: row["value"])).otherwise(looked_up)


def _column(name: str | Column) -> Column:
    return F.col(name) if isinstance(name, str) else name
