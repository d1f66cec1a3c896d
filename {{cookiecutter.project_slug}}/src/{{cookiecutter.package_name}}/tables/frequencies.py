"""Find the frequency of a table from its times, and the rules that its periods keep.

All functions take the number of rows at each time, which one aggregate computes, instead of a
table: in a hundred years of hours, less than a million numbers.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import gcd
from typing import NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F

from ..errors import BadInputError
from ..periods import DAY, HOUR, MONTH, QUARTER, WEEK, YEAR, Frequency
from .schemas import Rule

MOST = 0.5
"""Share of a table's rows that are at times of its frequency; the others break its rule."""

FEWEST_STEPS = 3
"""Steps between months from which on months that are all 3 or 12 apart are quarters or years."""

LAST = 0
"""Months, quarters and years that are dated by their last day: 2025-01-31."""

SHORTEST_DAY = timedelta(hours=23)
"""The day on which clocks go forward."""

SHORTEST_MONTH = timedelta(days=28)

FEWEST_PEAKS = 4
"""Number of longer periods that a table must have before it is taken for one of two frequencies."""

PEAK = 1.5
"""Rows at the start of each longer period, as a multiple of those around it, that show two
frequencies in a table."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Calendar(NamedTuple):
    """A frequency, and the times that stand for its periods.

    anchor: weekday of weeks (0 is Monday); month of years, or of quarters modulo 3; otherwise 0.
    day: of the month, for months, quarters and years; LAST if it is the last one.
    """

    frequency: Frequency
    anchor: int = 0
    day: int = 1

    def is_start(self, time: datetime) -> bool:
        """Return whether a time stands for a period."""
        if self.frequency == HOUR:
            return not (time.minute or time.second or time.microsecond)
        if time.hour or time.minute or time.second or time.microsecond:
            return False
        if self.frequency == WEEK:
            return time.weekday() == self.anchor
        if self.frequency == DAY:
            return True
        day = LAST if self.day == LAST and _is_last_day(time) else time.day
        return day == self.day and time.month % self.frequency.months == self.anchor

    def start(self, time: datetime) -> date:
        """Return the first moment of the period that a time stands for."""
        if not self.frequency.months or self.day == 1:
            return time
        months = self.frequency.months if self.day == LAST else 1
        return MONTH.before(time, months - 1)

    def start_column(self, period: str) -> Column:
        """Return `start` of a time column, as a column."""
        if not self.frequency.months or self.day == 1:
            return F.col(period)
        months = self.frequency.months if self.day == LAST else 1
        return F.add_months(F.trunc(period, "month"), 1 - months).cast("timestamp_ntz")

    def notes(self) -> tuple[str, ...]:
        """Return a sentence for dates that are not the first day of their period."""
        if not self.frequency.months or self.day == 1:
            return ()
        name = self.frequency.name
        return (
            f"dates are {_named(self.day)} of each {name}, and are read as the first day of it",
        )

    def rules(self, column: str) -> tuple[Rule, ...]:
        """Return the rules that rows at other times break, for a column of timestamps."""
        if self.frequency == HOUR:
            return (Rule(column, f"{column} != date_trunc('HOUR', {column})", "not a full hour"),)
        time_of_day = Rule(
            column,
            f"{column} != date_trunc('DAY', {column})",
            "not a date",
            "Write dates as 2025-01-31 or 2025-01, without a time of day.",
        )
        if self.frequency == WEEK:
            words, is_bad = WEEKDAYS[self.anchor], f"weekday({column}) != {self.anchor}"
            words = f"not a {words}"
        elif self.frequency.months:
            name, months = self.frequency.name, self.frequency.months
            day = f"day(last_day({column}))" if self.day == LAST else str(self.day)
            words = f"not {_named(self.day)} of a {name}"
            is_bad = f"day({column}) != {day} OR month({column}) % {months} != {self.anchor}"
        else:
            return (time_of_day,)
        remedy = "Correct or remove such rows, or name the length of a period: --frequency day"
        return (time_of_day, Rule(column, is_bad, words, remedy))


DAILY = Calendar(DAY)


def last_used(
    rows_at: Mapping[datetime, int], end: datetime, given: Frequency | None, where: str
) -> datetime:
    """Return the end, or a later time that stands for a period which begins before it.

    A quarter that is stored as 2025-12-31 begins in 2025-10, as outputs and `--as-of` call it.

    Args:
        rows_at: time -> number of rows that can be read.
        end: the last moment to use.
        given: the frequency; None to find it.
        where: name of the table in messages.
    """
    used = {time: rows for time, rows in rows_at.items() if rows and time <= end}
    if not used:
        return end
    calendar = find(used, given, where)
    times = (time for time in rows_at if calendar.is_start(time))
    begun = [time for time in times if datetime.fromisoformat(str(calendar.start(time))) <= end]
    return max(end, *begun)


def find(rows_at: Mapping[datetime, int], given: Frequency | None, where: str) -> Calendar:
    """Return the calendar of most of a table's rows.

    A table is of months, as it has been since 0.1.0, if its times do not tell another frequency.

    Args:
        rows_at: time -> number of rows.
        given: the frequency, if it is known: then only the start of its periods is found.
        where: name of the table in messages.

    Raises:
        BadInputError: if the table holds two frequencies, or dates a month apart on no day that
            they share, and none is given.
    """
    if not given:
        _refuse_shifted(rows_at, where)
    day = _day_of_month(rows_at)
    frequency = given or _frequency(rows_at, day)
    if frequency in (DAY, HOUR) and not given:
        _refuse_mixed(rows_at, frequency, where)
    if frequency.hours and not given:
        _refuse_months(rows_at, frequency.name, where)
    if frequency == WEEK:
        return Calendar(WEEK, _most_common(rows_at, lambda time: time.weekday()))
    if frequency.months:
        anchor = _most_common(rows_at, lambda time: time.month % frequency.months)
        return Calendar(frequency, anchor, day)
    return Calendar(frequency)


def _named(day: int) -> str:
    return {1: "the first day", LAST: "the last day"}.get(day, f"day {day}")


def _is_last_day(time: datetime) -> bool:
    return (time + timedelta(days=1)).day == 1


def _day_of_month(rows_at: Mapping[datetime, int]) -> int:
    """Return the day of the month of most rows, LAST if it is the last one, else 1."""
    total = sum(rows_at.values())
    days: Counter[int] = Counter()
    for time, rows in rows_at.items():
        days[LAST if _is_last_day(time) else time.day] += rows
    day, rows = days.most_common(1)[0] if days else (1, 0)
    return day if len(rows_at) > 1 and rows > MOST * total else 1


def _frequency(rows_at: Mapping[datetime, int], day: int) -> Frequency:
    total = sum(rows_at.values())

    def share(is_meant: Callable[[datetime], bool]) -> float:
        return sum(rows for time, rows in rows_at.items() if is_meant(time)) / max(total, 1)

    if share(lambda time: time.hour > 0 and Calendar(HOUR).is_start(time)) > MOST:
        return HOUR
    is_month = Calendar(MONTH, day=day).is_start
    if len(rows_at) < 2 or share(is_month) >= MOST:
        months = sorted({MONTH.index(time) for time in rows_at if is_month(time)})
        apart = [later - earlier for earlier, later in pairwise(months)]
        common = gcd(*apart) if len(apart) >= FEWEST_STEPS else 1
        return YEAR if common % 12 == 0 else QUARTER if common % 3 == 0 else MONTH
    weekday = _most_common(rows_at, lambda time: time.weekday())
    is_week = share(Calendar(WEEK, weekday).is_start) > MOST
    return WEEK if is_week else DAY


def _most_common(rows_at: Mapping[datetime, int], key: Callable[[datetime], int]) -> int:
    counts: Counter[int] = Counter()
    for time, rows in rows_at.items():
        counts[key(time)] += rows
    return counts.most_common(1)[0][0] if counts else 0


def _refuse_shifted(rows_at: Mapping[datetime, int], where: str) -> None:
    """Refuse dates that have a time of day, as midnight of another time zone has."""
    times = sorted(rows_at)
    shifted = [time for time in times if not DAILY.is_start(time)]
    steps = [later - earlier for earlier, later in pairwise(times)]
    if steps and min(steps) >= SHORTEST_DAY and len(shifted) > MOST * len(times):
        rows = sum(rows_at[time] for time in shifted)
        raise BadInputError(
            f"{where}: {rows} of {sum(rows_at.values())} rows have a time of day, for example "
            f"{shifted[-1]:%Y-%m-%d %H:%M}, and all times are a day apart or more: is this "
            "midnight in another time zone? Write dates without a time (in pandas: "
            ".dt.tz_convert(ZONE).dt.date), or say that these are hours: --frequency hour"
        )


def _refuse_months(rows_at: Mapping[datetime, int], name: str, where: str) -> None:
    """Refuse dates that are all a month apart, or more: most days or weeks would be missing."""
    dates = sorted(rows_at)
    steps = [later - earlier for earlier, later in pairwise(dates)]
    if len(steps) >= FEWEST_STEPS and min(steps) >= SHORTEST_MONTH:
        raise BadInputError(
            f"{where}: the dates are a month apart or more, on different days of the month, for "
            f"example {dates[-2]:%Y-%m-%d} and {dates[-1]:%Y-%m-%d}. Write the first day of each "
            f"month, or say that the other {name}s have no usage: --frequency {name}"
        )


def _refuse_mixed(rows_at: Mapping[datetime, int], frequency: Frequency, where: str) -> None:
    """Refuse a table whose rows pile up at the start of each longer period."""
    one = timedelta(hours=frequency.hours)
    weekday = _most_common(rows_at, lambda time: time.weekday())
    longer = [Calendar(DAY)] if frequency == HOUR else [Calendar(WEEK, weekday), Calendar(MONTH)]
    for calendar in longer:
        starts = sorted(time for time in rows_at if calendar.is_start(time))
        around = [max(rows_at.get(time - one, 0), rows_at.get(time + one, 0)) for time in starts]
        is_peak = [
            rows_at[time] > PEAK * near > 0 for time, near in zip(starts, around, strict=True)
        ]
        if len(starts) >= FEWEST_PEAKS and all(is_peak):
            raise BadInputError(
                f"{where}: rows of each {frequency.name} and of each {calendar.frequency.name} are "
                f"mixed: {rows_at[starts[-1]]:,} rows at {starts[-1]}, {around[-1]:,} around it. "
                f"Give each frequency a table of its own, or say that all is one: --frequency "
                f"{frequency.name}"
            )
