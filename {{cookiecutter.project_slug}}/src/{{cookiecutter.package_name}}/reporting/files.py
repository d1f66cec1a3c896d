"""Reports: one set of figures as JSON for programs, as Markdown for people, and as a chart."""

import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyspark
from matplotlib.figure import Figure

from .. import __version__
from ..errors import BadInputError, UnavailableError, why_unavailable
from ..phases import timed
from .page import write_page

Records = Sequence[Mapping[str, Any]]


def as_table(records: Records) -> str:
    """Return records as a Markdown table, which is readable in a terminal too."""
    # dtype object: in a column with floats, pandas would turn whole numbers into floats
    table = pd.DataFrame(records, dtype=object)
    return table.to_markdown(index=False, floatfmt=",.3f", intfmt=",")


def write_report(
    folder: Path,
    name: str,
    title: str,
    records: Records,
    figure: Figure,
    details: Records = (),
    warnings: Sequence[str] = (),
) -> Path:
    """Write records as a report of three files, and return the page's path (see write_files).

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
    folder: Path,
    name: str,
    figures: Records | Mapping[str, Any],
    markdown: str,
    picture: Figure,
    warnings: Sequence[str] = (),
) -> Path:
    """Write `name`.json, .md and .png into a folder, and the page of all its reports (page.py).

    The Markdown ends with the versions that the report was made with, and the chart; warnings stand
    below its title. Each file is written under a hidden name first and then renamed, so that an
    earlier report stays readable until the new one is complete.

    Returns:
        The path of the page.

    Raises:
        UnavailableError: if the disk is full or fails.
        BadInputError: if the folder cannot be written.
    """
    try:
        _write_files(folder, name, figures, markdown, picture, warnings)
        return write_page(folder)
    except OSError as error:
        problem = why_unavailable(error)
        kept = "The job's tables are complete, and the earlier report stays."
        if problem:
            raise UnavailableError(f"reports ({folder}): {problem}. {kept}") from error
        reason = error.strerror or error
        raise BadInputError(f"reports ({folder}): cannot be written ({reason}). {kept}") from error


def _write_files(
    folder: Path,
    name: str,
    figures: Records | Mapping[str, Any],
    markdown: str,
    picture: Figure,
    warnings: Sequence[str],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    hidden = {ending: folder / f".{name}{ending}" for ending in (".json", ".md", ".png")}
    hidden[".json"].write_text(json.dumps(figures, indent=2) + "\n")
    heading, _, text = markdown.partition("\n")
    title = heading.removeprefix("# ")
    facts = (
        f"Made with project {__version__}, Python {platform.python_version()}, "
        f"PySpark {pyspark.__version__}."
    )
    told = "".join(f"\n**Warning:** {warning}\n" for warning in warnings)
    hidden[".md"].write_text(f"{heading}\n{told}{text}\n\n{facts}\n\n![{title}]({name}.png)\n")
    picture.savefig(hidden[".png"], dpi=150)
    for ending, path in hidden.items():
        path.replace(folder / f"{name}{ending}")
