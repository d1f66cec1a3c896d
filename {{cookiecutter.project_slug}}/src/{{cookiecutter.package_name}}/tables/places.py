"""Check a job's paths: an output must not replace an input, and must be writable."""

import errno
import glob
import os
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import BadInputError

URL = re.compile(r"([a-z][a-z0-9+.-]+):(?://[^/]*(?=/))?(.*)", re.IGNORECASE | re.DOTALL)
MOUNTED = {"file": "", "dbfs": "/dbfs"}
"""Scheme of URLs whose files are on this machine -> the folder that they are below."""

CATALOG_TABLE = re.compile(r"`.*|[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*){1,2}", re.DOTALL)
TOO_MANY_PARTS = re.compile(r"[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*){3,}")
FILE_ENDINGS = (".parquet", ".csv", ".json", ".out", ".d", ".dir", ".tmp")
PARQUET_PART = re.compile(r"\.?(part-.*|_SUCCESS)(\.crc)?")
VINTAGE_PART = re.compile(rf"{PARQUET_PART.pattern}|\.?as_of=.*|\.unfinished-.*")
"""Names in the folder of a table that has vintages, or will have them."""

PARTITION = re.compile(r"([^=]+)=(.*)")
UNFINISHED = ".unfinished-"
"""Prefix of the hidden folders in which runs write incomplete tables."""

OF_PLATFORMS = ("/Volumes/", "/Workspace/", "/dbfs/")
"""Folders that some platforms mount on each machine, and that Spark finds without `file:` only."""


def check_places(
    inputs: Mapping[str, str],
    tables: Sequence[Path],
    reports: Path | None = None,
    scratch: Path | None = None,
    store: Path | None = None,
) -> None:
    """Refuse outputs that would overwrite or mix with an input, before anything is read.

    Links, relative paths, `file:` URLs, and letter case on a case-insensitive disk are resolved.

    Args:
        inputs: for each option that names an input, its value: a path, a URL or a catalog table.
        tables: the folders that will be replaced by tables.
        reports: the folder that reports are added to; it may contain inputs.
        scratch: the folder for temporary tables.
        store: the folder of the model store.

    Raises:
        BadInputError: if two places are the same, or one is inside the other.
    """
    found = {option: list(_real_places(value)) for option, value in inputs.items()}
    if store is not None:
        found["models' store"] = [store.resolve()]
    for option, places in found.items():
        value = inputs.get(option, str(store))
        for place in places:
            for table in tables:
                if is_within(place, table) or is_within(table, place):
                    raise same_place("--output", table, option, value)
            if reports is not None and is_within(reports, place):
                raise same_place("--reports", reports, option, value)
            if scratch is not None and is_within(scratch, place):
                raise same_place("--scratch", scratch, option, value)
    for table in tables:
        if reports is not None and is_within(reports, table):
            raise same_place("--reports", reports, "--output", str(table))


def folder_of(option: str, value: str | Path) -> Path:
    """Return the folder of this machine that an option names, unresolved.

    Args:
        option: its name, for messages.
        value: a path, or a `file:` URL.

    Raises:
        BadInputError: when it is empty, or another URL.
    """
    text = str(value)
    if not text.strip():
        raise BadInputError(f"{option}: is empty. Name a folder.")
    local = local_path(text)
    if local is None:
        raise BadInputError(f"{option} ({text}): is a URL. Name a folder of this machine.")
    return local


def is_catalog_table(text: str) -> bool:
    """Return whether a text is the name of a catalog table, and no folder: `./a.b` is one."""
    return CATALOG_TABLE.fullmatch(text) is not None and not text.endswith(FILE_ENDINGS)


def has_too_many_parts(text: str) -> bool:
    """Return whether a text looks like the name of a catalog table, but has four parts or more."""
    is_file = text.endswith(FILE_ENDINGS) or os.path.lexists(text)
    return TOO_MANY_PARTS.fullmatch(text) is not None and not is_file


def local_path(place: str) -> Path | None:
    """Return the path of a place on this machine; None for a URL of another file system.

    Raises:
        BadInputError: for file://folder/name, in which `folder` is the name of a machine.
    """
    url = URL.fullmatch(place)
    if url is None or os.path.lexists(place):
        # shells leave the ~ of --output=~/x as it is
        return Path(place).expanduser() if place.startswith("~/") else Path(place)
    mounted = MOUNTED.get(url[1].lower())
    if mounted is None:
        return None
    host = urlsplit(place).netloc
    if host.lower() not in ("", "localhost"):
        raise BadInputError(
            f"{place}: names {host} as a machine. Write an absolute path after three slashes "
            f"({url[1]}:///FOLDER), or a path without {url[1]}:"
        )
    return Path(mounted + url[2])


def on_disk(path: Path) -> str:
    """Return an absolute path of this machine as Spark's writers take it.

    Without `file:`, Spark would look in the file system of its cluster.
    """
    # absolute: a Connect server may run in another folder. Links stay: their suffix is needed
    place = path.absolute().as_posix()
    return place if place.startswith(OF_PLATFORMS) else f"file:/{place.lstrip('/')}"


def check_writable(
    option: str, folder: Path, replaced: bool = False, parts: re.Pattern[str] = PARQUET_PART
) -> None:
    """Refuse a folder that cannot be created or written to. Tries it, and cleans up.

    Args:
        option: its name, for messages.
        folder: a folder; it and its parents need not exist.
        replaced: whether a table replaces the folder, which must then be a table or empty.
        parts: see check_replaceable.

    Raises:
        BadInputError: says why.
    """
    where = f"{option} ({folder})"
    try:
        real = folder.resolve()
        if real.is_symlink():  # a link that leads to itself; before Python 3.13, resolve raises
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if replaced:
            check_replaceable(where, real, parts)
            # a new table is written beside the earlier one
            places = [real.parent, real] if real.exists() else [real.parent]
        else:
            places = [real]
        for place in places:
            nearest = next(path for path in (place, *place.parents) if path.exists())
            with tempfile.TemporaryDirectory(prefix=f"{UNFINISHED}try-", dir=nearest):
                pass
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BadInputError(
            f"{where}: cannot be written ({reason}). Name another folder, or have its rights "
            "changed."
        ) from error


def check_replaceable(where: str, path: Path, parts: re.Pattern[str] = PARQUET_PART) -> None:
    """Refuse a path with anything but a table in it, because a new table replaces the path.

    Args:
        where: what the path is called in messages.
        path: the folder of a table.
        parts: names of what a table of its kind holds.

    Raises:
        BadInputError: if it has other content, is a file, or is a mount point.
    """
    try:
        mode = path.stat().st_mode  # one look: another run may be replacing it at this moment
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(mode):
        raise BadInputError(f"{where}: is a file ({path.name}). Name a folder.")
    if os.path.ismount(path):
        raise BadInputError(
            f"{where}: a disk is mounted there, so a table cannot take its place. Name a folder "
            "inside."
        )
    held: list[str] = []
    with suppress(FileNotFoundError):
        held = sorted(file.name for file in path.iterdir())
    foreign = [name for name in held if not parts.fullmatch(name)]
    if foreign:
        raise BadInputError(
            f"{where}: holds {len(foreign)} things that are no part of a table, for "
            f"example {foreign[0]}. Name a folder that is empty or not yet there."
        )


def is_within(inner: Path, outer: Path) -> bool:
    """Return whether a path is, or lies below, another one, after resolving links and case.

    Examples:
        >>> is_within(Path("data/../data/raw/"), Path("data"))
        True
        >>> is_within(Path("data-2"), Path("data"))
        False
    """
    real, target = Path(os.path.realpath(inner)), Path(os.path.realpath(outer))
    if real.is_relative_to(target):
        return True
    return any(_same(path, target) for path in (real, *real.parents))


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)  # True if the paths differ only in case or by a mount
    except OSError:
        return False


def _real_places(value: str) -> Iterator[Path]:
    """Yield the real paths of an input: its own, those of a pattern, and the targets of links."""
    path = local_path(value)
    if path is None or not value.strip():
        return
    # Spark treats a path that does not exist as a pattern
    patterns = re.sub(r"\{[^}]*\}", "*", str(path))
    matches = [] if os.path.lexists(path) else glob.iglob(patterns)  # noqa: PTH207
    places = [path, *map(Path, matches)]
    for place in places:
        yield Path(os.path.realpath(place))
        if place.is_dir():
            links = (file for file in place.rglob("*") if file.is_symlink())
            yield from map(Path, map(os.path.realpath, links))


def same_place(option: str, place: Path | str, other: str, value: str) -> BadInputError:
    """Return the error for a place that is written to and is another option's too."""
    return BadInputError(
        f"{option} ({place}) and {other} ({value}) are the same place, or one is inside the other, "
        f"and what is written would replace or mix with what is there. Name another {option}."
    )
