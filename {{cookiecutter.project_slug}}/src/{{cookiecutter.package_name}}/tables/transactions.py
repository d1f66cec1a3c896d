"""Tables that are replaced by a transaction of their own: Delta, Iceberg, and catalog tables.

All are written and read by their names in SQL. Readers see the earlier table or the new one.
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from zlib import crc32

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.utils import is_remote

from ..errors import BadInputError
from .destinations import PARQUET, Destination, destination
from .formats import table_format
from .hadoop_files import HadoopFiles
from .places import local_path, on_disk

NAMED = re.compile(r"(delta|iceberg)\.`(.+)`", re.IGNORECASE)
"""A folder or a URL with its format, as in SQL."""

AT_VERSION = re.compile(r"(.+)@(\d+|\d{4}-\d\d-\d\d[T\d:. ]*)")
"""A table and one of its versions, or a time at which it was the newest."""

SIGNS = {"delta": "_delta_log", "iceberg": "metadata"}
"""Format -> the folder that only its tables hold."""

FIRST_FILES = re.compile(r"part-.*|as_of=.*|data|\..*")
"""Files that a first run leaves at a URL if it is killed before its table exists."""

ICEBERG = "org.apache.iceberg.spark.SparkCatalog"


def replace_by_transaction(
    frames: Mapping[Destination, DataFrame],
    before_replacing: Callable[[], None],
    by: str | None = None,
) -> None:
    """Write each frame as the table at its destination, which is replaced in one step.

    A transaction writes and replaces at once, so the rows are computed and cached before.

    Args:
        frames: place that is a catalog table, or has a format with transactions -> table.
        before_replacing: called when all rows are computed; if it raises, the earlier tables stay.
        by: a column; only rows of the earlier table with a value that the frame has are replaced.

    Raises:
        BadInputError: if a folder or a URL holds anything but a table of the format.
    """
    for place, frame in frames.items():
        check_format(place)
        check_format_at_url(frame.sparkSession, place)
    kept = {place: frame.cache() for place, frame in frames.items()}
    try:
        for frame in kept.values():
            frame.count()
        before_replacing()
        for place, frame in kept.items():
            _replace(frame, place, by)
    finally:
        for frame in kept.values():
            frame.unpersist()


def _replace(frame: DataFrame, place: Destination, by: str | None) -> None:
    spark = frame.sparkSession
    name = name_in_sql(spark, place)
    writer = frame.writeTo(name)
    if place.format:
        writer = writer.using(place.format)
    if by is None:
        writer.createOrReplace()
    elif (columns := _columns(spark, name)) is not None:
        if by not in columns or set(columns) != set(frame.columns):
            raise BadInputError(
                f"output ({place}): holds a table of other columns ({', '.join(columns)}), in "
                f"which rows of one {by} cannot be replaced. Name another place."
            )
        writer.overwritePartitions()
    else:
        writer.partitionedBy(F.col(by)).create()


def check_format(place: Destination) -> None:
    """Refuse a folder of this machine that holds anything but a table of the place's format.

    Raises:
        BadInputError: if it does.
    """
    folder = place.place
    if not isinstance(folder, Path) or place.format == PARQUET or not folder.exists():
        return
    found = table_format(folder)
    is_empty = folder.is_dir() and not any(folder.iterdir())
    if not is_empty and (found is None or found.name.lower() != place.format):
        held = f"a table of {found.name}" if found else "no table of this format"
        raise BadInputError(
            f"output ({folder}): holds {held}, and --format {place.format} would write between its "
            "files. Name a folder that is empty or not yet there."
        )


def check_format_at_url(spark: SparkSession, place: Destination) -> None:
    """Refuse a URL that holds anything but a table of the place's format.

    Over Spark Connect, whose client cannot look there, nothing is refused.

    Raises:
        BadInputError: if it does.
    """
    url = place.place
    if not isinstance(url, str) or place.is_table or place.format not in SIGNS or is_remote():
        return
    files = HadoopFiles(spark, url)
    if files.exists(f"{url}/{SIGNS[place.format]}"):  # a table has a file for each task of each run
        return
    held = sorted(file.name for file in files.children(url))
    foreign = [name for name in held if not FIRST_FILES.fullmatch(name)]
    if foreign:
        raise BadInputError(
            f"output ({url}): holds {foreign[0]}, and --format {place.format} would write a table "
            "around it. Name a folder that is empty or not yet there."
        )


def name_in_sql(spark: SparkSession, place: Destination) -> str:
    """Return the name of a table in SQL. The folder of an Iceberg table becomes a catalog."""
    if place.is_table:
        return str(place)
    where = on_disk(place.place.resolve()) if isinstance(place.place, Path) else place.place
    if place.format == "delta":
        return f"delta.{_quoted(where)}"
    parent, _, name = where.rpartition("/")
    catalog = f"folder_{crc32(parent.encode()):08x}"
    spark.conf.set(f"spark.sql.catalog.{catalog}", ICEBERG)
    spark.conf.set(f"spark.sql.catalog.{catalog}.type", "hadoop")
    spark.conf.set(f"spark.sql.catalog.{catalog}.warehouse", parent)
    spark.conf.set(f"spark.sql.catalog.{catalog}.cache-enabled", "false")
    return f"{catalog}.{_quoted(name)}"


def open_table(spark: SparkSession, place: Destination, version: str | None = None) -> DataFrame:
    """Open a table, as it is or as it was.

    Args:
        spark: the session to read with.
        place: a catalog table, or a place with a format that has transactions.
        version: the number of a version or a snapshot, or a time in UTC; None for the newest.
    """
    name = name_in_sql(spark, place)
    if version is None:
        return spark.table(name)
    clause = f"VERSION AS OF {version}" if version.isdigit() else f"TIMESTAMP AS OF '{version}'"
    return spark.sql(f"SELECT * FROM {name} {clause}")


def with_version(source: str) -> tuple[str, str | None]:
    """Split `table@3` into the table and its version; None without one."""
    found = None if os.path.lexists(source) else AT_VERSION.fullmatch(source)
    return (found[1], found[2].strip()) if found else (source, None)


def with_format(source: str) -> Destination | None:
    """Return the place of a table of Delta or Iceberg; None for any other source.

    Args:
        source: a folder of this machine that is one, or a name such as delta.`s3a://lake/usage`.
    """
    named = NAMED.fullmatch(source)
    if named:
        return destination("table", named[2], named[1].lower())
    folder = local_path(source)
    if folder is None or not os.path.lexists(folder):
        return None
    found = table_format(folder)
    if found is None or found.name == "Hudi":
        return None
    return Destination(folder, found.name.lower())


def beside(source: str, ending: str) -> str:
    """Return the name under which a job that writes `source` writes a second table beside it.

    Args:
        source: the table, as an option that reads it names it.
        ending: what is added to its name (see Destination.beside).
    """
    named = NAMED.fullmatch(source)
    if named:
        return f"{named[1]}.`{beside(named[2], ending)}`"
    return str(destination("table", source).beside(ending))


def _columns(spark: SparkSession, name: str) -> list[str] | None:
    """Return the columns of a table; None if there is no such table."""
    try:
        return spark.table(name).columns
    except PySparkException:
        return None


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
