"""Check a table: its rules and its key, in two passes over the data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import NoReturn

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from ..errors import BadInputError
from ..periods import HOUR, MONTH, Frequency
from . import frequencies, quarantine
from .coverage import (
    PeriodRows,
    check_periods,
    counts_of_places,
    refuse_staggered,
    suspicions,
)
from .ids import id_counts, with_comparable_ids
from .rules import all_rules
from .schemas import Rule, Table, quoted

BROKEN = "_broken"
"""Column with the number of the first rule that a row breaks; null if it breaks none."""

MOST_PERIODS = 1_000_000
"""More different times, a century of hours, are those of events."""

ONCE = (
    "Keep one row for each (ids that differ only in invisible characters, such as spaces at their "
    "ends, are the same)."
)


@dataclass(frozen=True)
class Checked:
    """A table whose rows satisfy all rules.

    rows: its rows with normalised ids, without those after `as_of` and those that break a rule.
    rejected: number of the rule and the stored row of rows that break one; None if none is allowed.
    reasons: reason -> number of rejected rows.
    total: number of rows, without those after `as_of`.
    left_out: number of rows after `as_of`.
    warnings: one sentence for each suspicious property.
    months: number of periods from the first to the last one used; 0 in a table without periods.
    frequency: of the periods.
    """

    rows: DataFrame
    rejected: DataFrame | None
    reasons: dict[str, int]
    total: int
    left_out: int
    warnings: tuple[str, ...]
    months: int
    frequency: Frequency = MONTH


def check_rows(
    rows: DataFrame,
    table: Table,
    text: frozenset[str],
    where: str,
    as_of: date | None = None,
    today: date | None = None,
    max_rejected: float | None = None,
    frequency: Frequency | None = None,
) -> Checked:
    """Refuse a table without rows, or with rows that break a rule, in one pass over it.

    Args:
        rows: the table's columns, and the stored row as the struct `stored`.
        table: their contract.
        text: names, in lower case, of the columns that are stored as text.
        where: names the table in messages.
        as_of: the last period to use; later rows are counted, not checked.
        today: rows after this day are refused.
        max_rejected: the largest share of rows that may break a rule, and are then set aside; None
            if none may.
        frequency: of the periods; found from the rows if it is not given.
    """
    rules = all_rules(rows, table, text)
    if max_rejected is not None and table.period and today:
        late = f"CAST({quoted(table.period)} AS DATE) > DATE'{today}'"
        rules.append(Rule(table.period, late, f"after today ({today})"))
    rows = rows.withColumn(BROKEN, quarantine.first_broken(rules))
    found = _count_by_period(rows, table, rules, where)
    if not found:
        raise BadInputError(f"{where}: there are no rows. Put at least one into it.")
    used = found
    if as_of and table.period:
        held_at = {row.period: row.rows - sum(row.broken) for row in found if row.period}
        end = frequencies.last_used(held_at, datetime.fromisoformat(str(as_of)), frequency, where)
        used = [row for row in found if row.period is None or row.period <= end]
        period = F.col(table.period)
        rows = rows.where(period.isNull() | (period <= F.lit(str(end)).cast("timestamp_ntz")))
    total = sum(row.rows for row in used)
    counts = [sum(row.broken[number] for row in used) for number, _ in enumerate(rules)]
    calendar = frequencies.Calendar(MONTH)
    good = {row.period: row for row in used if row.rows > sum(row.broken)}
    if table.period:
        rows_at = {time: row.rows - sum(row.broken) for time, row in good.items()}
        calendar = frequencies.find(rows_at, frequency, where)
        rows, rules, more = _with_calendar(rows, table.period, calendar, rules, rows_at)
        counts += more
        good = {time: row for time, row in good.items() if calendar.is_start(time)}
    reasons = quarantine.by_reason(rules, counts)
    if sum(counts) > (max_rejected or 0.0) * total or sum(counts) == total > 0:
        _refuse(rows, table, rules, counts, total, where, max_rejected)

    warnings: list[str] = []
    months = 0
    if table.period:
        held = [
            PeriodRows(
                calendar.frequency.index(calendar.start(time)),
                rows_at[time],
                row.total or 0.0,
                row.largest,
            )
            for time, row in good.items()
        ]
        periods = check_periods(held, as_of, today, where, calendar.frequency)
        warnings += [*calendar.notes(), *suspicions(periods, as_of, calendar.frequency)]
        months = periods[-1].period - periods[0].period + 1
    rejected = None
    if max_rejected is not None:
        rejected = quarantine.with_reasons(rows.where(F.col(BROKEN).isNotNull()), BROKEN, rules)
        rows = rows.where(F.col(BROKEN).isNull()) if reasons else rows
    rows, told = with_comparable_ids(rows, table, [*good.values()], total - sum(counts))
    if table.period and calendar.frequency != HOUR:
        rows = rows.withColumn(table.period, calendar.start_column(table.period).cast("date"))
    left_out = sum(row.rows for row in found) - total
    return Checked(
        *(rows, rejected, reasons, total, left_out, (*warnings, *told), months),
        frequency=calendar.frequency,
    )


def _with_calendar(
    rows: DataFrame,
    period: str,
    calendar: frequencies.Calendar,
    rules: list[Rule],
    rows_at: Mapping[datetime, int],
) -> tuple[DataFrame, list[Rule], list[int]]:
    """Add the rules of a calendar to the rows and to the rules; return also the counts for them.

    The pass over the rows has counted them by time, so no further one is needed.
    """
    more = calendar.rules(period)
    wrong = [rows_at[time] for time in rows_at if not calendar.is_start(time)]
    if not wrong:
        return rows, [*rules, *more], [0] * len(more)
    with_time = sum(
        count for time, count in rows_at.items() if not frequencies.DAILY.is_start(time)
    )
    counts = [with_time, sum(wrong) - with_time] if calendar.frequency != HOUR else [sum(wrong)]
    number = quarantine.first_broken(more) + len(rules)
    rows = rows.withColumn(BROKEN, F.coalesce(F.col(BROKEN), number))
    return rows, [*rules, *more], counts[: len(more)]


def check_key(
    checked: Checked,
    table: Table,
    where: str,
    max_rejected: float | None = None,
    given: Frequency | None = None,
) -> Checked:
    """Refuse a table whose key is not unique, or reject all rows of such keys.

    This takes one pass with a shuffle. A table of periods whose frequency is not given is refused
    if each customer has periods of its own (see `refuse_staggered`).
    """
    keys = [quoted(column) for column in table.key]
    each = checked.rows.groupBy(*keys).agg(F.count("*").alias("count"))
    twice = each.where("count > 1")
    is_found = table.measure is not None and not given
    more = counts_of_places(keys[0], checked.frequency) if is_found else []
    [found] = each.agg(F.sum(F.expr("IF(count > 1, count, 0)")).alias("rows"), *more).collect()
    if is_found and (not found.rows or checked.rejected is not None):
        refuse_staggered(found["all"], found.customers, where, checked.frequency)
    if not found.rows:
        return checked
    named = " and ".join(table.key)
    problem = f"{named} stand more than once"
    if checked.rejected is None:
        raise BadInputError(
            f"{where}: {problem} in {found.rows} rows, "
            f"for example {example_of(twice, keys)}. {ONCE}"
        )
    counts = checked.reasons | {problem: found.rows}
    if sum(counts.values()) > (max_rejected or 0.0) * checked.total:
        example = example_of(twice, keys)
        quarantine.refuse(max_rejected or 0.0, counts, checked.total, where, example, ONCE)
    doubled = checked.rows.join(twice.select(*keys), list(table.key), "left_semi")
    aside = checked.rejected.unionByName(quarantine.as_rejected(doubled, F.lit(problem)))
    rows = checked.rows.join(twice.select(*keys), list(table.key), "left_anti")
    return replace(checked, rows=rows, rejected=aside, reasons=counts)


def _refuse(
    rows: DataFrame,
    table: Table,
    rules: Sequence[Rule],
    counts: Sequence[int],
    total: int,
    where: str,
    max_rejected: float | None,
) -> NoReturn:
    """Refuse a table: because of the first broken rule, or of all if some rows may break one."""
    broken = [number for number, count in enumerate(counts) if count]
    worst = broken[0] if max_rejected is None else max(broken, key=lambda number: counts[number])
    rule = rules[worst]
    names = [f"stored.{quoted(field.name)}" for field in table.schema]
    example = example_of(rows.where(F.col(BROKEN) == worst), names)
    if max_rejected is not None:
        reasons = quarantine.by_reason(rules, counts)
        quarantine.refuse(max_rejected, reasons, total, where, example, rule.remedy)
    raise BadInputError(
        f"{where}: column {rule.column} is {rule.problem} in {counts[worst]} of {total} rows, "
        f"for example {example}. {rule.remedy}"
    )


def _count_by_period(rows: DataFrame, table: Table, rules: Sequence[Rule], where: str) -> list[Row]:
    """Return counts by time: a result of bounded size for any number of customers.

    Raises:
        BadInputError: when times are too many to be periods.
    """
    period = F.col(table.period) if table.period else F.lit(0)
    if table.period:  # Python knows no other years; rows of those break a rule
        period = F.when(F.year(period).between(MINYEAR, MAXYEAR), period)
    measure = F.col(quoted(table.measure)) if table.measure else F.lit(0.0)
    is_good = F.col(BROKEN).isNull()
    numbers = range(len(rules))
    counts = [
        F.count("*").alias("rows"),
        F.sum(F.when(is_good, measure)).alias("total"),
        F.coalesce(F.max(F.when(is_good, measure)), F.lit(0.0)).alias("largest"),
        F.array(*(F.count_if(F.col(BROKEN) == number) for number in numbers)).alias("broken"),
        *id_counts(table, is_good),
    ]
    found = rows.groupBy(period.alias("period")).agg(*counts).limit(MOST_PERIODS + 1).collect()
    if len(found) > MOST_PERIODS:
        raise BadInputError(
            f"{where}: has more than {MOST_PERIODS:,} different times, for example "
            f"{found[0].period}. If its rows are events, jobs/prepare_usage.py adds them up."
        )
    return found


def example_of(rows: DataFrame, columns: list[str]) -> str:
    """Return one bad row as JSON, always the same one. Costs a pass, so only for bad tables."""
    row = F.to_json(F.struct(*columns), {"ignoreNullFields": "false"})
    return str(rows.agg(F.min(row).alias("smallest")).collect()[0].smallest)
