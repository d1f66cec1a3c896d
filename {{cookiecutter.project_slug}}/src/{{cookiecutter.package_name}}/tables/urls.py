"""Read tables of file systems that only Spark reaches (s3a, hdfs): what it sees is checked."""

import re
from collections.abc import Iterator, Mapping

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from ..errors import BadInputError
from .csv_files import open_csv_of_url
from .formats import FORMATS, refusal
from .hadoop_files import with_host
from .json_files import open_json_path, text_columns
from .parquet_files import open_parquet_path
from .schemas import Table
from .sources import PARQUET, keep_folders_as_text, kind_of

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
        BadInputError: when the URL is part of a table format, or has files in folders of its own.
    """
    url = with_host(spark, url)
    for folder in folders_from(url):
        for found in FORMATS:
            if _exists(spark, f"{folder}/{found.sign}"):
                raise refusal(found, folder, where)
    kind = kind_of(url)
    if kind == "CSV":
        frame = open_csv_of_url(spark, url, options, where)
        return frame, frame.columns
    if kind == "JSON":
        frame = open_json_path(spark, url)
        return frame, sorted(text_columns(frame))
    if kind != PARQUET:
        return spark.read.format(kind).load(url), []
    frame = open_parquet_path(spark, url, table)
    whole = spark.read.options(recursiveFileLookup=True).parquet(url)
    if len(whole.inputFiles()) != len(frame.inputFiles()):
        raise BadInputError(
            f"{where}: holds files in folders of its own. Name one folder whose files are one "
            "table."
        )
    in_files = {name.lower() for name in whole.columns}
    in_folders = [name for name in frame.columns if name.lower() not in in_files]
    if in_folders:
        keep_folders_as_text(spark, where)
        frame = open_parquet_path(spark, url, table)
    return frame, in_folders


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
