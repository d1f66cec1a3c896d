"""Check a table: its columns, its rules and its key, in two passes over the data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NoReturn

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DataType,
    DateType,
    DoubleType,
    IntegralType,
    NullType,
    NumericType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

from ..errors import BadInputError
from ..periods import month_index, month_index_column
from . import quarantine
from .column_names import help_with_missing
from .coverage import PeriodRows, check_periods, suspicions
from .ids import id_counts, with_comparable_ids
from .rules import WHOLE, all_rules
from .schemas import Rule, Table, quoted

LOSSLESS: dict[type[DataType], tuple[type[DataType], ...]] = {
    StringType: (StringType, IntegralType, NullType),
    DateType: (DateType, TimestampType, TimestampNTZType, NullType),
    DoubleType: (NumericType, NullType),
    TimestampType: (DateType, TimestampType, TimestampNTZType, NullType),
}
"""Type in a schema -> the stored types that can be cast to it without guessing."""


BROKEN = "_broken"
"""Column with the number of the first rule that a row breaks; null if it breaks none."""

ONCE = (
    "Keep one row for each (ids that differ only in what is not seen, as spaces at their ends, are "
    "the same)."
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
    months: number of months from the first to the last one used; 0 in a table without months.
    """

    rows: DataFrame
    rejected: DataFrame | None
    reasons: dict[str, int]
    total: int
    left_out: int
    warnings: tuple[str, ...]
    months: int


def check_columns(
    stored: DataFrame, table: Table, where: str, text: frozenset[str] = frozenset()
) -> None:
    """Refuse a table that lacks a column, or stores it in a type that cannot be cast safely.

    Args:
        stored: the table as it is stored.
        table: its contract.
        where: name of the table in messages.
        text: names, in lower case, of the columns that are stored as text and must be cast.
    """
    types = {field.name.lower(): field.dataType for field in stored.schema}
    names = [name.lower() for name in stored.columns]
    for field in table.schema:
        name = field.name.lower()
        if name not in types:
            columns = [name for name in stored.columns if name not in WHOLE]
            raise BadInputError(
                f"{where}: column {field.name} is missing in all rows. "
                f"{help_with_missing(field.name, columns, table)}"
            )
        if names.count(name) > 1:
            raise BadInputError(
                f"{where}: column {field.name} stands {names.count(name)} times in it. Keep one."
            )
        if name not in text and not isinstance(types[name], LOSSLESS[type(field.dataType)]):
            raise BadInputError(
                f"{where}: column {field.name} is of type {types[name].simpleString()} "
                f"in all rows. Store it as {_advice(field.dataType)}."
            )


def _advice(kind: DataType) -> str:
    is_text = kind == StringType()
    return f"{kind.simpleString()}{' or whole number: 7 and not 7.0' if is_text else ''}"


def check_rows(
    rows: DataFrame,
    table: Table,
    text: frozenset[str],
    where: str,
    as_of: date | None = None,
    today: date | None = None,
    max_rejected: float | None = None,
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
    """
    rules = all_rules(rows, table, text)
    if max_rejected is not None and table.period and today:
        late = f"{quoted(table.period)} > DATE'{today}'"
        rules.append(Rule(table.period, late, f"after today ({today})"))
    rows = rows.withColumn(BROKEN, quarantine.first_broken(rules))
    found = _count_by_period(rows, table, rules, text)
    if not found:
        raise BadInputError(f"{where}: there are no rows. Put at least one into it.")
    last = month_index(as_of) if as_of and table.period else None
    used = [row for row in found if last is None or row.period is None or row.period <= last]
    total = sum(row.rows for row in used)
    if as_of and table.period:
        period = F.col(table.period)
        rows = rows.where(period.isNull() | (period <= F.lit(as_of)))
    counts = [sum(row.broken[number] for row in used) for number, _ in enumerate(rules)]
    reasons = quarantine.by_reason(rules, counts)
    if sum(counts) > (max_rejected or 0.0) * total or sum(counts) == total > 0:
        _refuse(rows, table, rules, counts, total, where, max_rejected)

    warnings: list[str] = []
    months = 0
    good = [row for row in found if row.rows > sum(row.broken)]
    if table.period:
        held = [
            PeriodRows(row.period, row.rows - sum(row.broken), row.total or 0.0) for row in good
        ]
        periods = check_periods(held, as_of, today, where)
        warnings += suspicions(periods, as_of)
        months = periods[-1].period - periods[0].period + 1
    rejected = None
    if max_rejected is not None:
        rejected = quarantine.with_reasons(rows.where(F.col(BROKEN).isNotNull()), BROKEN, rules)
        rows = rows.where(F.col(BROKEN).isNull()) if reasons else rows
    rows, told = with_comparable_ids(rows, table, used, total - sum(counts))
    left_out = sum(row.rows for row in found) - total
    return Checked(rows, rejected, reasons, total, left_out, (*warnings, *told), months)


def check_key(
    checked: Checked, table: Table, where: str, max_rejected: float | None = None
) -> Checked:
    """Refuse a table whose key is not unique, or reject all rows of such keys.

    This takes one pass with a shuffle.
    """
    keys = [quoted(column) for column in table.key]
    twice = checked.rows.groupBy(*keys).agg(F.count("*").alias("count")).where("count > 1")
    [found] = twice.agg(F.sum("count").alias("rows")).collect()
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


def _count_by_period(
    rows: DataFrame, table: Table, rules: Sequence[Rule], text: frozenset[str]
) -> list[Row]:
    """Return counts by period: a result of bounded size for any number of customers."""
    period = month_index_column(table.period) if table.period else F.lit(0)
    measure = F.col(quoted(table.measure)) if table.measure else F.lit(0.0)
    is_good = F.col(BROKEN).isNull()
    numbers = range(len(rules))
    counts = [
        F.count("*").alias("rows"),
        F.sum(F.when(is_good, measure)).alias("total"),
        F.array(*(F.count_if(F.col(BROKEN) == number) for number in numbers)).alias("broken"),
        *id_counts(table, text, is_good),
    ]
    return rows.groupBy(period.alias("period")).agg(*counts).collect()


def example_of(rows: DataFrame, columns: list[str]) -> str:
    """Return one bad row as JSON, always the same one. Costs a pass, so only for bad tables."""
    row = F.to_json(F.struct(*columns), {"ignoreNullFields": "false"})
    return str(rows.agg(F.min(row).alias("smallest")).collect()[0].smallest)
