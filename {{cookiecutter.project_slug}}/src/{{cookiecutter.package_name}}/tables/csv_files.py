"""Read CSV files as text, each by its own header, and check the headers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from ..errors import BadInputError, MissingColumnError
from .column_names import help_with_missing
from .dialects import (
    ENCODINGS,
    JAVA_CHARSETS,
    Dialect,
    find_dialect,
    separator_of,
)
from .rules import MALFORMED
from .schemas import Table, quoted
from .sources import Files, twice_in
from .writing import as_literal

OTHER_SEPARATOR = (
    " If another separator stands between the columns, name it: --csv-options sep=CHARACTER"
)

MOST_COLUMNS = 20480
"""Columns that Spark reads if it is not told of more."""


def open_csv(
    spark: SparkSession, files: Files, table: Table, options: Mapping[str, str], where: str
) -> DataFrame:
    """Open CSV files: columns are text, and MALFORMED contains lines that do not fit the header.

    Files with the same header are read together. Columns outside the contract are kept only if the
    contract allows other columns.

    Raises:
        BadInputError: if a column is missing from a header, or occurs in it twice.
    """
    admit_encoding(spark, options, where)
    in_folders = {name.lower() for name in files.partitions}
    needed = frozenset(field.name.lower() for field in table.schema) - in_folders
    groups: dict[Dialect, list[Path]] = defaultdict(list)
    for file in files.sizes:
        dialect = find_dialect(file, needed, options, where)
        if dialect:
            for name in in_folders & set(map(str.lower, dialect.header)):
                raise twice_in(name, file, where)
            groups[dialect].append(file)
    if not groups:
        raise BadInputError(f"{where}: column {table.schema[0].name} is missing: no file has rows.")
    wanted = needed
    if table.others:
        wanted |= {name.lower() for dialect in groups for name in dialect.header}
    titles = {field.name.lower(): field.name for field in table.schema}
    _check_headers(groups, table, {name: titles.get(name, name) for name in wanted}, where)
    header = next(iter(groups)).header
    names = [*(name for name in header if name.lower() in wanted), *files.partitions]
    frames = [
        _open_group(spark, files, dialect, paths, options, wanted).select(
            *map(quoted, names), MALFORMED
        )
        for dialect, paths in groups.items()
    ]
    return reduce(DataFrame.unionAll, frames)


def open_csv_of_url(
    spark: SparkSession, url: str, options: Mapping[str, str], where: str
) -> DataFrame:
    """Open CSV files that only Spark can read; all headers must equal the first one."""
    admit_encoding(spark, options, where)
    reader = spark.read.options(header=True, escape='"', enforceSchema=False, **for_spark(options))
    schema = _text([*reader.csv(url).columns, MALFORMED])
    return reader.options(columnNameOfCorruptRecord=MALFORMED).schema(schema).csv(url)


def _open_group(
    spark: SparkSession,
    files: Files,
    dialect: Dialect,
    paths: Sequence[Path],
    options: Mapping[str, str],
    wanted: frozenset[str],
) -> DataFrame:
    reader = spark.read.options(header=True, escape='"', columnNameOfCorruptRecord=MALFORMED)
    if "UTF-8" not in dialect.encoding and dialect.encoding.upper().startswith("UTF"):
        reader = reader.options(multiLine=True)  # otherwise Spark splits lines inside a character
    reader = reader.options(**for_spark(options)).options(
        sep=dialect.separator, encoding=dialect.encoding
    )
    if files.root.is_dir():
        reader = reader.options(basePath=str(files.root))
    names = _names(dialect, wanted)
    reader = reader.options(maxColumns=max(MOST_COLUMNS, len(names) + 1))
    read = reader.schema(_text([*names, MALFORMED])).csv([as_literal(path) for path in paths])
    if dialect.has_separator_line:  # Spark reads that line as the header, and the header as a row
        titles = [F.trim(quoted(name)).eqNullSafe(name) for name in names if name.lower() in wanted]
        return read.where(~reduce(Column.__and__, titles))
    return read


def admit_encoding(spark: SparkSession, options: Mapping[str, str], where: str) -> None:
    """Let Spark read an encoding that it does not read by default.

    Raises:
        BadInputError: if the session does not let this be set.
    """
    if options.get("encoding", ENCODINGS[0]).upper() in ENCODINGS:
        return
    try:
        spark.conf.set(JAVA_CHARSETS, True)
    except PySparkException as error:
        raise BadInputError(
            f"{where}: this session reads the encodings {', '.join(ENCODINGS)} only (setting "
            f"{JAVA_CHARSETS}). Save the file in one of them."
        ) from error


def for_spark(options: Mapping[str, str]) -> dict[str, str]:
    """Return the options for Spark, which has none for the decimal sign."""
    told = {name: value for name, value in options.items() if name != "decimal"}
    separator = separator_of(options)
    return told | ({"sep": separator} if separator else {})


def _names(dialect: Dialect, wanted: frozenset[str]) -> list[str]:
    """Return the names of all columns, with unique placeholders for those that are not wanted."""
    return [
        name if name.lower() in wanted else f"_column_{number}"
        for number, name in enumerate(dialect.header)
    ]


def _text(names: Sequence[str]) -> StructType:
    return StructType([StructField(name, StringType()) for name in names])


def _check_headers(
    groups: Mapping[Dialect, Sequence[Path]], table: Table, wanted: Mapping[str, str], where: str
) -> None:
    """Refuse headers that lack a wanted column (lower case -> name) or contain it twice.

    Raises:
        BadInputError: if there is such a header; the message names the column and a file.
    """
    files = sum(map(len, groups.values()))
    for name, title in sorted(wanted.items()):
        counts = {dialect: list(map(str.lower, dialect.header)).count(name) for dialect in groups}
        lacking = [dialect for dialect in groups if counts[dialect] == 0]
        doubled = [dialect for dialect in groups if counts[dialect] > 1]
        if lacking:
            paths = [path for dialect in lacking for path in groups[dialect]]
            place = f"{len(paths)} of {files} files, for example {paths[0].name}"
            header = lacking[0].header
            raise MissingColumnError(
                f"{where}: column {title} is missing in {'all rows' if files == 1 else place}. "
                + help_with_missing(title, header, table)
                + (OTHER_SEPARATOR if len(header) == 1 else ""),
                title,
                header,
            )
        if doubled:
            raise BadInputError(
                f"{where}: column {title} occurs {counts[doubled[0]]} times in the header of "
                f"{groups[doubled[0]][0].name}. Keep one of them."
            )
