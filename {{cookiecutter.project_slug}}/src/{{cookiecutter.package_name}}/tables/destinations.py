"""Where a table is written: a folder of this machine, a URL, or a catalog table; in what format."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import BadInputError
from .places import (
    URL,
    folder_of,
    has_too_many_parts,
    is_catalog_table,
    is_within,
    local_path,
    same_place,
)

PATTERN = re.compile(r"[\\\[\]{}*?]")
"""Characters of a URL that Spark's readers treat as a pattern of many paths."""


PARQUET = "parquet"
FORMATS = (PARQUET, "delta", "iceberg")


@dataclass(frozen=True)
class Destination:
    """A place for a table.

    place: a folder of this machine, a URL without a slash at its end, or the name of a table.
    format: one of FORMATS; None for a catalog table in its catalog's own format.
    is_table: whether `place` is the name of a catalog table.
    """

    place: Path | str
    format: str | None = PARQUET
    is_table: bool = False

    def __str__(self) -> str:
        """Return the place as it is typed."""
        return str(self.place)

    def __truediv__(self, name: str) -> "Destination":
        """Return the place of this name in this one."""
        if isinstance(self.place, Path):
            return replace(self, place=self.place / name)
        return replace(self, place=f"{self.place}{'.' if self.is_table else '/'}{name}")

    def beside(self, ending: str) -> "Destination":
        """Return the place next to this one whose name has this ending too."""
        if isinstance(self.place, Path):
            return replace(self, place=self.place.with_name(self.place.name + ending))
        quote = "`" if self.is_table and self.place.endswith("`") else ""
        return replace(self, place=f"{self.place.removesuffix(quote)}{ending}{quote}")


Output = Destination | Path | str
"""What functions that write take: a destination, or the text of one."""


def destination(option: str, value: Output, form: str | None = None) -> Destination:
    """Return the destination that an option names.

    Args:
        option: its name, for messages.
        value: a path, a URL, or the name of a catalog table; `file:` URLs are folders of this
            machine, and so is every Path.
        form: one of FORMATS; None for Parquet, and for the format of a table's catalog.

    Raises:
        BadInputError: when it is empty, a URL without a folder, or one that Spark would read as a
            pattern; when it has too many parts for a catalog table, or Parquet is asked for in one.
    """
    if isinstance(value, Destination):
        return value
    text = str(value)
    if not isinstance(value, Path) and is_catalog_table(text):
        if form == PARQUET:
            raise BadInputError(
                f"{option} ({text}): a catalog cannot replace a table of Parquet files at once. "
                f"Use --format delta or iceberg, or name a folder: ./{text}"
            )
        return Destination(text, form, is_table=True)
    if not isinstance(value, Path) and has_too_many_parts(text):
        raise BadInputError(
            f"{option} ({text}): has {text.count('.') + 1} parts, and a catalog table "
            f"catalog.schema.table. For schemas in schemas quote each part; for a folder: ./{text}"
        )
    place = folder_or_url(option, value)
    if isinstance(place, Path) and place.name in ("", ".."):  # others are named after it
        place = place.resolve()
        if not place.name:
            raise BadInputError(f"{option} ({text}): names no folder. Add one: {text}NAME")
    return Destination(place, form or PARQUET)


def folder_or_url(option: str, value: Path | str) -> Path | str:
    """Return the folder of this machine that an option names, or its URL without a last slash.

    Raises:
        BadInputError: when it is empty, a URL without a folder, or one that Spark would read as a
            pattern.
    """
    text = str(value)
    if text != text.strip() and URL.fullmatch(text.strip()):
        raise BadInputError(f"{option} ({text}): has a space before or after the URL.")
    if isinstance(value, Path) or URL.fullmatch(text) is None or local_path(text) is not None:
        return folder_of(option, value)
    if PATTERN.search(text):
        raise BadInputError(
            f"{option} ({text}): a URL with one of \\ [ ] {{ }} * ? is a pattern of many places. "
            "Name one folder."
        )
    if urlsplit(text).scheme.lower() in ("http", "https"):
        raise BadInputError(f"{option} ({text}): a web page is read only. Name a folder.")
    if not urlsplit(text).path.strip("/"):
        raise BadInputError(f"{option} ({text}): names no folder. Add one: {text.rstrip('/')}/NAME")
    return text.rstrip("/")


def is_within_place(inner: Path | str, outer: Path | str) -> bool:
    """Return whether a place is, or lies below, another one: both folders, or both URLs."""
    if isinstance(inner, Path) and isinstance(outer, Path):
        return is_within(inner, outer)
    if isinstance(inner, Path) or isinstance(outer, Path):
        return False
    return f"{_normal(inner)}/".startswith(f"{_normal(outer)}/")


def check_apart(
    inputs: Mapping[str, str], outputs: Sequence[Destination], reports: Path | str | None = None
) -> None:
    """Refuse URLs and catalog tables that are an input's too, or lie inside or around it.

    Args:
        inputs: option -> its value.
        outputs: the tables that will be replaced.
        reports: the folder that reports are added to, or its URL: it may contain the others.

    Raises:
        BadInputError: names both options.
    """
    for option, value in inputs.items():
        is_url = URL.fullmatch(value) is not None and local_path(value) is None
        for output in outputs:
            place = output.place
            if isinstance(place, Path):
                continue
            if output.is_table:
                is_same = value.lower() == place.lower()
            else:
                is_same = is_url and (
                    is_within_place(value, place) or is_within_place(place, value)
                )
            if is_same:
                raise same_place("--output", place, option, value)
    if isinstance(reports, str):
        tables = (("--output", str(output)) for output in outputs if not output.is_table)
        for option, value in (*inputs.items(), *tables):
            if is_within_place(reports, value):
                raise same_place("--reports", reports, option, value)


def _normal(url: str) -> str:
    """Return a URL with its scheme and host in lower case, and its path without detours."""
    found = URL.fullmatch(url)
    if found is None:
        return url
    start = url[: len(url) - len(found[2])].lower()
    return start + posixpath.normpath(f"/{found[2]}").replace("//", "/").rstrip("/")
