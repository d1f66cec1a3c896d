"""Read Parquet files, also if the types of their columns differ between files."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DataType,
    DateType,
    DoubleType,
    NumericType,
    StringType,
    TimestampType,
)

from ..errors import BadInputError
from .columns import check_columns
from .dialects import refuse_other_kinds
from .places import PARTITION
from .schemas import Table, quoted
from .sources import PARQUET, Files, twice_in
from .writing import as_literal

NANOS_AS_LONG = "spark.sql.legacy.parquet.nanosAsLong"

LOCAL = "isAdjustedToUTC=false"
"""Part of the type of times without a zone."""

WIDEST: dict[type[DataType], DataType] = {
    StringType: StringType(),
    DoubleType: DoubleType(),
    DateType: TimestampType(),
    TimestampType: TimestampType(),
}
"""Type in a schema -> a type that can hold the values of every stored type."""

Columns = frozenset[tuple[str, str]]
"""Lower-case name and type of each column of a file."""


def open_parquet(spark: SparkSession, files: Files, table: Table, where: str) -> DataFrame:
    """Open Parquet files with their stored types, or with the widest type if types differ.

    Raises:
        BadInputError: when a file is damaged, lacks a column that others have, or holds one that
            Spark cannot read.
    """
    groups = _group(files, table, where)
    local = frozenset(name for columns in groups for name, kind in columns if LOCAL in kind)
    if len(groups) < 2:
        return open_parquet_path(spark, as_literal(files.root), table, local=local)
    _check_names(groups, where)
    frames = []
    for paths in groups.values():
        patterns = [as_literal(path) for path in paths]
        frame = open_parquet_path(spark, patterns, table, str(files.root), local)
        check_columns(frame, table, f"{where}, {paths[0].name}", frozenset(files.partitions))
        frames.append(frame.select(*_widened(frame, table)))
    _check_types(frames, where)
    return reduce(DataFrame.unionByName, frames)


def open_parquet_path(
    spark: SparkSession,
    pattern: str | list[str],
    table: Table,
    base: str | None = None,
    local: frozenset[str] = frozenset(),
) -> DataFrame:
    """Open Parquet with its stored types, and with the nanoseconds of pandas as timestamps.

    Spark has no type for the nanoseconds in which pandas stores dates. By default it raises an
    error; with NANOS_AS_LONG it reads them as whole numbers.

    Args:
        spark: the session.
        pattern: paths of Spark.
        table: the contract.
        base: the folder whose sub-folders are named after columns.
        local: names, in lower case, of columns with times without a zone.
    """
    reader = spark.read.options(basePath=base) if base else spark.read
    paths = [pattern] if isinstance(pattern, str) else pattern
    spark.conf.set(NANOS_AS_LONG, False)
    try:
        stored = reader.parquet(*paths)
        _ = stored.schema  # over Spark Connect, only this makes Spark read the files
        return stored
    except PySparkException as error:
        if error.getCondition() != "PARQUET_TYPE_ILLEGAL":
            raise
    finally:
        spark.conf.set(NANOS_AS_LONG, True)  # Spark reads the setting again for each query
    stored = reader.parquet(*paths)
    types = {name.lower(): type_name for name, type_name in stored.dtypes}
    times = {}
    for field in table.schema:
        name, is_time = field.name.lower(), isinstance(field.dataType, (DateType, TimestampType))
        if is_time and types.get(name) == "bigint":
            time = F.timestamp_micros(F.floor(F.col(quoted(field.name)) / 1000))
            times[field.name] = time.cast("timestamp_ntz") if name in local else time
    return stored.withColumns(times)


def names_of(frame: DataFrame, files: Files | None) -> set[str]:
    """Return the names of a table's columns; of Parquet on this machine, those of any file."""
    if files is None or files.kind != PARQUET:
        return set(frame.columns)
    paths = [path for path, (size, _) in files.sizes.items() if size]
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda path: pq.read_schema(path).names, paths)
    return {*files.partitions, *(name for names in found for name in names)}


def _group(files: Files, table: Table, where: str) -> dict[Columns, list[Path]]:
    """Group files by their columns in the contract, which are read from the files' footers."""
    asked = {field.name.lower() for field in table.schema}
    paths = [path for path, (size, _) in files.sizes.items() if size]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda path: _columns(path, files.root, where), paths))
    groups: dict[Columns, list[Path]] = defaultdict(list)
    for path, columns in zip(paths, found, strict=True):
        groups[
            frozenset(column for column in columns if table.others or column[0] in asked)
        ].append(path)
    return groups


def _columns(path: Path, root: Path, where: str) -> list[tuple[str, str]]:
    """Return the names and types of a file's columns.

    Raises:
        BadInputError: if the file cannot be read, has a type that Spark cannot read, or contradicts
            the names of its folders.
    """
    try:
        metadata = pq.read_metadata(path)
        schema = metadata.schema
    except (pa.ArrowException, OSError) as error:
        with path.open("rb") as file:
            beginning = file.read(len(b"ARROW1"))
        if not beginning.startswith(b"PAR1"):
            refuse_other_kinds(path.name, beginning, where)
        raise BadInputError(
            f"{where}: a file is damaged, or not Parquet and without a name in .csv, .json or "
            f".orc: {path.name}."
        ) from error
    matches = map(PARTITION.fullmatch, path.relative_to(root).parts[:-1])
    folders = {match[1].lower(): unquote(match[2]) for match in matches if match}
    columns = []
    for number in range(len(schema)):
        column = schema.column(number)
        kind = str(column.logical_type)
        if kind == "UUID":
            raise BadInputError(
                f"{where}: column {column.path} is stored as UUID (16 bytes) in {path.name}: "
                f"Spark cannot read it. Store it as text, in pandas by .astype(str)."
            )
        columns.append((column.path.lower(), f"{column.physical_type} {kind}"))
        told = folders.get(column.path.lower())
        if told is not None and _values(metadata, number) - {told}:
            raise twice_in(column.path, path, where)
    return columns


def _values(metadata: pq.FileMetaData, column: int) -> set[str | None]:
    """Return the smallest and the largest values of a column, as text; None if not known."""
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    known = [group.column(column).statistics for group in groups]
    ends = [(found.min, found.max) if found and found.has_min_max else None for found in known]
    return {str(value) if pair else None for pair in ends for value in pair or (None,)}


def _check_names(groups: Mapping[Columns, Sequence[Path]], where: str) -> None:
    """Refuse a column that is in some files only: Spark would read nulls for the others."""
    names = {columns: {name for name, _ in columns} for columns in groups}
    for columns, paths in groups.items():
        for other, lacking in groups.items():
            missing = sorted(names[columns] - names[other])
            if missing:
                raise BadInputError(
                    f"{where}: column {missing[0]} is missing in {lacking[0].name}, and is there "
                    f"in {paths[0].name}. Write all files with the same columns."
                )


def _check_types(frames: Sequence[DataFrame], where: str) -> None:
    """Refuse columns whose values one type cannot hold: numbers and text, for example."""
    for name in frames[0].columns:
        types = {frame.schema[name].dataType for frame in frames}
        if len(types) > 1 and not all(isinstance(kind, NumericType) for kind in types):
            told = " and ".join(sorted(kind.simpleString() for kind in types))
            raise BadInputError(
                f"{where}: column {name} is of type {told} in different files. Write all files "
                "with the same types."
            )


def _widened(frame: DataFrame, table: Table) -> list[Column]:
    """Return a frame's columns, with the widest types for those in the contract."""
    widest = {field.name.lower(): WIDEST[type(field.dataType)] for field in table.schema}
    return [
        F.col(quoted(name)).cast(widest[name.lower()]).alias(name)
        if name.lower() in widest
        else F.col(quoted(name))
        for name in frame.columns
        if table.others or name.lower() in widest
    ]
