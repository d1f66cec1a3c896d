"""Write tables safely: a new table replaces the earlier one only when it is complete."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from ..errors import BadInputError, UnavailableError, why_unavailable
from .places import check_replaceable, folder_of, is_within, local_path
from .unfinished import locked, remove_dead, unfinished_folder


def write(
    frames: Mapping[str, DataFrame],
    output: Path | str,
    before_replacing: Callable[[], None] = lambda: None,
) -> None:
    """Write each frame as Parquet to `output/<name>`; earlier tables stay until all are complete.

    The new tables are written to a hidden folder and renamed after the last one is complete, so a
    run that fails or is killed loses nothing. Remains of killed runs are removed. Of two concurrent
    runs, the tables of the one that ends last stay.

    Args:
        frames: the tables by name.
        output: the folder of the tables.
        before_replacing: called when all are complete; if it raises, the earlier tables stay.

    Raises:
        BadInputError: if `output` is a URL, a path in it is not a table and would be lost, or a
            folder cannot be written.
        UnavailableError: if the disk is full or fails.
    """
    folder = folder_of("output", output).resolve()  # a Connect server may run in another folder
    for name in frames:
        check_replaceable(f"output ({folder / name})", folder / name)
    try:
        _write(frames, folder, before_replacing)
    except (PySparkException, Py4JJavaError, OSError) as error:
        problem = why_unavailable(error)
        if problem:
            raise UnavailableError(
                f"output ({folder}): {problem}. Each table is as it was or complete."
            ) from error
        if isinstance(error, OSError):
            raise BadInputError(
                f"output ({folder}): cannot be written ({error.strerror or error}). Each table is "
                "as it was or complete."
            ) from error
        raise


def write_table(
    frame: DataFrame, path: Path | str, before_replacing: Callable[[], None] = lambda: None
) -> None:
    """Write one frame as Parquet to `path` (see `write`).

    Raises:
        BadInputError: see `write`; also if the frame is read from files in `path`.
    """
    folder = folder_of("output", path).resolve()
    check_replaceable(f"output ({folder})", folder)
    refuse_own_source(frame, folder)
    write({folder.name: frame}, folder.parent, before_replacing)


def refuse_own_source(frame: DataFrame, folder: Path) -> None:
    """Refuse to write a frame to the folder that it is read from.

    job.parse compares paths; only Spark knows the files of a catalog table.

    Raises:
        BadInputError: names the folder.
    """
    read_from = {unquote(file).rpartition("/")[0] for file in frame.inputFiles()}
    if any(place is not None and is_within(place, folder) for place in map(local_path, read_from)):
        raise BadInputError(
            f"output ({folder}): the job reads its rows from there, and would replace them. Name "
            "another folder."
        )


def read_written(spark: SparkSession, path: Path | str) -> DataFrame:
    """Read a table that `write` or `write_table` wrote; its path may have any characters."""
    return spark.read.parquet(as_literal(folder_of("output", path)))


def as_literal(path: Path) -> str:
    r"""Return an absolute path in which the characters of Spark's patterns are escaped.

    Examples:
        >>> as_literal(Path("/runs [1]"))
        '/runs \\[1\\]'
    """
    # absolute: a Connect server may run in another folder. Links stay: their suffix is needed
    return re.sub(r"([\\\[\]{}*?])", r"\\\1", path.absolute().as_posix())


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
            frame.write.parquet(str(unfinished / name))
        before_replacing()
        with _swapping(folder):
            for name in frames:
                _replace(folder / name, unfinished / name)


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
