"""Read a table from Parquet, CSV or the catalog, in the columns and types of its schema."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, DoubleType, StringType, StructField, StructType

from ..errors import BadInputError
from .checking import MALFORMED, check_columns, check_rows
from .schemas import Table, quoted
from .writing import backup_path

CSV = re.compile(r"\.csv(\.gz|\.bz2)?/?$", re.IGNORECASE)
CSV_OPTIONS = ("sep", "encoding", "quote", "escape", "multiLine", "nullValue", "decimal")
"""What can be told of CSV files; Spark's own names, and the decimal sign."""

NANOS_AS_LONG = "spark.sql.legacy.parquet.nanosAsLong"

TEXT: dict[type[DataType], str] = {
    StringType: "",
    DateType: r"^\d{4}-\d{2}-\d{2}( 00:00:00)?$",
    DoubleType: r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$",
}
"""For each type in a schema, the text in a CSV that means a value of it (a regular expression)."""

UNREADABLE = {
    "PATH_NOT_FOUND": "there is no such path or catalog table. Check the name.",
    "UNABLE_TO_INFER_SCHEMA": "there are no files in it. Check the name.",
    "FAILED_READ_FILE": "a file is damaged, or neither Parquet nor a CSV with a name in .csv.",
}
"""What Spark's error conditions say about a source."""


@dataclass(frozen=True)
class Reading:
    """A table that was read, and what people must be told of it.

    rows: the table.
    left_out: rows after the last period to use.
    warnings: what looks wrong in a table that can be used, a sentence each.
    """

    rows: DataFrame
    left_out: int = 0
    warnings: tuple[str, ...] = ()


def read(
    spark: SparkSession,
    source: str,
    table: Table,
    csv_options: Mapping[str, str] | None = None,
    as_of: date | None = None,
    today: date | None = None,
) -> DataFrame:
    """Read a table and check it, as `read_with_notes` does, and return its rows."""
    return read_with_notes(spark, source, table, csv_options, as_of, today).rows


def read_with_notes(
    spark: SparkSession,
    source: str,
    table: Table,
    csv_options: Mapping[str, str] | None = None,
    as_of: date | None = None,
    today: date | None = None,
) -> Reading:
    """Read a table and check it: two passes over the data, the second with a shuffle.

    A bad table takes one more, which looks for an example.

    Args:
        spark: the session to read with.
        source: a Parquet or CSV path (CSV has a header and a name that ends in .csv), or the
            name of a catalog table.
        table: what the source must hold. Its columns are returned in its types, and no others
            unless it says so.
        csv_options: how CSV files are written (CSV_OPTIONS), where that is not found out.
        as_of: the last period to use; later rows are counted and left out.
        today: rows after this day are refused.

    Raises:
        BadInputError: when the source is absent or unreadable, a column is missing or of another
            type, a rule is broken, a key stands twice, or there are no rows.
    """
    where = f"{table.name} table ({source})"
    if not source.strip():
        raise BadInputError(f"{where}: {UNREADABLE['PATH_NOT_FOUND']}")
    try:
        stored = _open(spark, source, table)
        check_columns(stored, table, where)
        rows = stored.select(F.struct("*").alias("stored"), *_typed(stored, table))
        check_rows(rows, table, where)
    except (PySparkException, Py4JJavaError) as error:
        problem = _why_unreadable(error)
        if problem is None:
            raise
        raise BadInputError(f"{where}: {problem}") from error
    names = {field.name.lower() for field in table.schema} | {MALFORMED}
    others = [name for name in stored.columns if table.others and name.lower() not in names]
    held = rows.select(
        *(quoted(field.name) for field in table.schema),
        *(F.col(f"stored.{quoted(name)}").alias(name) for name in others),
    )
    if as_of is None or table.period is None:
        return Reading(held)
    kept = held.where(F.col(table.period) <= F.lit(as_of))
    return Reading(kept, held.count() - kept.count())


def count_rows_and_customers(table: DataFrame) -> tuple[int, int]:
    """How many rows a table has, and of how many customers, in one pass."""
    [found] = table.agg(
        F.count("*").alias("rows"), F.count_distinct("customer_id").alias("customers")
    ).collect()
    return found.rows, found.customers


def _open(spark: SparkSession, source: str, table: Table) -> DataFrame:
    """The source as it is stored. A CSV's columns are text, with the broken lines in MALFORMED."""
    path = Path(source).absolute()  # a Connect server may run in another folder
    if os.path.lexists(source):
        # to Spark these are patterns
        source = re.sub(r"([\\\[\]{}*?])", r"\\\1", path.as_posix())
    elif os.path.lexists(backup_path(path)):
        source = str(backup_path(path))
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


def _why_unreadable(error: PySparkException | Py4JJavaError) -> str | None:
    """Say what is wrong with a source that Spark could not read; None when it is not the source."""
    for condition, problem in UNREADABLE.items():
        if f"[{condition}" in str(error):
            return problem
    return None
