"""The project's tables: what they hold, and how they are read, checked and written."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DataType,
    DateType,
    DoubleType,
    IntegralType,
    NumericType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
)

CSV = re.compile(r"\.csv(\.gz|\.bz2)?/?$")
MALFORMED = "_malformed"
CATALOG_NAME = re.compile(r"^\w+(\.\w+){0,2}$")

UNREADABLE = {
    "PATH_NOT_FOUND": "there is no such path or catalog table. Check the name.",
    "UNABLE_TO_INFER_SCHEMA": "there are no files in it. Parquet is expected, or a name in .csv.",
    "FAILED_READ_FILE": "a file cannot be read. Parquet is expected, or a name in .csv.",
}
"""What Spark's error conditions say about a source."""

LOSSLESS: dict[type[DataType], tuple[type[DataType], ...]] = {
    StringType: (StringType, IntegralType),
    DateType: (DateType, TimestampType, TimestampNTZType),
    DoubleType: (NumericType,),
}
"""For each type in a schema, the stored types that turn into it without guessing."""


class BadTableError(ValueError):
    """A table that cannot be used. The message is one line: what, where, how many, what to do."""


class Rule(NamedTuple):
    """What must not be: a SQL condition that is true for a bad row, and how to say it."""

    column: str
    bad_when: str
    problem: str


@dataclass(frozen=True)
class Table:
    """What a table holds: its columns, its key (unique, never null) and its rules."""

    name: str
    schema: StructType
    key: tuple[str, ...]
    rules: tuple[Rule, ...]


USAGE = Table(
    name="usage",
    schema=StructType(
        [
            StructField("customer_id", StringType()),
            StructField("month", DateType()),
            StructField("usage", DoubleType()),
        ]
    ),
    key=("customer_id", "month"),
    rules=(
        Rule("customer_id", "customer_id IS NULL", "null"),
        Rule("month", "month IS NULL", "null"),
        Rule("month", "month != trunc(month, 'MM')", "not the first day of a month"),
        Rule("usage", "isnan(usage) OR usage = double('inf')", "not a finite number"),
        Rule("usage", "usage < 0", "negative"),
    ),
)
"""One row per customer and month. Usage is in the customer's units; null where not measured."""


def read(spark: SparkSession, source: str, table: Table) -> DataFrame:
    """Read a table and check it: two passes over the data, the second with a shuffle.

    Args:
        spark: the session to read with.
        source: a Parquet or CSV path (CSV has a header and a name that ends in .csv), or the
            name of a catalog table.
        table: what the source must hold. Exactly its columns are returned, in its types.

    Raises:
        BadTableError: when the source is absent or unreadable, a column is missing or of another
            type, a rule is broken, a key stands twice, or there are no rows.
    """
    where = f"{table.name} table ({source})"
    try:
        stored = _open(spark, source, table)
        _check_columns(stored, table, where)
        rows = stored.select(F.struct("*").alias("stored"), *_typed(table))
        _check_rows(rows, table, where)
    except (PySparkException, Py4JJavaError) as error:
        problem = _why_unreadable(error)
        if problem is None:
            raise
        raise BadTableError(f"{where}: {problem}") from error
    return rows.drop("stored")


def write(frames: Mapping[str, DataFrame], output: Path) -> None:
    """Write each frame as Parquet to `output/<name>`; earlier tables stay until all are complete.

    New tables are written under hidden names beside the earlier ones, and take their places by
    renaming once the last one is done: a run that fails or is killed loses nothing.
    """
    output.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        path = output / name
        if not path.exists() and _earlier(path).exists():
            _earlier(path).rename(path)
        frame.write.mode("overwrite").parquet(str(_unfinished(path)))
    for name in frames:
        path = output / name
        shutil.rmtree(_earlier(path), ignore_errors=True)
        if path.exists():
            path.rename(_earlier(path))
        _unfinished(path).rename(path)
        shutil.rmtree(_earlier(path), ignore_errors=True)


def _unfinished(path: Path) -> Path:
    """Where a table is while it is being written."""
    return path.with_name(f".{path.name}.unfinished")


def _earlier(path: Path) -> Path:
    """Where the last complete table is for the moment in which the new one takes its place."""
    return path.with_name(f".{path.name}.earlier")


def _open(spark: SparkSession, source: str, table: Table) -> DataFrame:
    """The source as it is stored. A CSV's columns are text, with the broken lines in MALFORMED."""
    if CSV.search(source):
        csv = spark.read.option("header", True).option("escape", '"')
        names = [*csv.csv(source).columns, MALFORMED]
        schema = StructType([StructField(name, StringType()) for name in names])
        return csv.option("columnNameOfCorruptRecord", MALFORMED).schema(schema).csv(source)
    path = Path(source)
    if not path.exists():
        if _earlier(path).exists():
            return _open_parquet(spark, str(_earlier(path)), table)
        if CATALOG_NAME.match(source) and spark.catalog.tableExists(source):
            return spark.table(source)
    return _open_parquet(spark, source, table)


def _open_parquet(spark: SparkSession, source: str, table: Table) -> DataFrame:
    """Parquet as it is stored, with the nanoseconds of pandas as timestamps."""
    try:
        return spark.read.parquet(source)
    except PySparkException as error:
        if error.getCondition() != "PARQUET_TYPE_ILLEGAL":
            raise
    # pandas stores its dates as nanoseconds, for which Spark has no type but the whole number
    spark.conf.set("spark.sql.legacy.parquet.nanosAsLong", True)
    stored = spark.read.parquet(source)
    nanoseconds = {
        field.name: F.timestamp_micros(F.floor(F.col(field.name) / 1000))
        for field in table.schema
        if field.dataType == DateType() and dict(stored.dtypes).get(field.name) == "bigint"
    }
    return stored.withColumns(nanoseconds)


def _typed(table: Table) -> list[Column]:
    """The table's columns in its types; null where a text cannot be read as the type."""
    return [F.col(field.name).try_cast(field.dataType).alias(field.name) for field in table.schema]


def _check_columns(stored: DataFrame, table: Table, where: str) -> None:
    """Refuse a table that lacks a column, or holds it in a type that would need guessing."""
    types = {field.name.lower(): field.dataType for field in stored.schema}
    is_text = MALFORMED in types
    for field in table.schema:
        if field.name not in types:
            columns = ", ".join(name for name in stored.columns if name != MALFORMED) or "none"
            raise BadTableError(
                f"{where}: column {field.name} is missing in all rows. "
                f"Add it or rename one of: {columns}."
            )
        if not is_text and not isinstance(types[field.name], LOSSLESS[type(field.dataType)]):
            raise BadTableError(
                f"{where}: column {field.name} is of type {types[field.name].simpleString()} "
                f"in all rows. Store it as {field.dataType.simpleString()}."
            )


def _check_rows(rows: DataFrame, table: Table, where: str) -> None:
    """Refuse a table without rows, with rows that break a rule, or with a key that stands twice."""
    names = [field.name for field in table.schema]
    as_stored = F.struct(*(f"stored.{name}" for name in names))
    example = F.to_json(as_stored, {"ignoreNullFields": "false"})
    readable = [
        Rule(
            field.name,
            f"stored.{field.name} IS NOT NULL AND {field.name} IS NULL",
            f"not a {field.dataType.simpleString()}",
        )
        for field in table.schema
    ]
    whole = [Rule("count", f"stored.{MALFORMED} IS NOT NULL", "not as in the header")]
    is_text = MALFORMED in rows.select("stored.*").columns
    rules = [*(whole if is_text else []), *readable, *table.rules]

    broken = [F.expr(rule.bad_when) for rule in rules]
    [found] = rows.agg(
        F.count("*").alias("rows"),
        F.array(*map(F.count_if, broken)).alias("counts"),
        F.array(*(F.min(F.when(condition, example)) for condition in broken)).alias("examples"),
    ).collect()
    if not found.rows:
        raise BadTableError(f"{where}: there are no rows. Put at least one into it.")
    for rule, count, row in zip(rules, found.counts, found.examples, strict=True):
        if count:
            raise BadTableError(
                f"{where}: column {rule.column} is {rule.problem} in {count} of {found.rows} rows, "
                f"for example {row}. Correct or remove such rows."
            )

    twice = rows.groupBy(*table.key).agg(F.count("*").alias("rows")).where("rows > 1")
    key = F.to_json(F.struct(*table.key))
    [found] = twice.agg(F.sum("rows").alias("rows"), F.min(key).alias("example")).collect()
    if found.rows:
        raise BadTableError(
            f"{where}: {' and '.join(table.key)} stand more than once in {found.rows} rows, "
            f"for example {found.example}. Keep one row for each."
        )


def _why_unreadable(error: PySparkException | Py4JJavaError) -> str | None:
    """Say what is wrong with a source that Spark could not read; None when it is not the source."""
    for condition, problem in UNREADABLE.items():
        if f"[{condition}" in str(error):
            return problem
    return None
