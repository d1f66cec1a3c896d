"""Write tables so that nothing is lost: a new table takes its place when it is complete."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

from ..errors import BadInputError, UnavailableError

PARQUET_PART = re.compile(r"\.?(part-.*|_SUCCESS)(\.crc)?")
FULL = "No space left on device"


def write(frames: Mapping[str, DataFrame], output: Path) -> None:
    """Write each frame as Parquet to `output/<name>`; earlier tables stay until all are complete.

    The new tables are written to a hidden folder and take their places by renaming once the last
    of them is done: a run that fails or is killed loses nothing.

    Raises:
        BadInputError: when `output` is a URL: it must be a folder that can be renamed in.
        UnavailableError: when the disk is full.
    """
    _refuse_url(output)
    output = output.resolve()  # a Connect server may run in another folder
    try:
        _write(frames, output)
    except (PySparkException, Py4JJavaError, OSError) as error:
        if FULL not in str(error):
            raise
        raise UnavailableError(
            f"output ({output}): its disk is full. What was there before is as it was; make room "
            "and try again."
        ) from error


def _write(frames: Mapping[str, DataFrame], output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".unfinished-", dir=output) as unfinished:
        for name, frame in frames.items():
            frame.write.parquet(str(Path(unfinished, name)))
        for name in frames:
            path = output / name
            if path.exists():
                _remove(backup_path(path))
                path.rename(backup_path(path))
            Path(unfinished, name).rename(path)
            _remove(backup_path(path))


def write_table(frame: DataFrame, path: Path) -> None:
    """Write a frame as Parquet to `path`, as `write` does with its tables.

    Raises:
        BadInputError: when `path` is a URL, or holds anything but a table, which would be lost.
    """
    _refuse_url(path)
    held = sorted(path.iterdir()) if path.is_dir() else [path] if path.exists() else []
    foreign = [file.name for file in held if not PARQUET_PART.fullmatch(file.name)]
    if foreign:
        raise BadInputError(
            f"output ({path}): holds {len(foreign)} things that are no part of a table, for "
            f"example {foreign[0]}. Name a folder that is empty or not yet there."
        )
    path = path.resolve()
    write({path.name: frame}, path.parent)


def backup_path(path: Path) -> Path:
    """Where the last complete table is for the moment in which the new one takes its place."""
    return path.with_name(f".{path.name}.earlier")


def _refuse_url(output: Path) -> None:
    if re.match(r"\w{2,}:", str(output)):
        raise BadInputError(f"output ({output}): must be a folder of this machine, not a URL.")


def _remove(path: Path) -> None:
    """Remove a folder or a file, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
