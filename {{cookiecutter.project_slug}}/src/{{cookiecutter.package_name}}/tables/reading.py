"""Read a table from Parquet, CSV or the catalog, in the columns and types of its schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ..errors import BadInputError, UnavailableError
from .casting import typed
from .checking import check_columns, check_key, check_rows
from .csv_files import open_csv, open_csv_of_url
from .faults import explain
from .parquet_files import open_parquet, open_parquet_path
from .rules import MALFORMED
from .schemas import Table, quoted
from .sources import CSV, Files, existing_path, is_url, keep_folders_as_text, list_files

NO_SUCH = "there is no such path or catalog table. Check the name."


@dataclass(frozen=True)
class Reading:
    """A table that was read, and what people must be told of it.

    rows: the table.
    left_out: rows after the last period to use.
    warnings: what looks wrong in a table that can be used, a sentence each.
    check_unchanged: raises UnavailableError when files of the table have changed since. Spark reads
        them anew whenever rows are computed, and may not notice; call it before results replace
        earlier ones: `write_table(frame, output, read.check_unchanged)`.
    """

    rows: DataFrame
    left_out: int = 0
    warnings: tuple[str, ...] = ()
    check_unchanged: Callable[[], None] = lambda: None


class Stored(NamedTuple):
    """A table as it is stored.

    frame: its rows.
    text: names, in lower case, of the columns whose text is to be read as their type.
    files: where it is stored, on this machine.
    """

    frame: DataFrame
    text: frozenset[str] = frozenset()
    files: Files | None = None


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
        UnavailableError: when a file changes while it is read, or its server does not answer.
    """
    where = f"{table.name} table ({source})"
    options = csv_options or {}
    files = None
    try:
        stored = open_source(spark, source, table, options, where)
        files = stored.files
        check_columns(stored.frame, table, where, stored.text)
        columns = typed(stored.frame, table, stored.text, options.get("decimal", "."))
        rows = stored.frame.select(F.struct("*").alias("stored"), *columns)
        checked = check_rows(rows, table, stored.text, where, as_of, today)
        check_key(checked.rows, table, where)
    except (PySparkException, Py4JJavaError) as error:
        _check_unchanged(files, where)
        told = explain(error, where)
        if told is None:
            raise
        raise told from error
    _check_unchanged(files, where)
    names = {field.name.lower() for field in table.schema} | {MALFORMED}
    others = [name for name in stored.frame.columns if table.others and name.lower() not in names]
    held = checked.rows.select(
        *(quoted(field.name) for field in table.schema),
        *(F.col(f"stored.{quoted(name)}").alias(name) for name in others),
    )
    unchanged = partial(_check_unchanged, files, where)
    return Reading(held, checked.left_out, checked.warnings, unchanged)


def count_rows_and_customers(table: DataFrame) -> tuple[int, int]:
    """How many rows a table has, and of how many customers, in one pass."""
    [found] = table.agg(
        F.count("*").alias("rows"), F.count_distinct("customer_id").alias("customers")
    ).collect()
    return found.rows, found.customers


def open_source(
    spark: SparkSession, source: str, table: Table, options: Mapping[str, str], where: str
) -> Stored:
    """The source as it is stored: files of this machine, a URL or a catalog table."""
    if not source.strip():
        raise BadInputError(f"{where}: {NO_SUCH}")
    path = existing_path(source)
    if path is not None:
        files = list_files(path, where)
        if files.partitions:
            keep_folders_as_text(spark, where)
        if files.is_csv:
            frame = open_csv(spark, files, table, options, where)
            return Stored(frame, _lower(frame.columns), files)
        frame = open_parquet(spark, files, table, where)
        return Stored(frame, _lower(files.partitions), files)
    if not is_url(source):
        if not _is_in_catalog(spark, source):
            raise BadInputError(f"{where}: {NO_SUCH}")
        return Stored(spark.table(source))
    if CSV.search(source):
        frame = open_csv_of_url(spark, source, options)
        return Stored(frame, _lower(frame.columns))
    return Stored(open_parquet_path(spark, source, table))


def _is_in_catalog(spark: SparkSession, name: str) -> bool:
    """Say whether there is a table of that name; what is no name at all is no table either."""
    try:
        return spark.catalog.tableExists(name)
    except PySparkException:
        return False


def _check_unchanged(files: Files | None, where: str) -> None:
    """Refuse what was read while files were written: it may be neither the old nor the new."""
    try:
        is_same = files is None or list_files(files.root, where) == files
    except BadInputError:  # the path is not there, or another kind of table is
        is_same = False
    if not is_same:
        raise UnavailableError(f"{where}: its files changed while they were read. Try again.")


def _lower(names: list[str] | tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)
