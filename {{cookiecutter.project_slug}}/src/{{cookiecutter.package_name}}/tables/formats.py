"""Refuse folders of table formats: Delta, Iceberg and Hudi.

Their files must not be read as plain Parquet: they still contain deleted and replaced rows. Folders
of Delta and Iceberg on this machine are read by transactions.py before this refusal.
"""

from pathlib import Path
from typing import NamedTuple

from ..errors import BadInputError


class TableFormat(NamedTuple):
    """A table format, and the pattern of a path that only its folders contain."""

    name: str
    sign: str


FORMATS = (
    TableFormat("Delta", "_delta_log"),
    TableFormat("Iceberg", "metadata/*.metadata.json"),
    TableFormat("Hudi", ".hoodie"),
)


def table_format(folder: Path) -> TableFormat | None:
    """Return the table format of a folder; None if it has none."""
    for found in FORMATS:
        if any(folder.glob(found.sign)):
            return found
    return None


def refuse_table_formats(path: Path, where: str) -> None:
    """Refuse a path that is, contains, or lies inside a folder of a table format.

    Raises:
        BadInputError: if it does; the message names the format and the folder.
    """
    path = path.resolve()
    below = [child for child in path.iterdir() if child.is_dir()] if path.is_dir() else []
    for folder in (path, *path.parents, *below):
        found = table_format(folder)
        if found:
            raise refusal(found, folder, where)


def refusal(found: TableFormat, folder: Path | str, where: str) -> BadInputError:
    """Return the error for a folder that is a table of a format."""
    other = "." if found.name == "Hudi" else f", or {found.name.lower()}.`{folder}`."
    return BadInputError(
        f"{where}: {folder} is a table of {found.name}, whose files alone hold rows that were "
        f"deleted or replaced. Give its name in Spark's catalog{other}"
    )
