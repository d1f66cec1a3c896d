"""Identify a source: files on this machine, a URL or a catalog table; list its files."""

import errno
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from ..errors import BadInputError
from .formats import refuse_table_formats
from .places import PARTITION, URL, local_path
from .writing import backup_path

PARQUET = "Parquet"
KINDS = {
    "CSV": re.compile(r"\.(csv|tsv|txt)(\.gz|\.bz2)?/?$", re.IGNORECASE),
    "JSON": re.compile(r"\.(json|jsonl|ndjson)(\.gz|\.bz2)?/?$", re.IGNORECASE),
    "ORC": re.compile(r"\.orc/?$", re.IGNORECASE),
}
"""Kind of files -> what their names, or that of their folder, end in. All others are Parquet."""

GUESS_TYPES_OF_FOLDERS = "spark.sql.sources.partitionColumnTypeInference.enabled"


@dataclass(frozen=True)
class Files:
    """The data files of a path on this machine at the time of listing.

    root: the file or the folder.
    sizes: file -> its size in bytes and its modification time in nanoseconds.
    """

    root: Path
    sizes: dict[Path, tuple[int, int]]

    @property
    def kind(self) -> str:
        """Return the kind of the files, by the name of the path or those of the files in it."""
        kinds = [kind_of(str(path)) for path in (self.root, *self.sizes)]
        return next((kind for kind in kinds if kind != PARQUET), PARQUET)

    @property
    def fingerprint(self) -> str:
        """Return a text that stays the same until a file comes, goes or changes."""
        known = {str(file.relative_to(self.root)): size for file, size in self.sizes.items()}
        return hashlib.sha256(repr(sorted(known.items())).encode()).hexdigest()[:16]

    @property
    def partitions(self) -> tuple[str, ...]:
        """Return the names of partition columns: `month` for folders such as `month=2025`."""
        paths = [file.relative_to(self.root).parent.parts for file in self.sizes]
        names = (PARTITION.fullmatch(part) for parts in paths for part in parts)
        return tuple(dict.fromkeys(match[1] for match in names if match))


def kind_of(name: str) -> str:
    """Return the kind of a file or a folder by its name."""
    return next((kind for kind, ending in KINDS.items() if ending.search(name)), PARQUET)


def existing_path(source: str) -> Path | None:
    """Return the existing path on this machine that a source names; None if there is none."""
    named = local_path(source)
    if named is None:
        return None
    path = named.absolute()  # a Connect server may run in another folder
    if os.path.lexists(path):
        return path
    # while a run replaces the table, the last complete one has its backup name
    return backup_path(path) if os.path.lexists(backup_path(path)) else None


def is_url(source: str) -> bool:
    """Return whether a source is a URL, which Spark opens by its scheme."""
    return URL.fullmatch(source) is not None


def list_files(root: Path, where: str) -> Files:
    """List a path's data files, without hidden ones.

    Raises:
        BadInputError: if it belongs to a table format, cannot be read, or has files that Spark
            would silently ignore: in sub-folders, or beside partition folders.
    """
    sizes = {}
    try:
        refuse_table_formats(root, where)
        for file in _walk(root):
            found = file.stat()
            sizes[file] = (found.st_size, found.st_mtime_ns)
    except (OSError, RuntimeError) as error:  # RuntimeError: before Python 3.13, links in a circle
        if isinstance(error, RuntimeError) or error.errno == errno.ELOOP:
            raise BadInputError(
                f"{where}: a link leads back to itself. Remove the link, or name another folder."
            ) from error
        raise BadInputError(f"{where}: {error.filename}: {error.strerror}.") from error
    closed = [file for file in sizes if not os.access(file, os.R_OK)]
    if closed:
        raise BadInputError(
            f"{where}: {len(closed)} files cannot be read for want of permission, for example "
            f"{closed[0]}. Let the job's user read them."
        )
    with_colon = [file for file in sizes if ":" in file.name]
    if with_colon:
        raise BadInputError(
            f"{where}: {with_colon[0].name} has a colon in its name, which Spark cannot read. "
            "Rename it."
        )
    files = Files(root, sizes)
    _check_folders(files, where)
    _check_kinds(files, where)
    return files


def keep_folders_as_text(spark: SparkSession, where: str) -> None:
    """Make Spark read partition values as text: `customer_id=007` is not the number 7."""
    if spark.conf.get(GUESS_TYPES_OF_FOLDERS) == "false":
        return
    try:
        spark.conf.set(GUESS_TYPES_OF_FOLDERS, False)
    except PySparkException as error:
        raise BadInputError(
            f"{where}: has a column in the names of its folders, and this session cannot read it "
            f"as text (setting {GUESS_TYPES_OF_FOLDERS}). Give the table's name in the catalog."
        ) from error


def twice_in(name: str, file: Path, where: str) -> BadInputError:
    """Return the error for a column of a file, or of a folder's files, that its path names too."""
    return BadInputError(
        f"{where}: column {name} is in the names of folders and also in {file.name}, where its "
        "values may be others. Leave it out of the files, or out of the names."
    )


def _walk(root: Path) -> list[Path]:
    """Return the files at or below a path, sorted, without those that Spark treats as hidden."""
    if not root.is_dir():
        return [root]
    found = []
    for child in sorted(root.iterdir()):
        is_hidden = child.name.startswith(".") or (
            child.name.startswith("_") and "=" not in child.name
        )
        if not is_hidden:
            found += _walk(child)
    return found


def _check_folders(files: Files, where: str) -> None:
    """Refuse files in folders that Spark would ignore."""
    depths = {}
    for file in files.sizes:
        folders = file.relative_to(files.root).parts[:-1]
        if not all(PARTITION.fullmatch(folder) for folder in folders):
            raise BadInputError(
                f"{where}: holds files in folders of its own, for example "
                f"{file.relative_to(files.root)}. Name one folder whose files are one table."
            )
        depths[tuple(folder.partition("=")[0] for folder in folders)] = file
    if len(depths) > 1:
        examples = " and ".join(str(file.relative_to(files.root)) for file in depths.values())
        raise BadInputError(
            f"{where}: its files lie in folders of different columns, for example {examples}. "
            "Put all files into folders of the same names."
        )


def _check_kinds(files: Files, where: str) -> None:
    """Refuse a folder with files of two kinds, and an empty file named .parquet."""
    if kind_of(str(files.root)) != PARQUET:
        return
    others = [file for file in files.sizes if kind_of(str(file)) != files.kind]
    if others:
        raise BadInputError(
            f"{where}: holds {files.kind} files and others, for example {others[0].name}. Put them "
            "into folders of their own."
        )
    empty = [
        file for file, (size, _) in files.sizes.items() if not size and file.suffix == ".parquet"
    ]
    if empty:
        raise BadInputError(
            f"{where}: a file is damaged: {empty[0].name} is empty. Write the table again."
        )
