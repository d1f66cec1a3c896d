"""Open a table as it is stored: files of this machine, a URL or a catalog table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import IntegralType, StringType

from ..errors import BadInputError, UnavailableError
from .column_names import renamed, with_names
from .columns import check_columns
from .csv_files import open_csv
from .destinations import Destination
from .faults import explain
from .json_files import open_json, text_columns
from .orc_files import open_orc
from .parquet_files import open_parquet
from .schemas import Table, quoted
from .sources import Files, existing_path, is_url, keep_folders_as_text, list_files
from .transactions import open_table, with_format, with_version
from .urls import open_url

NO_SUCH = "there is no such path or catalog table. Check the name."


class Stored(NamedTuple):
    """A table as it is stored.

    frame: its rows.
    text: names, in lower case, of the columns that are stored as text and must be cast.
    files: its files on this machine, if it has any.
    """

    frame: DataFrame
    text: frozenset[str] = frozenset()
    files: Files | None = None

    def with_times_as_text(self, name: str) -> "Stored":
        """Have a time column cast as in CSV files if it is stored as text or as whole numbers."""
        kinds = [
            field.dataType for field in self.frame.schema if field.name.lower() == name.lower()
        ]
        if len(kinds) != 1 or not isinstance(kinds[0], StringType | IntegralType):
            return self
        frame = self.frame.withColumn(name, F.col(quoted(name)).cast("string"))
        return self._replace(frame=frame, text=self.text | {name.lower()})

    def renamed(self, table: Table, names: Mapping[str, str], where: str) -> "Stored":
        """Check the columns of a contract, and give them its names (see column_names)."""
        check_columns(self.frame, with_names(table, names), where, self.text)
        if not names:
            return self
        new = {stored.lower(): name.lower() for name, stored in names.items()}
        text = frozenset(new.get(name, name) for name in self.text)
        return self._replace(frame=renamed(self.frame, table, names), text=text)

    def check_unchanged(self, where: str) -> None:
        """Raise UnavailableError if files changed since: rows may mix two versions."""
        try:
            is_same = self.files is None or list_files(self.files.root, where) == self.files
        except BadInputError:  # the path is gone, or holds another kind of table
            is_same = False
        if not is_same:
            raise UnavailableError(f"{where}: its files changed while they were read. Try again.")

    @contextmanager
    def telling_faults(self, where: str) -> Iterator[None]:
        """Raise BadInputError or UnavailableError for Spark's errors about the table's files."""
        try:
            with _telling_faults(where):
                yield
        except (PySparkException, Py4JJavaError, BadInputError, UnavailableError):
            self.check_unchanged(where)
            raise
        self.check_unchanged(where)


def open_source(
    spark: SparkSession, source: str, table: Table, options: Mapping[str, str], where: str
) -> Stored:
    """Open a source without casting: files of this machine, a URL or a catalog table.

    Raises:
        BadInputError: when it is absent or unreadable.
        UnavailableError: when its server does not answer.
    """
    with _telling_faults(where):
        return _open(spark, source, table, options, where)


def _open(
    spark: SparkSession, source: str, table: Table, options: Mapping[str, str], where: str
) -> Stored:
    if not source.strip():
        raise BadInputError(f"{where}: {NO_SUCH}")
    table_source, version = with_version(source)
    transacted = with_format(table_source)
    if transacted is not None:
        return Stored(open_table(spark, transacted, version))
    path = existing_path(source)
    if path is not None:
        files = list_files(path, where)
        if files.partitions:
            keep_folders_as_text(spark, where)
        if files.kind == "CSV":
            frame = open_csv(spark, files, table, options, where)
            return Stored(frame, _lower(frame.columns), files)
        if files.kind == "JSON":
            frame = open_json(spark, files, where)
            return Stored(frame, text_columns(frame), files)
        open_files = open_orc if files.kind == "ORC" else open_parquet
        return Stored(open_files(spark, files, table, where), _lower(files.partitions), files)
    if not is_url(source):
        if not _is_in_catalog(spark, table_source):
            raise BadInputError(f"{where}: {NO_SUCH}")
        return Stored(open_table(spark, Destination(table_source, None, is_table=True), version))
    frame, names = open_url(spark, source, table, options, where)
    return Stored(frame, _lower(names))


@contextmanager
def _telling_faults(where: str) -> Iterator[None]:
    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        told = explain(error, where)
        if told is None:
            raise
        raise told from error


def _is_in_catalog(spark: SparkSession, name: str) -> bool:
    """Return whether the catalog has a table of this name; False for an invalid name."""
    try:
        return spark.catalog.tableExists(name)
    except PySparkException:
        return False


def _lower(names: list[str] | tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)
