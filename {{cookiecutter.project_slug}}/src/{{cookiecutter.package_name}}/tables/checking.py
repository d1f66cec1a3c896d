"""Check a table: its columns, its rules and its key, in two passes over the data."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DataType,
    DateType,
    DoubleType,
    IntegralType,
    NumericType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

from ..errors import BadInputError
from .schemas import Rule, Table, quoted

MALFORMED = "_malformed"
"""The column that holds the lines of a CSV that do not fit its header."""

LOSSLESS: dict[type[DataType], tuple[type[DataType], ...]] = {
    StringType: (StringType, IntegralType),
    DateType: (DateType, TimestampType, TimestampNTZType),
    DoubleType: (NumericType,),
}
"""For each type in a schema, the types in Parquet or a catalog that turn into it unguessed."""


def check_columns(stored: DataFrame, table: Table, where: str) -> None:
    """Refuse a table that lacks a column, or holds it in a type that would need guessing."""
    types = {field.name.lower(): field.dataType for field in stored.schema}
    is_text = MALFORMED in types
    for field in table.schema:
        if field.name.lower() not in types:
            columns = ", ".join(name for name in stored.columns if name != MALFORMED) or "none"
            raise BadInputError(
                f"{where}: column {field.name} is missing in all rows. "
                f"Add it or rename one of: {columns}."
            )
        if not is_text and not isinstance(
            types[field.name.lower()], LOSSLESS[type(field.dataType)]
        ):
            stored_type = types[field.name.lower()].simpleString()
            raise BadInputError(
                f"{where}: column {field.name} is of type {stored_type} "
                f"in all rows. Store it as {field.dataType.simpleString()}."
            )


def check_rows(rows: DataFrame, table: Table, where: str) -> None:
    """Refuse a table without rows, with rows that break a rule, or with a key that stands twice."""
    names = [quoted(field.name) for field in table.schema]
    readable = [
        Rule(
            field.name,
            f"stored.{name} IS NOT NULL AND {name} IS NULL",
            f"not a {field.dataType.simpleString()}",
        )
        for field, name in zip(table.schema, names, strict=True)
    ]
    whole = [Rule("count", f"stored.{MALFORMED} IS NOT NULL", "not as in the header")]
    is_text = MALFORMED in rows.select("stored.*").columns
    rules = [*(whole if is_text else []), *readable, *table.rules]

    broken = [F.count_if(F.expr(rule.bad_when)) for rule in rules]
    [found] = rows.agg(F.count("*").alias("rows"), F.array(*broken).alias("counts")).collect()
    if not found.rows:
        raise BadInputError(f"{where}: there are no rows. Put at least one into it.")
    for rule, count in zip(rules, found.counts, strict=True):
        if count:
            example = _example(rows.where(rule.bad_when), [f"stored.{name}" for name in names])
            raise BadInputError(
                f"{where}: column {rule.column} is {rule.problem} in {count} of {found.rows} rows, "
                f"for example {example}. Correct or remove such rows."
            )

    keys = [quoted(column) for column in table.key]
    twice = rows.groupBy(*keys).agg(F.count("*").alias("count")).where("count > 1")
    [found] = twice.agg(F.sum("count").alias("rows")).collect()
    if found.rows:
        raise BadInputError(
            f"{where}: {' and '.join(table.key)} stand more than once in {found.rows} rows, "
            f"for example {_example(twice, keys)}. Keep one row for each."
        )


def _example(rows: DataFrame, columns: list[str]) -> str:
    """One of some bad rows as JSON, the same whenever asked. Good tables are not to wait for it."""
    row = F.to_json(F.struct(*columns), {"ignoreNullFields": "false"})
    return str(rows.agg(F.min(row).alias("smallest")).collect()[0].smallest)
