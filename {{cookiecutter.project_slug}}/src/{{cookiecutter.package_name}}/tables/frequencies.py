"""Find the frequency of a table from its times, and the rules that its periods keep.

All functions take the number of rows at each time, which one aggregate computes, instead of a
table: in a hundred years of hours, less than a million numbers.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from math import gcd
from typing import NamedTuple

from ..errors import BadInputError
from ..periods import DAY, HOUR, MONTH, QUARTER, WEEK, YEAR, Frequency
from .schemas import Rule

MOST = 0.5
"""Share of a table's rows that are at times of its frequency; the others break its rule."""

FEWEST_STEPS = 3
"""Steps between months from which on months that are all 3 or 12 apart are quarters or years."""

FEWEST_PEAKS = 4
"""Number of longer periods that a table must have before it is taken for one of two frequencies."""

PEAK = 1.5
"""Rows at the start of each longer period, as a multiple of those around it, that show two
frequencies in a table."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Calendar(NamedTuple):
    """A frequency, and where its periods start.

    anchor: weekday of weeks (0 is Monday); month of years, or of quarters modulo 3; otherwise 0.
    """

    frequency: Frequency
    anchor: int = 0

    def is_start(self, time: datetime) -> bool:
        """Return whether a period starts at a time."""
        if self.frequency == HOUR:
            return not (time.minute or time.second or time.microsecond)
        if time.hour or time.minute or time.second or time.microsecond:
            return False
        if self.frequency == WEEK:
            return time.weekday() == self.anchor
        if self.frequency == DAY:
            return True
        return time.day == 1 and time.month % self.frequency.months == self.anchor

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
        words, is_bad = {
            "day": ("", ""),
            "week": (f"not a {WEEKDAYS[self.anchor]}", f"weekday({column}) != {self.anchor}"),
            "month": ("not the first day of a month", f"day({column}) != 1"),
            "quarter": (
                "not the first day of a quarter",
                f"day({column}) != 1 OR month({column}) % 3 != {self.anchor}",
            ),
            "year": (
                "not the first day of a year",
                f"day({column}) != 1 OR month({column}) % 12 != {self.anchor}",
            ),
        }[self.frequency.name]
        remedy = "Correct or remove such rows, or name the length of a period: --frequency day"
        return (time_of_day, *([Rule(column, is_bad, words, remedy)] if words else []))


def find(rows_at: Mapping[datetime, int], given: Frequency | None, where: str) -> Calendar:
    """Return the calendar of most of a table's rows.

    A table is of months, as it has been since 0.1.0, if its times do not tell another frequency.

    Args:
        rows_at: time -> number of rows.
        given: the frequency, if it is known: then only the start of its periods is found.
        where: name of the table in messages.

    Raises:
        BadInputError: if the table holds two frequencies, and none is given.
    """
    frequency = given or _frequency(rows_at)
    if frequency in (DAY, HOUR) and not given:
        _refuse_mixed(rows_at, frequency, where)
    if frequency == WEEK:
        return Calendar(WEEK, _most_common(rows_at, lambda time: time.weekday()))
    if frequency in (QUARTER, YEAR):
        return Calendar(
            frequency, _most_common(rows_at, lambda time: time.month % frequency.months)
        )
    return Calendar(frequency)


def _frequency(rows_at: Mapping[datetime, int]) -> Frequency:
    total = sum(rows_at.values())

    def share(is_meant: Callable[[datetime], bool]) -> float:
        return sum(rows for time, rows in rows_at.items() if is_meant(time)) / max(total, 1)

    if share(lambda time: time.hour > 0 and Calendar(HOUR).is_start(time)) > MOST:
        return HOUR
    if len(rows_at) < 2 or share(Calendar(MONTH).is_start) >= MOST:
        months = sorted({MONTH.index(time) for time in rows_at if Calendar(MONTH).is_start(time)})
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
