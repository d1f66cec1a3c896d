"""Reports: one set of figures as JSON for programs, Markdown for people, and a picture."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

Records = Sequence[Mapping[str, Any]]


def as_table(records: Records) -> str:
    """Lay records out as a Markdown table, which a terminal shows well too."""
    # each value as it is: beside floats, whole numbers would become floats
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
) -> None:
    """Write records as a report; `details` are a second table, in the Markdown only."""
    tables = "\n\n".join(as_table(table) for table in (records, details) if table)
    write_files(folder, name, records, f"# {title}\n\n{tables}", figure, warnings)


def write_files(
    folder: Path,
    name: str,
    figures: Records | Mapping[str, Any],
    markdown: str,
    picture: Figure,
    warnings: Sequence[str] = (),
) -> None:
    """Write `name`.json, .md and .png into a folder; the Markdown shows the picture at its end.

    Warnings of the tables that were read stand below the title of the Markdown.

    Each file is first written under a hidden name and then takes its place, so that an earlier
    report can be read until the new one is complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    hidden = {ending: folder / f".{name}{ending}" for ending in (".json", ".md", ".png")}
    hidden[".json"].write_text(json.dumps(figures, indent=2) + "\n")
    heading, _, text = markdown.partition("\n")
    title = heading.removeprefix("# ")
    told = "".join(f"\n**Warning:** {warning}\n" for warning in warnings)
    hidden[".md"].write_text(f"{heading}\n{told}{text}\n\n![{title}]({name}.png)\n")
    picture.savefig(hidden[".png"], dpi=150)
    for ending, path in hidden.items():
        path.replace(folder / f"{name}{ending}")
