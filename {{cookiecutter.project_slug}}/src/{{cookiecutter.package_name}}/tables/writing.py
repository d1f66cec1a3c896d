"""Write tables safely: a new table replaces the earlier one only when it is complete."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import pyarrow.parquet as pq
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from ..errors import BadInputError, UnavailableError, why_unavailable
from ..phases import timed
from .destinations import PARQUET, Destination, Output, destination, is_within_place
from .faults import explain
from .hadoop_files import with_host
from .manifest import replace_tables
from .places import check_replaceable, local_path, on_disk
from .transactions import open_table, replace_by_transaction
from .unfinished import locked, remove_dead, unfinished_folder


@timed("write")
def write(
    frames: Mapping[str, DataFrame],
    output: Output,
    before_replacing: Callable[[], None] = lambda: None,
) -> None:
    """Write each frame to `output/<name>`; earlier tables stay until all are complete.

    In a folder of this machine the new tables are written to a hidden folder and renamed after the
    last one is complete; at a URL a manifest is replaced last (see manifest.py); Delta, Iceberg and
    catalogs have transactions. So a run that fails or is killed loses nothing. Remains of killed
    runs are removed. Of two concurrent runs, the tables of the one that ends last stay.

    Args:
        frames: the tables by name.
        output: the folder of the tables, its URL, or the schema of the catalog.
        before_replacing: called when all are complete; if it raises, the earlier tables stay.

    Raises:
        BadInputError: if a path in `output` is not a table and would be lost, or it cannot be
            written.
        UnavailableError: if the disk is full or fails, or a server does not answer.
    """
    place = destination("output", output)
    folder = parquet_folder(place)
    if folder is None:
        replace_elsewhere({place / name: frame for name, frame in frames.items()}, before_replacing)
        return
    for name in frames:
        check_replaceable(f"output ({folder / name})", folder / name)
    with _telling_faults(str(folder)):
        _write(frames, folder, before_replacing)


@timed("write")
def write_table(
    frame: DataFrame, output: Output, before_replacing: Callable[[], None] = lambda: None
) -> None:
    """Write one frame to `output` (see `write`).

    Raises:
        BadInputError: see `write`; also if the frame is read from files in `output`.
    """
    place = destination("output", output)
    folder = parquet_folder(place)
    if folder is not None:
        check_replaceable(f"output ({folder})", folder)
    refuse_own_source(frame, place)
    if folder is not None:
        write({folder.name: frame}, folder.parent, before_replacing)
    else:
        replace_elsewhere({place: frame}, before_replacing)


def refuse_own_source(frame: DataFrame, place: Destination) -> None:
    """Refuse to write a frame to the place that it is read from.

    job.parse compares places; only Spark knows the files of a catalog table.

    Raises:
        BadInputError: names the place.
    """
    target = place.place if isinstance(place.place, str) else place.place.resolve()
    for read_from in {file.rpartition("/")[0] for file in frame.inputFiles()}:
        if is_within_place(local_path(unquote(read_from)) or read_from, target):
            raise BadInputError(
                f"output ({target}): the job reads its rows from there, and would replace them. "
                "Name another place."
            )


def read_written(spark: SparkSession, output: Output) -> DataFrame:
    """Read a table that `write` or `write_table` wrote; its path may have any characters."""
    place = destination("output", output)
    if _transacts(place):
        return open_table(spark, place)
    where = place.place
    return spark.read.parquet(
        with_host(spark, where) if isinstance(where, str) else as_literal(where)
    )


def _transacts(place: Destination) -> bool:
    return place.is_table or place.format != PARQUET


def parquet_folder(place: Destination) -> Path | None:
    """Return the folder of this machine that Parquet is written to; None for other places."""
    if _transacts(place) or isinstance(place.place, str):
        return None
    return place.place.resolve()  # a Connect server may run in another folder


def replace_elsewhere(
    frames: Mapping[Destination, DataFrame],
    before_replacing: Callable[[], None],
    by: str | None = None,
) -> None:
    """Replace tables that are not Parquet in a folder of this machine.

    Args:
        frames: place -> table, all of one kind.
        before_replacing: see `write`.
        by: a column; only rows of the earlier table with a value that the frame has are replaced.
    """
    [first, *_] = frames
    with _telling_faults(str(first)):
        if _transacts(first):
            replace_by_transaction(frames, before_replacing, by)
        else:
            urls = {str(place): frame for place, frame in frames.items()}
            replace_tables(urls, before_replacing, by)


@contextmanager
def _telling_faults(place: str) -> Iterator[None]:
    """Raise BadInputError or UnavailableError for errors of the disk or of a server."""
    kept = "Each table is as it was or complete."
    try:
        yield
    except (PySparkException, Py4JJavaError, OSError) as error:
        problem = why_unavailable(error)
        if problem:
            raise UnavailableError(f"output ({place}): {problem}. {kept}") from error
        if isinstance(error, OSError):
            raise BadInputError(
                f"output ({place}): cannot be written ({error.strerror or error}). {kept}"
            ) from error
        told = explain(error, f"output ({place})")
        if told:
            raise told from error
        raise


def as_literal(path: Path) -> str:
    r"""Return `on_disk(path)` with the characters of Spark's patterns escaped, for readers.

    Examples:
        >>> as_literal(Path("/runs [1]"))
        'file:/runs \\[1\\]'
    """
    return re.sub(r"([\\\[\]{}*?])", r"\\\1", on_disk(path))


def backup_path(path: Path) -> Path:
    """Return the path of the last complete table while the new one replaces it."""
    return path.with_name(f".{path.name}.earlier")


def _write(
    frames: Mapping[str, DataFrame], folder: Path, before_replacing: Callable[[], None]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with _swapping(folder):
        remove_dead(folder)
        for name in frames:
            _restore(folder / name)
    with unfinished_folder(folder) as unfinished:
        for name, frame in frames.items():
            _write_files(frame, unfinished / name)
        before_replacing()
        with _swapping(folder):
            for name in frames:
                _replace(folder / name, unfinished / name)


def is_cluster(spark: SparkSession) -> bool:
    """Return whether other machines may run tasks."""
    return not str(spark.conf.get("spark.master", "local")).startswith("local")


def _write_files(frame: DataFrame, folder: Path) -> None:
    """Write Parquet files into a folder that does not exist yet.

    Raises:
        BadInputError: if the machines of a cluster wrote rows into folders of their own.
    """
    if not is_cluster(frame.sparkSession):
        frame.write.parquet(on_disk(folder))
        return
    seen = Observation()
    frame.observe(seen, F.count(F.lit(1)).alias("rows")).write.parquet(on_disk(folder))
    files = folder.rglob("part-*.parquet") if folder.is_dir() else []
    arrived = sum(pq.read_metadata(file).num_rows for file in files)
    if arrived != seen.get["rows"]:
        raise BadInputError(
            f"output ({folder.parent.parent}): {arrived:,} of {seen.get['rows']:,} rows arrived in "
            "this folder, because the machines of the cluster do not share it. Name a URL, for "
            "example hdfs:///folder, or a folder that all of them share."
        )


@contextmanager
def _swapping(folder: Path) -> Iterator[None]:
    """Let one run at a time rename tables in a folder, if the file system supports locks."""
    handle = os.open(folder, os.O_RDONLY) if os.name == "posix" else None
    try:
        if handle is not None:
            locked(handle, wait=True)
        yield
    finally:
        if handle is not None:
            os.close(handle)  # which unlocks it


def _replace(path: Path, complete: Path) -> None:
    """Replace an earlier table by a complete one; restore the earlier one on failure."""
    backup = backup_path(path)
    try:
        if path.exists():
            _remove(backup)
            path.rename(backup)
        complete.rename(path)
    finally:
        _restore(path)
    _remove(backup)


def _restore(path: Path) -> None:
    """Restore the earlier table if a run ended between the two renames."""
    if not os.path.lexists(path) and backup_path(path).exists():
        backup_path(path).rename(path)


def _remove(path: Path) -> None:
    """Remove a folder or a file, if it exists."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
