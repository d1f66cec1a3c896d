"""Tables whose folder holds more than their rows: Delta, Iceberg and Hudi.

Their files must not be read as bare Parquet: rows that were deleted or replaced are still in them.
A reader of such a format has its place in `reading.open_source`, before the files are looked at.
"""

from pathlib import Path
from typing import NamedTuple

from ..errors import BadInputError


class TableFormat(NamedTuple):
    """A format of tables, and the pattern of a path that only a folder of it has."""

    name: str
    sign: str


FORMATS = (
    TableFormat("Delta", "_delta_log"),
    TableFormat("Iceberg", "metadata/*.metadata.json"),
    TableFormat("Hudi", ".hoodie"),
)


def table_format(folder: Path) -> TableFormat | None:
    """The format of the table whose folder this is, if any."""
    for found in FORMATS:
        if any(folder.glob(found.sign)):
            return found
    return None


def refuse_table_formats(path: Path, where: str) -> None:
    """Refuse a path that is a table of a format, lies in one, or holds one.

    Raises:
        BadInputError: says which format, where, and what to do.
    """
    path = path.resolve()
    below = [child for child in path.iterdir() if child.is_dir()] if path.is_dir() else []
    for folder in (path, *path.parents, *below):
        found = table_format(folder)
        if found:
            raise BadInputError(
                f"{where}: {folder} is a table of {found.name}, whose files alone hold rows that "
                "were deleted or replaced. Give its name in Spark's catalog, or write its rows as "
                "Parquet."
            )
