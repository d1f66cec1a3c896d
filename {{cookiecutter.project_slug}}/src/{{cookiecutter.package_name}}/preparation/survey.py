"""Survey a table of events in one pass: broken rules, and what each period holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from .. import tables
from ..errors import BadInputError
from ..periods import FREQUENCIES, Frequency
from ..tables import quarantine, quoted
from ..tables.coverage import PeriodRows, stray_first, stray_last
from .completeness import Period
from .events import AMOUNT, TIME, Events, help_with

BROKEN = "_broken"
LATE = -1
"""Value of BROKEN for events after the last period to use; others have the number of a rule."""


class Returns(NamedTuple):
    """Negative amounts: their number and their sum."""

    events: int
    total: float


@dataclass(frozen=True)
class Survey:
    """What a table of events holds.

    flagged: its rows with normalised ids, and BROKEN: null for events to use.
    total: number of its rows, without those after the last period to use.
    broken: number of the rows that break each rule, but none before it.
    rejected: reason -> number of rows, for rules that a row breaks.
    left_out: number of rows after the last period to use.
    periods: those with events, in the order of time.
    returns: negative amounts of the events to use.
    warnings: one sentence for each suspicious property of the ids.
    """

    flagged: DataFrame
    total: int
    broken: list[int]
    rejected: dict[str, int]
    left_out: int
    periods: list[Period]
    returns: Returns
    warnings: list[str]


def period_of(time: Column, frequency: str) -> Column:
    """Return the first moment of the period of a time; weeks begin on Mondays, as in ISO 8601."""
    return F.date_trunc(frequency, time).cast("timestamp_ntz")


def survey(events: Events, frequency: str, as_of: datetime | None) -> Survey:
    """Count events, broken rules and returns by period, in one pass.

    The driver receives one row per period: in a hundred years of hours, less than a million.

    Args:
        events: the table.
        frequency: one of periods.FREQUENCIES.
        as_of: a time in the last period to use; events after it are counted, not checked.
    """
    broken = quarantine.first_broken(events.rules)
    if as_of:
        named = F.lit(str(as_of)).cast("timestamp_ntz")
        end = period_of(named, frequency) + F.expr(FREQUENCIES[frequency].step)
        broken = F.when(F.col(TIME) >= end, F.lit(LATE)).otherwise(broken)
    rows = events.rows.withColumn(BROKEN, broken)
    is_good = F.col(BROKEN).isNull()
    period = F.when(is_good, period_of(F.col(TIME), frequency))
    negative = F.when(is_good & (F.col(AMOUNT) < 0), F.col(AMOUNT))
    found = (
        rows.groupBy(period.alias("period"))
        .agg(
            F.count("*").alias("rows"),
            F.max(TIME).alias("last"),
            F.count(negative).alias("returns"),
            F.sum(negative).alias("returned"),
            F.count_if(F.col(BROKEN) == LATE).alias("late"),
            F.array(
                *(F.count_if(F.col(BROKEN) == number) for number, _ in enumerate(events.rules))
            ).alias("broken"),
            *tables.id_counts(events.table, is_good),
        )
        .withColumn("end", F.col("period") + F.expr(FREQUENCIES[frequency].step))
        .collect()
    )
    dated = [row for row in found if row.period is not None]
    total = sum(row.rows for row in found)
    rows, warnings = tables.with_comparable_ids(
        rows, events.table, dated, sum(row.rows for row in dated)
    )
    left_out = sum(row.late for row in found)
    counts = [sum(row.broken[number] for row in found) for number, _ in enumerate(events.rules)]
    far = far_from_all_others(dated, FREQUENCIES[frequency], has_end=as_of is not None)
    used = [row for row in dated if row.period not in far]
    if far:
        counts[-1] = sum(row.rows for row in dated) - sum(row.rows for row in used)
        is_far = is_good & period_of(F.col(TIME), frequency).isin(
            *(F.lit(str(time)).cast("timestamp_ntz") for time in far)
        )
        rows = rows.withColumn(BROKEN, F.when(is_far, len(counts) - 1).otherwise(F.col(BROKEN)))
    return Survey(
        rows,
        total - left_out,
        counts,
        quarantine.by_reason(events.rules, counts),
        left_out,
        sorted(Period(row.period, row.end, row.last, row.rows) for row in used),
        Returns(sum(row.returns for row in used), sum(row.returned or 0.0 for row in used)),
        warnings,
    )


def far_from_all_others(
    periods: Sequence[Row], frequency: Frequency, has_end: bool
) -> set[datetime]:
    """Return periods with few events that many empty periods separate from all others: 1900-01.

    Args:
        periods: rows with `period` and `rows`.
        frequency: of the periods.
        has_end: whether the caller named the last period, which is then never far.
    """
    times = {frequency.index(row.period): row.period for row in periods}
    held = sorted(PeriodRows(frequency.index(row.period), row.rows, 0.0) for row in periods)
    first = stray_first(held, frequency.month)
    last = [] if has_end else stray_last(held, frequency.month)
    return {times[found.period] for found in (*first, *last)}


def refuse_above(events: Events, found: Survey, max_rejected: float) -> None:
    """Refuse a table without events to use, or of which too many rows break a rule.

    Raises:
        BadInputError: with the counts by reason, an example and what helps.
    """
    if not found.periods and not found.rejected:
        raise BadInputError(f"{events.where}: there are no rows. Put at least one into it.")
    if sum(found.broken) <= max_rejected * found.total and found.periods:
        return
    worst = max(range(len(events.rules)), key=lambda number: found.broken[number])
    rule = events.rules[worst]
    rows = found.flagged.where(F.col(BROKEN) == worst)
    names = [f"stored.{quoted(field.name)}" for field in events.table.schema]
    quarantine.refuse(
        max_rejected,
        found.rejected,
        found.total,
        events.where,
        tables.example_of(rows, names),
        help_with(rule, rows, events.table.schema[1].name),
    )


def accepted(events: Events, found: Survey, end: datetime) -> DataFrame:
    """Return the events to use before a time: `customer_id`, `time` and `amount`."""
    is_used = F.col(BROKEN).isNull() & (F.col(TIME) < F.lit(str(end)).cast("timestamp_ntz"))
    [customer] = events.table.key
    return found.flagged.where(is_used).select(
        F.col(quoted(customer)).alias("customer_id"),
        F.col(TIME).alias("time"),
        F.col(AMOUNT).alias("amount"),
    )


def rejected(events: Events, found: Survey) -> DataFrame:
    """Return the rows that break a rule (see quarantine.with_reasons)."""
    return quarantine.with_reasons(found.flagged.where(F.col(BROKEN) >= 0), BROKEN, events.rules)
