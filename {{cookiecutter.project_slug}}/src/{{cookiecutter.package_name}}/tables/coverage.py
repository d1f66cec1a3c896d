"""Check the periods of a table: rows in the future, isolated periods, another frequency.

All functions take counts, which one aggregate computes, instead of a table.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import gcd
from statistics import median
from typing import NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F

from ..errors import BadInputError
from ..periods import MONDAY, MONTH, Frequency

EMPTY_PERIODS = 3
"""After more empty months than this, few rows are treated as wrong dates."""

EMPTY_BEFORE = 24
"""After the first rows, more empty months than this: few rows are treated as wrong dates."""

FEW = 0.1
"""Share of a usual period's rows: fewer rows after EMPTY_PERIODS are refused."""

PARTIAL = 0.5
"""Share of the previous periods below which the last period looks incomplete."""

COMPARED = 3
"""Number of previous periods that the last one is compared with."""

OTHER_UNIT = 30
"""So many times more usage per row than in all periods of the season before: another unit."""

AS_GOOD_AS_EQUAL = 1e-3
"""Share by which a total may differ from the sum of the customers, due to rounding."""


ROWS_EACH = 3
"""Least mean number of rows of a customer: fewer do not show how far its periods are apart."""

AS_MANY = 1.05
"""Tolerance: numbers of distinct values are estimates, whose ratio may be this far from one."""

PLACES: dict[str, dict[str, int | None]] = {
    "hour": {"day": 24},
    "day": {"week": 7, "month": None},
    "week": {"fortnight": 2},
    "month": {"quarter": 3},
    "quarter": {"year": 4},
}
"""Frequency -> longer periods, and how many of its periods each has, if that is always the same."""


class PeriodRows(NamedTuple):
    """Counts of a table for one period.

    period: number of periods since January 2000 (Frequency.index).
    rows: number of rows, which is the number of customers.
    total: sum of the table's measure.
    largest: the largest value of the measure.
    """

    period: int
    rows: int
    total: float
    largest: float = 0.0


def as_text(period: int, frequency: Frequency = MONTH) -> str:
    """Return a period as text: 2025-12, or as Frequency.text has it."""
    first = MONDAY.date() if frequency.hours > 1 else MONDAY
    start = first if frequency.hours else date(2000, 1, 1)
    return frequency.text(frequency.before(start, -period))


def check_periods(
    held: Sequence[PeriodRows],
    as_of: date | None,
    today: date | None,
    where: str,
    frequency: Frequency = MONTH,
) -> list[PeriodRows]:
    """Refuse implausible periods; return the periods up to `as_of`, sorted.

    Raises:
        BadInputError: when rows are after today, far after or far before all others, or the
            distances between all periods have a common factor.
    """
    last = None if as_of is None else frequency.index(as_of)
    used = sorted(found for found in held if last is None or found.period <= last)
    if as_of and not used:
        raise BadInputError(f"{where}: there are no rows up to --as-of {frequency.text(as_of)}.")
    future = [found for found in used if today and found.period > _last_of(today, frequency)]
    if future:
        _refuse_dates(used, future, f"after today ({today})", where, frequency)
    early = stray_first(used, frequency.month)
    if early:
        _refuse_dates(used, early, "far before all others", where, frequency)
    stray = stray_last(used, frequency.month)
    if stray and used[-1].period != last:
        _refuse_dates(used, stray, "far after all others", where, frequency)
    steps = [after.period - before.period for before, after in pairwise(used)]
    name = frequency.name
    if len(steps) >= COMPARED and gcd(*steps) > 1:
        raise BadInputError(
            f"{where}: all periods are {gcd(*steps)} {name}s apart, or a multiple, for example "
            f"{as_text(used[0].period, frequency)} and {as_text(used[1].period, frequency)}, and a "
            f"{name} without a row counts as one without usage. Spread the usage over the {name}s "
            f"between; where there was none, add one row with usage 0 in such a {name}."
        )
    return used


def counts_of_places(key: str, frequency: Frequency) -> list[Column]:
    """Return aggregates for `refuse_staggered`, over one row per customer and period."""
    number, day = frequency.index_column("month"), F.least(F.dayofmonth("month"), F.lit(28))
    lengths = PLACES.get(frequency.name, {}).values()
    # the number is negative before 2000
    places = (F.pmod(number, F.lit(length)) if length else day for length in lengths)
    seen = [F.col(key), *(F.struct(key, place) for place in places)]
    counts = [F.approx_count_distinct(column, 0.01).alias(f"n{i}") for i, column in enumerate(seen)]
    return [F.count("*").alias("all"), F.array(*counts).alias("customers")]


def refuse_staggered(rows: int, customers: Sequence[int], where: str, frequency: Frequency) -> None:
    """Refuse longer periods that begin at another time for each customer, as quarters may.

    Args:
        rows: number of rows.
        customers: number of customers, then of different pairs of customer and place, for each of
            PLACES.
        where: name of the table in messages.
        frequency: of the periods.

    Raises:
        BadInputError: if a customer has rows at one place of a longer period only.
    """
    name = frequency.name
    for longer, seen in zip(PLACES.get(name, ()), customers[1:], strict=True):
        if rows >= ROWS_EACH * customers[0] and seen <= AS_MANY * customers[0]:
            raise BadInputError(
                f"{where}: each customer has rows in one {name} of a {longer} only, and not all in "
                f"the same one ({rows:,} rows of about {customers[0]:,} customers), and a {name} "
                f"without a row counts as one without usage. Sum usage up in longer periods "
                f"(prepare_usage), or say that the other {name}s have no usage: --frequency {name}"
            )


def suspicions(
    used: Sequence[PeriodRows], as_of: date | None, frequency: Frequency = MONTH
) -> tuple[str, ...]:
    """Return one sentence for each suspicious property of the used periods."""
    told = []
    last = as_text(used[-1].period, frequency)
    if as_of is not None and used[-1].period < frequency.index(as_of):
        told.append(f"the table ends at {last}, before --as-of {frequency.text(as_of)}")
    series = {
        "rows": [float(found.rows) for found in used],
        "usage": [found.total for found in used],
    }
    for name, values in series.items():
        share = _drop(values, frequency.season)
        if share is not None and share < PARTIAL:
            told.append(
                f"the last {frequency.name}, {last}, holds far less {name} than those before: "
                f"{values[-1]:,.6g} against {median(values[-COMPARED - 1 : -1]):,.6g}; if it is "
                f"not complete, leave it out with --as-of {as_text(used[-2].period, frequency)}"
            )
    told += _other_unit(used, frequency) + _total_among_rows(used, frequency)
    return tuple(told)


def _other_unit(used: Sequence[PeriodRows], frequency: Frequency) -> list[str]:
    """Warn of the last change after which rows are far larger or far smaller than before.

    A last period that is far smaller gets no such warning: it looks incomplete.
    """
    per_row = [found.total / found.rows for found in used]
    season = max(frequency.season, COMPARED)
    for number in range(len(used) - 1, COMPARED - 1, -1):
        before, after = per_row[max(0, number - season) : number], per_row[number:][:season]
        if 0 < max(before) * OTHER_UNIT <= after[0]:
            change = f"{after[0] / max(before):,.0f} times as high as"
        elif 0 < max(after) * OTHER_UNIT <= min(before) and number < len(used) - 1:
            change = f"{min(before) / max(after):,.0f} times lower than"
        else:
            continue
        period = as_text(used[number].period, frequency)
        return [
            f"usage per row in {period} is {change} in the {frequency.name}s before: if its unit "
            f"changed, convert one part of the table"
        ]
    return []


def _total_among_rows(used: Sequence[PeriodRows], frequency: Frequency) -> list[str]:
    """Warn of rows that hold as much as all others together, in every period."""
    is_total = all(
        found.rows > 2 and abs(2 * found.largest - found.total) <= AS_GOOD_AS_EQUAL * found.total
        for found in used
    )
    if not is_total or len(used) < COMPARED or not used[-1].total:
        return []
    return [
        f"one row has as much usage as all others together in each {frequency.name}, "
        f"{used[-1].largest:,.6g} in {as_text(used[-1].period, frequency)}: if it is their total, "
        f"remove it"
    ]


def _drop(values: Sequence[float], season: int) -> float | None:
    """Return the last value as a share of the previous ones, relative to a season earlier."""
    share, usual = _share_of_before(values), _share_of_before(values[:-season])
    return share if share is None or not usual else share / min(1.0, usual)


def _share_of_before(values: Sequence[float]) -> float | None:
    """Return the last value as a share of the median of the previous ones; None if that is 0."""
    before = median(values[-COMPARED - 1 : -1]) if len(values) > 1 else 0.0
    return values[-1] / before if before > 0 else None


def stray_last(used: Sequence[PeriodRows], month: int) -> list[PeriodRows]:
    """Return the last periods that follow empty ones and have hardly any rows."""
    for number in range(len(used) - 1, 0, -1):
        before, after = used[:number], list(used[number:])
        if after[0].period - before[-1].period > EMPTY_PERIODS * month:
            usual = median(found.rows for found in before)
            is_few = all(found.rows < FEW * usual for found in after)
            return after if is_few else []
    return []


def stray_first(used: Sequence[PeriodRows], month: int) -> list[PeriodRows]:
    """Return the first periods that precede many empty ones and have hardly any rows."""
    for number, (before, after) in enumerate(pairwise(used), start=1):
        if after.period - before.period > EMPTY_BEFORE * month:
            usual = median(found.rows for found in used[number:])
            is_few = all(found.rows < FEW * usual for found in used[:number])
            return list(used[:number]) if is_few else []
    return []


def _refuse_dates(
    used: Sequence[PeriodRows],
    wrong: Sequence[PeriodRows],
    problem: str,
    where: str,
    frequency: Frequency,
) -> None:
    rows = sum(found.rows for found in wrong)
    right = [found.period for found in used if found.period < wrong[0].period]
    kept = f", or leave them out with --as-of {as_text(right[-1], frequency)}" if right else ""
    raise BadInputError(
        f"{where}: column month is {problem} in {rows} of {sum(found.rows for found in used)} "
        f"rows, for example {as_text(wrong[-1].period, frequency)}. Correct such rows{kept}."
    )


def _last_of(today: date, frequency: Frequency) -> int:
    """Return the last period that begins today or before."""
    return frequency.index(today) + (23 if frequency.hours == 1 else 0)
