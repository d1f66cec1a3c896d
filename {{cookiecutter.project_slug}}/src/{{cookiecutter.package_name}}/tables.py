"""The project's tables: what they hold, and how they are read, checked and written."""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
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

CSV = re.compile(r"\.csv(\.gz|\.bz2)?/?$", re.IGNORECASE)
PARQUET_PART = re.compile(r"\.?(part-.*|_SUCCESS)(\.crc)?")
MALFORMED = "_malformed"
FULL = "No space left on device"
NANOS_AS_LONG = "spark.sql.legacy.parquet.nanosAsLong"

TEXT: dict[type[DataType], str] = {
    StringType: "",
    DateType: r"^\d{4}-\d{2}-\d{2}( 00:00:00)?$",
    DoubleType: r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$",
}
"""For each type in a schema, the text in a CSV that means a value of it (a regular expression)."""

LOSSLESS: dict[type[DataType], tuple[type[DataType], ...]] = {
    StringType: (StringType, IntegralType),
    DateType: (DateType, TimestampType, TimestampNTZType),
    DoubleType: (NumericType,),
}
"""For each type in a schema, the types in Parquet or a catalog that turn into it unguessed."""

UNREADABLE = {
    "PATH_NOT_FOUND": "there is no such path or catalog table. Check the name.",
    "UNABLE_TO_INFER_SCHEMA": "there are no files in it. Check the name.",
    "FAILED_READ_FILE": "a file is damaged, or neither Parquet nor a CSV with a name in .csv.",
}
"""What Spark's error conditions say about a source."""


class BadTableError(ValueError):
    """A table that cannot be used. The message is one line: what, where, how many, what to do."""


class NotNowError(RuntimeError):
    """What a job needs of its machine is not there now. The message is one line: try again."""


class Rule(NamedTuple):
    """What must not be: a SQL condition that is true for a bad row, and how to say it."""

    column: str
    bad_when: str
    problem: str


@dataclass(frozen=True)
class Table:
    """What a table holds: its columns, its key (unique, never null) and its rules.

    others: whether it may hold other columns too, which are then returned as they are stored.
    """

    name: str
    schema: StructType
    key: tuple[str, ...]
    rules: tuple[Rule, ...]
    others: bool = False


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
        Rule("customer_id", "trim(customer_id) = ''", "empty"),
        Rule("month", "month IS NULL", "null"),
        Rule("month", "month != trunc(month, 'MM')", "not the first day of a month"),
        Rule("usage", "isnan(usage) OR usage = double('inf')", "not a finite number"),
        Rule("usage", "usage < 0", "negative"),
    ),
)
"""One row per customer and month. Usage is in the customer's units; null where not measured."""

CUSTOMERS = Table(
    name="customers",
    schema=StructType(
        [
            StructField("customer_id", StringType()),
            StructField("signup_month", DateType()),
            StructField("plan", StringType()),
        ]
    ),
    key=("customer_id",),
    rules=(
        Rule("customer_id", "customer_id IS NULL", "null"),
        Rule("customer_id", "trim(customer_id) = ''", "empty"),
    ),
    others=True,
)
"""One row per customer, with what else is known of it."""


def any_table(key: str) -> Table:
    """Whatever has a column that tells the rows apart; its other columns may be anything."""
    return Table(
        name="features",
        schema=StructType([StructField(key, StringType())]),
        key=(key,),
        rules=(
            Rule(key, f"{quoted(key)} IS NULL", "null"),
            Rule(key, f"trim({quoted(key)}) = ''", "empty"),
        ),
        others=True,
    )


def quoted(column: str) -> str:
    """A column's name as Spark reads it whatever letters are in it, dots too."""
    return f"`{column.replace('`', '``')}`"


def read(spark: SparkSession, source: str, table: Table) -> DataFrame:
    """Read a table and check it: two passes over the data, the second with a shuffle.

    A bad table takes one more, which looks for an example.

    Args:
        spark: the session to read with.
        source: a Parquet or CSV path (CSV has a header and a name that ends in .csv), or the
            name of a catalog table.
        table: what the source must hold. Its columns are returned in its types, and no others
            unless it says so.

    Raises:
        BadTableError: when the source is absent or unreadable, a column is missing or of another
            type, a rule is broken, a key stands twice, or there are no rows.
    """
    where = f"{table.name} table ({source})"
    if not source.strip():
        raise BadTableError(f"{where}: {UNREADABLE['PATH_NOT_FOUND']}")
    try:
        stored = _open(spark, source, table)
        _check_columns(stored, table, where)
        rows = stored.select(F.struct("*").alias("stored"), *_typed(stored, table))
        _check_rows(rows, table, where)
    except (PySparkException, Py4JJavaError) as error:
        problem = _why_unreadable(error)
        if problem is None:
            raise
        raise BadTableError(f"{where}: {problem}") from error
    names = {field.name.lower() for field in table.schema} | {MALFORMED}
    others = [name for name in stored.columns if table.others and name.lower() not in names]
    return rows.select(
        *(quoted(field.name) for field in table.schema),
        *(F.col(f"stored.{quoted(name)}").alias(name) for name in others),
    )


def count_rows_and_customers(table: DataFrame) -> tuple[int, int]:
    """How many rows a table has, and of how many customers, in one pass."""
    [found] = table.agg(
        F.count("*").alias("rows"), F.count_distinct("customer_id").alias("customers")
    ).collect()
    return found.rows, found.customers


def write(frames: Mapping[str, DataFrame], output: Path) -> None:
    """Write each frame as Parquet to `output/<name>`; earlier tables stay until all are complete.

    The new tables are written to a hidden folder and take their places by renaming once the last
    of them is done: a run that fails or is killed loses nothing.

    Raises:
        BadTableError: when `output` is a URL: it must be a folder that can be renamed in.
        NotNowError: when the disk is full.
    """
    _refuse_url(output)
    output = output.resolve()  # a Connect server may run in another folder
    try:
        _write(frames, output)
    except (PySparkException, Py4JJavaError, OSError) as error:
        if FULL not in str(error):
            raise
        raise NotNowError(
            f"output ({output}): its disk is full. What was there before is as it was; make room "
            "and try again."
        ) from error


def _write(frames: Mapping[str, DataFrame], output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".unfinished-", dir=output) as unfinished:
        for name, frame in frames.items():
            frame.write.parquet(str(Path(unfinished, name)))
        for name in frames:
            path = output / name
            if path.exists():
                _remove(_earlier(path))
                path.rename(_earlier(path))
            Path(unfinished, name).rename(path)
            _remove(_earlier(path))


def write_table(frame: DataFrame, path: Path) -> None:
    """Write a frame as Parquet to `path`, as `write` does with its tables.

    Raises:
        BadTableError: when `path` is a URL, or holds anything but a table, which would be lost.
    """
    _refuse_url(path)
    held = sorted(path.iterdir()) if path.is_dir() else [path] if path.exists() else []
    foreign = [file.name for file in held if not PARQUET_PART.fullmatch(file.name)]
    if foreign:
        raise BadTableError(
            f"output ({path}): holds {len(foreign)} things that are no part of a table, for "
            f"example {foreign[0]}. Name a folder that is empty or not yet there."
        )
    path = path.resolve()
    write({path.name: frame}, path.parent)


def _earlier(path: Path) -> Path:
    """Where the last complete table is for the moment in which the new one takes its place."""
    return path.with_name(f".{path.name}.earlier")


def _refuse_url(output: Path) -> None:
    if re.match(r"\w{2,}:", str(output)):
        raise BadTableError(f"output ({output}): must be a folder of this machine, not a URL.")


def _remove(path: Path) -> None:
    """Remove a folder or a file, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _open(spark: SparkSession, source: str, table: Table) -> DataFrame:
    """The source as it is stored. A CSV's columns are text, with the broken lines in MALFORMED."""
    path = Path(source).absolute()  # a Connect server may run in another folder
    if os.path.lexists(source):
        # to Spark these are patterns
        source = re.sub(r"([\\\[\]{}*?])", r"\\\1", path.as_posix())
    elif os.path.lexists(_earlier(path)):
        source = str(_earlier(path))
    elif _is_in_catalog(spark, source):
        return spark.table(source)

    if CSV.search(source):
        csv = spark.read.option("header", True).option("escape", '"')
        names = [*csv.csv(source).columns, MALFORMED]
        schema = StructType([StructField(name, StringType()) for name in names])
        return csv.option("columnNameOfCorruptRecord", MALFORMED).schema(schema).csv(source)
    return _open_parquet(spark, source, table)


def _is_in_catalog(spark: SparkSession, name: str) -> bool:
    """Say whether there is a table of that name; what is no name at all is no table either."""
    try:
        return spark.catalog.tableExists(name)
    except PySparkException:
        return False


def _open_parquet(spark: SparkSession, source: str, table: Table) -> DataFrame:
    """Parquet as it is stored, with the nanoseconds of pandas as timestamps.

    Spark has no type for the nanoseconds in which pandas stores dates. It refuses them, which
    tells that they are there; or, by a setting, reads them as whole numbers.
    """
    spark.conf.set(NANOS_AS_LONG, False)
    try:
        stored = spark.read.parquet(source)
        _ = stored.schema  # over Spark Connect, only this makes Spark look at the files
        return stored
    except PySparkException as error:
        if error.getCondition() != "PARQUET_TYPE_ILLEGAL":
            raise
    finally:
        spark.conf.set(NANOS_AS_LONG, True)  # Spark looks again whenever the frame is computed
    stored = spark.read.parquet(source)
    types = {name.lower(): type_name for name, type_name in stored.dtypes}
    return stored.withColumns(
        {
            field.name: F.timestamp_micros(F.floor(F.col(field.name) / 1000))
            for field in table.schema
            if field.dataType == DateType() and types.get(field.name) == "bigint"
        }
    )


def _typed(stored: DataFrame, table: Table) -> list[Column]:
    """The table's columns in its types; null where what is stored is no value of the type."""
    columns = []
    for field in table.schema:
        stored_value = F.col(quoted(field.name))
        value = stored_value.try_cast(field.dataType)
        if MALFORMED in stored.columns:
            value = F.when(F.trim(stored_value).rlike(TEXT[type(field.dataType)]), value)
        elif field.dataType == DateType():
            value = F.when(stored_value == value, value)  # a time of day is lost otherwise
        columns.append(value.alias(field.name))
    return columns


def _check_columns(stored: DataFrame, table: Table, where: str) -> None:
    """Refuse a table that lacks a column, or holds it in a type that would need guessing."""
    types = {field.name.lower(): field.dataType for field in stored.schema}
    is_text = MALFORMED in types
    for field in table.schema:
        if field.name.lower() not in types:
            columns = ", ".join(name for name in stored.columns if name != MALFORMED) or "none"
            raise BadTableError(
                f"{where}: column {field.name} is missing in all rows. "
                f"Add it or rename one of: {columns}."
            )
        if not is_text and not isinstance(
            types[field.name.lower()], LOSSLESS[type(field.dataType)]
        ):
            stored_type = types[field.name.lower()].simpleString()
            raise BadTableError(
                f"{where}: column {field.name} is of type {stored_type} "
                f"in all rows. Store it as {field.dataType.simpleString()}."
            )


def _check_rows(rows: DataFrame, table: Table, where: str) -> None:
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
        raise BadTableError(f"{where}: there are no rows. Put at least one into it.")
    for rule, count in zip(rules, found.counts, strict=True):
        if count:
            example = _example(rows.where(rule.bad_when), [f"stored.{name}" for name in names])
            raise BadTableError(
                f"{where}: column {rule.column} is {rule.problem} in {count} of {found.rows} rows, "
                f"for example {example}. Correct or remove such rows."
            )

    keys = [quoted(column) for column in table.key]
    twice = rows.groupBy(*keys).agg(F.count("*").alias("count")).where("count > 1")
    [found] = twice.agg(F.sum("count").alias("rows")).collect()
    if found.rows:
        raise BadTableError(
            f"{where}: {' and '.join(table.key)} stand more than once in {found.rows} rows, "
            f"for example {_example(twice, keys)}. Keep one row for each."
        )


def _example(rows: DataFrame, columns: list[str]) -> str:
    """One of some bad rows as JSON, the same whenever asked. Good tables are not to wait for it."""
    row = F.to_json(F.struct(*columns), {"ignoreNullFields": "false"})
    return str(rows.agg(F.min(row).alias("smallest")).collect()[0].smallest)


def _why_unreadable(error: PySparkException | Py4JJavaError) -> str | None:
    """Say what is wrong with a source that Spark could not read; None when it is not the source."""
    for condition, problem in UNREADABLE.items():
        if f"[{condition}" in str(error):
            return problem
    return None
