"""Read tables of file systems that only Spark reaches (s3a, hdfs): what it sees is checked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from ..errors import BadInputError
from .csv_files import for_spark, open_csv_of_url
from .formats import FORMATS, refusal
from .hadoop_files import with_host
from .json_files import open_json_path, text_columns
from .parquet_files import open_parquet_path
from .places import PARTITION
from .schemas import Table
from .sources import PARQUET, keep_folders_as_text, kind_of, twice_in

LEVELS_ABOVE = 2
"""Folders above a URL where a table format is looked for: each costs a look at the server."""


def open_url(
    spark: SparkSession, url: str, table: Table, options: Mapping[str, str], where: str
) -> tuple[DataFrame, list[str]]:
    """Open the files at a URL.

    Returns:
        The rows as they are stored, and the names of the columns whose text is to be read as
        their type.

    Raises:
        BadInputError: when the URL is part of a table format, has files in folders of its own, or
            a column both in files and in the names of folders.
    """
    url = with_host(spark, url)
    for folder in folders_from(url):
        for found in FORMATS:
            if _exists(spark, f"{folder}/{found.sign}"):
                raise refusal(found, folder, where)
    frame, text = _open(spark, url, table, options, where)
    files = frame.inputFiles()
    everywhere = spark.read.options(recursiveFileLookup=True)
    if len(everywhere.format("binaryFile").load(url).inputFiles()) != len(files):
        raise BadInputError(
            f"{where}: holds files in folders of its own. Name one folder whose files are one "
            "table."
        )
    in_folders = columns_in_folders(files, url)
    if not in_folders:
        return frame, text
    # where both have a column, Spark would take the folder's value
    reader = everywhere.options(header=True, **for_spark(options))
    for name in reader.format(kind_of(url)).load(url).columns:
        if name.lower() in in_folders:
            raise twice_in(name, Path(urlsplit(files[0]).path), where)
    keep_folders_as_text(spark, where)
    frame, text = _open(spark, url, table, options, where)
    return frame, [*text, *in_folders]


def _open(
    spark: SparkSession, url: str, table: Table, options: Mapping[str, str], where: str
) -> tuple[DataFrame, list[str]]:
    kind = kind_of(url)
    if kind == "CSV":
        frame = open_csv_of_url(spark, url, options, where)
        return frame, frame.columns
    if kind == "JSON":
        frame = open_json_path(spark, url)
        return frame, sorted(text_columns(frame))
    if kind == PARQUET:
        return open_parquet_path(spark, url, table), []
    return spark.read.format(kind).load(url), []


def columns_in_folders(files: Sequence[str], url: str) -> list[str]:
    """Return the columns, in lower case, that folders below a URL name: `month=2025`."""
    root = unquote(urlsplit(url).path).rstrip("/") + "/"
    paths = (unquote(urlsplit(file).path) for file in files)
    folders = {
        folder
        for path in paths
        if path.startswith(root)
        for folder in path.removeprefix(root).split("/")[:-1]
    }
    matches = map(PARTITION.fullmatch, folders)
    return sorted({match[1].lower() for match in matches if match})


def folders_from(url: str) -> Iterator[str]:
    """The URL and some folders above it, up to the root of its file system."""
    folder = url.rstrip("/")
    root = re.match(r"([A-Za-z][\w+.-]+://?[^/]*)?", folder)
    for _ in range(LEVELS_ABOVE + 1):
        yield folder
        if root is None or "/" not in folder[root.end() :]:
            return
        folder = folder.rpartition("/")[0]


def _exists(spark: SparkSession, pattern: str) -> bool:
    try:
        _ = spark.read.format("binaryFile").load(pattern).schema
    except PySparkException as error:
        if error.getCondition() != "PATH_NOT_FOUND":
            raise
        return False
    return True
