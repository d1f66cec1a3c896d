"""Reports: one set of figures as JSON for programs, as Markdown for people, and as a chart."""

import json
import platform
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pyspark
from matplotlib.figure import Figure

from .. import __version__
from ..errors import BadInputError, UnavailableError, why_unavailable
from ..phases import timed
from ..tables.folders import Folder, opened
from .console import formatted
from .page import ENDINGS, PAGE, write_page

Records = Sequence[Mapping[str, Any]]


def as_table(records: Records) -> str:
    """Return records as a Markdown table, which is readable in a terminal too."""
    cells = [{_in_cell(name): _in_cell(value) for name, value in row.items()} for row in records]
    return formatted(cells)


def write_report(
    folder: Folder,
    name: str,
    title: str,
    records: Records,
    figure: Figure,
    details: Records = (),
    warnings: Sequence[str] = (),
) -> Path | str:
    """Write records as a report of three files, and return the page's place (see write_files).

    Args:
        folder: created if it is missing.
        name: file name without suffix.
        title: heading of the Markdown.
        records: one mapping per row of the table; also the content of the JSON.
        figure: the chart.
        details: a second table, in the Markdown only.
        warnings: sentences about the input tables, shown below the title.
    """
    tables = "\n\n".join(as_table(table) for table in (records, details) if table)
    return write_files(folder, name, records, f"# {title}\n\n{tables}", figure, warnings)


@timed("report")
def write_files(
    folder: Folder,
    name: str,
    figures: Records | Mapping[str, Any],
    markdown: str,
    picture: Figure,
    warnings: Sequence[str] = (),
) -> Path | str:
    """Write `name`.json, .md and .png into a folder, and the page of all its reports (page.py).

    The Markdown ends with the versions that the report was made with, and the chart; warnings stand
    below its title. Each file is replaced in one step, after all are made: an earlier report stays
    readable until the new one is complete.

    Returns:
        The path of the page, or its URL.

    Raises:
        UnavailableError: if the disk is full or fails, or the file system of a URL does.
        BadInputError: if the folder cannot be written.
    """
    made = _make_files(name, figures, markdown, picture, warnings)
    place, kept = opened(folder), "The job's tables are complete"
    try:
        place.write({f"{name}{ending}": made[ending] for ending in ENDINGS})
        write_page(place)
        return place.place_of(PAGE)
    except UnavailableError as error:
        raise UnavailableError(f"reports: {error}. {kept}. Try again.") from error
    except OSError as error:
        problem = why_unavailable(error)
        kept += ", and the earlier report stays."
        if problem:
            raise UnavailableError(f"reports ({folder}): {problem}. {kept}") from error
        reason = error.strerror or error
        raise BadInputError(f"reports ({folder}): cannot be written ({reason}). {kept}") from error


def read_figures(folder: Folder, name: str) -> Any:
    """Return what the JSON of a report holds; None if there is no such report."""
    try:
        return json.loads(opened(folder).read(f"{name}.json"))
    except FileNotFoundError:
        return None


def _in_cell(value: Any) -> Any:
    """Return a value as a cell holds it: a text without the signs that end a cell or a row."""
    return " ".join(value.replace("|", "\\|").splitlines()) if isinstance(value, str) else value


def _make_files(
    name: str,
    figures: Records | Mapping[str, Any],
    markdown: str,
    picture: Figure,
    warnings: Sequence[str],
) -> dict[str, bytes]:
    """Return the files of a report by their endings."""
    heading, _, text = markdown.partition("\n")
    title = heading.removeprefix("# ")
    facts = (
        f"Made with project {__version__}, Python {platform.python_version()}, "
        f"PySpark {pyspark.__version__}."
    )
    told = "".join(f"\n**Warning:** {warning}\n" for warning in warnings)
    markdown = f"{heading}\n{told}{text}\n\n{facts}\n\n![{title}]({name}.png)\n"
    chart = BytesIO()
    picture.savefig(chart, dpi=150, format="png")
    return {
        ".json": (json.dumps(figures, indent=2) + "\n").encode(),
        ".md": markdown.encode(),
        ".png": chart.getvalue(),
    }
