"""Check a table: its columns, its rules and its key, in two passes over the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

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
from .coverage import PeriodRows, check_periods, suspicions
from .ids import id_counts, with_comparable_ids
from .rules import MALFORMED, all_rules
from .schemas import Rule, Table, quoted

LOSSLESS: dict[type[DataType], tuple[type[DataType], ...]] = {
    StringType: (StringType, IntegralType, NullType),
    DateType: (DateType, TimestampType, TimestampNTZType, NullType),
    DoubleType: (NumericType, NullType),
    TimestampType: (DateType, TimestampType, TimestampNTZType, NullType),
}
"""Type in a schema -> the stored types that can be cast to it without guessing."""


@dataclass(frozen=True)
class Checked:
    """A table that satisfies all rules.

    rows: its rows with normalised ids, without those after `as_of`.
    left_out: number of rows after `as_of`.
    warnings: one sentence for each suspicious property.
    months: number of months from the first to the last one used; 0 in a table without months.
    """

    rows: DataFrame
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
            columns = ", ".join(name for name in stored.columns if name != MALFORMED) or "none"
            raise BadInputError(
                f"{where}: column {field.name} is missing in all rows. "
                f"Add it or rename one of: {columns}."
            )
        if names.count(name) > 1:
            raise BadInputError(
                f"{where}: column {field.name} stands {names.count(name)} times in it. Keep one."
            )
        if name not in text and not isinstance(types[name], LOSSLESS[type(field.dataType)]):
            raise BadInputError(
                f"{where}: column {field.name} is of type {types[name].simpleString()} "
                f"in all rows. Store it as {field.dataType.simpleString()}."
            )


def check_rows(
    rows: DataFrame,
    table: Table,
    text: frozenset[str],
    where: str,
    as_of: date | None = None,
    today: date | None = None,
) -> Checked:
    """Refuse a table without rows, or with rows that break a rule, in one pass over it.

    Args:
        rows: the table's columns, and the stored row as the struct `stored`.
        table: their contract.
        text: names, in lower case, of the columns that are stored as text.
        where: names the table in messages.
        as_of: the last period to use; later rows are counted, not checked.
        today: rows after this day are refused.
    """
    rules = all_rules(rows, table, text)
    found = _count_by_period(rows, table, rules, text)
    if not found:
        raise BadInputError(f"{where}: there are no rows. Put at least one into it.")
    last = month_index(as_of) if as_of and table.period else None
    used = [row for row in found if last is None or row.period is None or row.period <= last]
    total = sum(row.rows for row in used)
    if as_of and table.period:
        period = F.col(table.period)
        rows = rows.where(period.isNull() | (period <= F.lit(as_of)))
    for number, rule in enumerate(rules):
        count = sum(row.broken[number] for row in used)
        if count:
            names = [f"stored.{quoted(field.name)}" for field in table.schema]
            example = example_of(rows.where(rule.bad_when), names)
            raise BadInputError(
                f"{where}: column {rule.column} is {rule.problem} in {count} of {total} rows, "
                f"for example {example}. {rule.remedy}"
            )

    warnings: list[str] = []
    months = 0
    if table.period:
        held = [PeriodRows(row.period, row.rows, row.total or 0.0) for row in found]
        periods = check_periods(held, as_of, today, where)
        warnings += suspicions(periods, as_of)
        months = periods[-1].period - periods[0].period + 1
    rows, told = with_comparable_ids(rows, table, used, total)
    return Checked(rows, sum(row.rows for row in found) - total, (*warnings, *told), months)


def check_key(rows: DataFrame, table: Table, where: str) -> None:
    """Refuse a table whose key is not unique, in one pass with a shuffle."""
    keys = [quoted(column) for column in table.key]
    twice = rows.groupBy(*keys).agg(F.count("*").alias("count")).where("count > 1")
    [found] = twice.agg(F.sum("count").alias("rows")).collect()
    if not found.rows:
        return
    named = " and ".join(table.key)
    raise BadInputError(
        f"{where}: {named} stand more than once in {found.rows} rows, "
        f"for example {example_of(twice, keys)}. Keep one row for each (ids that differ only in "
        "what is not seen, as spaces at their ends, are the same)."
    )


def _count_by_period(
    rows: DataFrame, table: Table, rules: Sequence[Rule], text: frozenset[str]
) -> list[Row]:
    """Return counts by period: a result of bounded size for any number of customers."""
    period = month_index_column(table.period) if table.period else F.lit(0)
    total = F.sum(quoted(table.measure)) if table.measure else F.lit(0.0)
    broken = F.array(*(F.count_if(F.expr(rule.bad_when)) for rule in rules)).alias("broken")
    counts = [F.count("*").alias("rows"), total.alias("total"), broken, *id_counts(table, text)]
    return rows.groupBy(period.alias("period")).agg(*counts).collect()


def example_of(rows: DataFrame, columns: list[str]) -> str:
    """Return one bad row as JSON, always the same one. Costs a pass, so only for bad tables."""
    row = F.to_json(F.struct(*columns), {"ignoreNullFields": "false"})
    return str(rows.agg(F.min(row).alias("smallest")).collect()[0].smallest)
