"""Check the periods of a table: rows in the future, isolated periods, another frequency.

All functions take the counts by period, which one aggregate computes, instead of a table.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import gcd
from statistics import median
from typing import NamedTuple

from ..errors import BadInputError
from ..periods import month_index, months_before

EMPTY_PERIODS = 3
"""After more empty periods than this, few rows are treated as wrong dates."""

EMPTY_BEFORE = 24
"""After the first rows, more empty periods than this: few rows are treated as wrong dates."""

FEW = 0.1
"""Share of a usual period's rows: fewer rows after EMPTY_PERIODS are refused."""

PARTIAL = 0.5
"""Share of the previous periods below which the last period looks incomplete."""

COMPARED = 3
"""Number of previous periods that the last one is compared with."""

YEAR = 12
"""Periods per season: a drop that also occurred a year earlier is not suspicious."""


class PeriodRows(NamedTuple):
    """Counts of a table for one period.

    period: months since January 2000.
    rows: number of rows, which is the number of customers.
    total: sum of the table's measure.
    """

    period: int
    rows: int
    total: float


def as_month(period: int) -> str:
    """Return a period as text: 2025-12."""
    return f"{months_before(date(2000, 1, 1), -period):%Y-%m}"


def check_periods(
    held: Sequence[PeriodRows], as_of: date | None, today: date | None, where: str
) -> list[PeriodRows]:
    """Refuse implausible periods; return the periods up to `as_of`, sorted.

    Raises:
        BadInputError: when rows are after today, far after or far before all others, or all
            periods are some months apart.
    """
    last = None if as_of is None else month_index(as_of)
    used = sorted(found for found in held if last is None or found.period <= last)
    if not used:
        raise BadInputError(f"{where}: there are no rows up to --as-of {as_of:%Y-%m}.")
    future = [found for found in used if today and found.period > month_index(today)]
    if future:
        _refuse_dates(used, future, f"after today ({today})", where)
    early = _stray_first(used)
    if early:
        _refuse_dates(used, early, "far before all others", where)
    stray = _stray(used)
    if stray and used[-1].period != last:
        _refuse_dates(used, stray, "far after all others", where)
    steps = [after.period - before.period for before, after in pairwise(used)]
    if len(steps) >= COMPARED and gcd(*steps) > 1:
        raise BadInputError(
            f"{where}: all periods are {gcd(*steps)} months apart, or a multiple, for example "
            f"{as_month(used[0].period)} and {as_month(used[1].period)}, and a month without a row "
            "counts as one without usage. Spread the usage over the months between; where there "
            "was none, add one row with usage 0 in such a month."
        )
    return used


def suspicions(used: Sequence[PeriodRows], as_of: date | None) -> tuple[str, ...]:
    """Return one sentence for each suspicious property of the used periods."""
    told = []
    last = as_month(used[-1].period)
    if as_of is not None and used[-1].period < month_index(as_of):
        told.append(f"the table ends at {last}, before --as-of {as_of:%Y-%m}")
    series = {
        "rows": [float(found.rows) for found in used],
        "usage": [found.total for found in used],
    }
    for name, values in series.items():
        share = _drop(values)
        if share is not None and share < PARTIAL:
            told.append(
                f"the last month, {last}, holds far less {name} than those before: "
                f"{values[-1]:,.6g} against {median(values[-COMPARED - 1 : -1]):,.6g}; if it is "
                f"not complete, leave it out with --as-of {as_month(used[-2].period)}"
            )
    return tuple(told)


def _drop(values: Sequence[float]) -> float | None:
    """Return the last value as a share of the previous ones, relative to a year earlier."""
    share, usual = _share_of_before(values), _share_of_before(values[:-YEAR])
    return share if share is None or not usual else share / min(1.0, usual)


def _share_of_before(values: Sequence[float]) -> float | None:
    """Return the last value as a share of the median of the previous ones; None if that is 0."""
    before = median(values[-COMPARED - 1 : -1]) if len(values) > 1 else 0.0
    return values[-1] / before if before > 0 else None


def _stray(used: Sequence[PeriodRows]) -> list[PeriodRows]:
    """Return the last periods that follow empty ones and have hardly any rows."""
    for number in range(len(used) - 1, 0, -1):
        before, after = used[:number], list(used[number:])
        if after[0].period - before[-1].period > EMPTY_PERIODS:
            usual = median(found.rows for found in before)
            is_few = all(found.rows < FEW * usual for found in after)
            return after if is_few else []
    return []


def _stray_first(used: Sequence[PeriodRows]) -> list[PeriodRows]:
    """Return the first periods that precede many empty ones and have hardly any rows."""
    for number, (before, after) in enumerate(pairwise(used), start=1):
        if after.period - before.period > EMPTY_BEFORE:
            usual = median(found.rows for found in used[number:])
            is_few = all(found.rows < FEW * usual for found in used[:number])
            return list(used[:number]) if is_few else []
    return []


def _refuse_dates(
    used: Sequence[PeriodRows], wrong: Sequence[PeriodRows], problem: str, where: str
) -> None:
    rows = sum(found.rows for found in wrong)
    right = [found.period for found in used if found.period < wrong[0].period]
    kept = f", or leave them out with --as-of {as_month(right[-1])}" if right else ""
    raise BadInputError(
        f"{where}: column month is {problem} in {rows} of {sum(found.rows for found in used)} "
        f"rows, for example {as_month(wrong[-1].period)}. Correct such rows{kept}."
    )
