"""Vintages: what a job predicted each time it ran, kept side by side in one table.

The table is a folder with a folder for each vintage, `as_of=2025-12-01`, which Spark and pandas
read as a column. A run replaces its own vintage only. A table of version 0.1.0, whose files lie in
the folder itself, becomes the vintage of an unknown period: `as_of` is null there, and no row is
lost.
"""

import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from ..errors import BadInputError, MissingTableError
from ..phases import timed
from .destinations import Destination, Output, destination
from .faults import explain
from .hadoop_files import with_host
from .places import CATALOG_TABLE, PARQUET_PART, folder_of, local_path
from .transactions import open_table, with_format
from .writing import (
    as_literal,
    parquet_folder,
    read_written,
    refuse_own_source,
    replace_elsewhere,
    write,
)

AS_OF = "as_of"
"""Column with the last period that a prediction was made from."""

PERIOD, MONTH = "period", "month"
"""Names of the column with the period that is predicted."""

FOLDER = re.compile(rf"{AS_OF}=(.+)")
UNKNOWN = f"{AS_OF}=__HIVE_DEFAULT_PARTITION__"
"""Spark's name for the folder of rows in which the column is null."""

ABSENT = re.compile(r"(PATH|TABLE_OR_VIEW|DELTA_TABLE)_NOT_FOUND|UNABLE_TO_INFER_SCHEMA")
"""Spark's conditions of a table that is not there, or whose folder is empty."""


class Run(NamedTuple):
    """A run of a job, in the columns that its rows have.

    as_of: the last period used. made_at: when it was made. run_id: the same in all tables of a run.
    """

    as_of: date
    made_at: datetime
    run_id: str


@timed("write")
def write_vintage(
    frame: DataFrame,
    output: Output,
    run: Run,
    keep: int | None = None,
    before_replacing: Callable[[], None] = lambda: None,
) -> None:
    """Write one vintage of a table, with the columns of its run; the other vintages stay.

    Args:
        frame: the rows.
        output: the folder of the table, its URL, or a catalog table.
        run: the run that made them.
        keep: number of vintages that stay in a folder of Parquet, the newest ones and this one;
            None keeps all.
        before_replacing: see writing.write.

    Raises:
        BadInputError, UnavailableError: see writing.write.
    """
    place = destination("output", output)
    refuse_own_source(frame, place)
    made = {"made_at": F.lit(run.made_at), "run_id": F.lit(run.run_id)}
    folder = parquet_folder(place)
    if folder is None:
        rows = frame.withColumns({**made, AS_OF: _literal(run.as_of)})
        replace_elsewhere({place: rows}, before_replacing, by=AS_OF)
        return

    def ready() -> None:
        before_replacing()
        _adopt(folder)

    write({_name(str(run.as_of)): frame.withColumns(made)}, folder, ready)
    if keep is not None:
        others = [known for known in vintages(folder) if known != str(run.as_of)]
        for old in others[: max(0, len(others) - keep + 1)]:
            shutil.rmtree(folder / _name(old), ignore_errors=True)


def vintages(output: Path | str) -> list[str]:
    """Return the vintages of a table, as text, the newest last."""
    folder = folder_of("output", output).resolve()
    found = map(FOLDER.fullmatch, (path.name for path in folder.glob(f"{AS_OF}=*")))
    return sorted(unquote(match[1]) for match in found if match and match[0] != UNKNOWN)


def read_vintage(spark: SparkSession, output: Output, as_of: date | None = None) -> DataFrame:
    """Read one vintage of a table that `write_vintage` wrote, with its AS_OF.

    Args:
        spark: the session to read with.
        output: the folder of the table.
        as_of: the vintage; None reads the newest one.

    Raises:
        BadInputError: if there is none.
    """
    place = destination("output", output)
    folder = parquet_folder(place)
    if folder is None:
        rows = read_written(spark, place)
        newest = _literal(as_of) if as_of else rows.select(F.max(AS_OF)).scalar()
        return rows.where(F.col(AS_OF) == newest)
    known = vintages(folder)
    chosen = known[-1] if known and as_of is None else str(as_of)
    if chosen not in known:
        raise BadInputError(f"output ({folder}): has no vintage {chosen if as_of else 'yet'}.")
    rows = spark.read.parquet(as_literal(folder / _name(chosen)))
    return rows.withColumn(AS_OF, F.lit(chosen).cast("timestamp_ntz" if " " in chosen else "date"))


def read_vintages(spark: SparkSession, source: str, columns: StructType) -> DataFrame:
    """Read all vintages of a table, but for rows whose vintage is unknown.

    Vintages may differ in other columns, such as quantiles that were asked for later.

    Args:
        spark: the session to read with.
        source: a folder or a URL that `write_vintage` wrote, or a catalog table.
        columns: the columns to read, with their types; AS_OF is one of them. A column PERIOD may
            be called MONTH in the table.

    Raises:
        MissingTableError: if there is no such table.
        BadInputError: if it cannot be read, or its newest vintage lacks a column.
    """
    is_name = CATALOG_TABLE.fullmatch(source) is not None and not Path(source).exists()
    table = with_format(source) or (Destination(source, None, True) if is_name else None)
    local = None if table else local_path(source)
    place = with_host(spark, source) if local is None else as_literal(local)
    known = vintages(local) if local is not None else []
    newest = f"{place}/{_name(known[-1])}" if known else place
    try:
        stored = (open_table(spark, table) if table else spark.read.parquet(newest)).columns
    except (PySparkException, Py4JJavaError) as error:
        if not ABSENT.search(str(error)):
            raise explain(error, source) or error from None
        raise MissingTableError(
            f"{source}: there is no table of predictions. Check the name, and run the job that "
            "writes it first."
        ) from error
    names = {name: MONTH if name == PERIOD and MONTH in stored else name for name in columns.names}
    lacking = {*names.values()} - {*stored, AS_OF}
    if lacking or not (known or AS_OF in stored):
        name = min(lacking, default=AS_OF)
        raise BadInputError(f"{source}: column {name} is missing. Run the job that writes it.")
    schema = StructType([StructField(names[field.name], field.dataType) for field in columns])
    rows = open_table(spark, table) if table else spark.read.schema(schema).parquet(place)
    return rows.where(F.col(AS_OF).isNotNull()).select(
        *(F.col(names[field.name]).cast(field.dataType).alias(field.name) for field in columns)
    )


def _literal(as_of: date | None) -> Column:
    """Return a vintage as a column, whatever the time zone of this machine."""
    kind = "timestamp" if isinstance(as_of, datetime) else "date"
    return F.lit(None if as_of is None else str(as_of)).cast(kind)


def _name(as_of: str) -> str:
    """Return the name of a vintage's folder, in which Spark escapes colons."""
    return f"{AS_OF}={quote(as_of, safe=' -')}"


def _adopt(folder: Path) -> None:
    """Make files of a table without vintages the vintage of an unknown period.

    They are moved one by one, and a run that ends meanwhile leaves the rest for the next one.
    """
    files = [path for path in folder.iterdir() if PARQUET_PART.fullmatch(path.name)]
    if files:
        (folder / UNKNOWN).mkdir(exist_ok=True)
    for path in files:
        path.rename(folder / UNKNOWN / path.name)
