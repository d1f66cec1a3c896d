"""Read JSON files: an object per line, or one array of objects in a file."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StringType

from .dialects import beginning
from .rules import NOT_JSON
from .sources import Files, twice_in
from .writing import as_literal


def open_json(spark: SparkSession, files: Files, where: str) -> DataFrame:
    """Open JSON files as text: numbers keep the digits that are written.

    One pass finds the columns; NOT_JSON is one of them if a line is not JSON. If folders are
    named after columns, a second pass finds the columns of the files alone: where both have a
    column, Spark would take the folder's value.

    Raises:
        BadInputError: if a file is damaged, or has a column that the names of folders have too.
    """
    beginnings = [beginning(file, where).lstrip() for file in files.sizes]
    has_arrays = any(content.startswith(b"[") for content in beginnings)
    in_folders = {name.lower() for name in files.partitions}
    if in_folders:
        reader = spark.read.options(recursiveFileLookup=True, multiLine=has_arrays)
        for name in reader.json(as_literal(files.root)).columns:
            if name.lower() in in_folders:
                raise twice_in(name, files.root, where)
    return open_json_path(spark, as_literal(files.root), has_arrays)


def open_json_path(spark: SparkSession, path: str, has_arrays: bool = False) -> DataFrame:
    """Open JSON at a path of Spark.

    Args:
        spark: the session.
        path: a path or a URL.
        has_arrays: whether each file is read as a whole, and may hold an array.
    """
    reader = spark.read.options(primitivesAsString=True, columnNameOfCorruptRecord=NOT_JSON)
    return reader.options(multiLine=has_arrays).json(path)


def text_columns(frame: DataFrame) -> frozenset[str]:
    """Return the names, in lower case, of the columns that are text."""
    return frozenset(field.name.lower() for field in frame.schema if field.dataType == StringType())
