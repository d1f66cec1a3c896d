"""One page of all reports in a folder: charts, tables, run facts, and links to the files.

The page needs no network: charts are in it, and its security policy forbids scripts and requests.
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from string import Template
from typing import NamedTuple

from ..tables.folders import LocalFolder, RemoteFolder, State
from .markdown import as_html, title_of

PAGE = "index.html"

ENDINGS = (".json", ".md", ".png")
"""Endings of the files of a report."""

TRIES = 10
"""How often the page is made again because another job wrote a report meanwhile."""

STYLE = """
:root { color-scheme: light dark; --text: #1c2024; --soft: #5b6570; --back: #f6f7f8;
  --card: #fff; --line: #dde1e5; --link: #005a9c; }
@media (prefers-color-scheme: dark) { :root { --text: #e8eaed; --soft: #a4adb6; --back: #14171a;
  --card: #1e2226; --line: #343a40; --link: #7cbcf5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--back);
  color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: .5rem 0; } h2 { font-size: 1.25rem; margin: 0 0 .75rem; }
h3 { font-size: 1.05rem; margin: 1.25rem 0 .5rem; } a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; }
nav a { display: block; padding: .4rem .8rem; border: 1px solid var(--line);
  border-radius: 1rem; background: var(--card); text-decoration: none; }
section { margin: 1rem 0; padding: 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; }
.chart { overflow-x: auto; margin: 0; }
.chart img { display: block; width: 100%; min-width: 40rem; height: auto; padding: .25rem;
  background: #fff;
  border-radius: .25rem; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .875rem; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left;
  white-space: nowrap; overflow-wrap: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.facts { color: var(--soft); font-size: .875rem; }
"""

HTML = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>Reports</title>
<style>$style</style>
</head>
<body>
<h1>Reports</h1>
<nav aria-label="Reports"><ul>$links</ul></nav>
$sections
</body>
</html>
""")

SECTION = Template("""<section id="$name">
<h2>$title</h2>
<p class="chart"><a href="$name.png">
<img alt="Chart: $title" src="data:image/png;base64,$image"></a></p>
$text
<p class="facts">Written $time UTC. Files: $files</p>
</section>""")


class Report(NamedTuple):
    """A report's files as they were read: their name without ending, Markdown, chart and time."""

    name: str
    markdown: str
    chart: bytes
    written: datetime


def write_page(folder: LocalFolder | RemoteFolder) -> None:
    """Make the page from the reports in a folder.

    Two jobs may write at once: each looks afterwards whether a report has changed since it read
    them, and then makes the page again, so the page that stays has all reports.
    """
    for _ in range(TRIES):
        read = _states(folder)
        html = _as_page(_reports(folder, read))
        folder.write({PAGE: html.encode()})
        if _states(folder) == read:
            break


def _states(folder: LocalFolder | RemoteFolder) -> dict[str, State]:
    """Return the states of the files of reports."""
    return {name: state for name, state in folder.states().items() if name.endswith(ENDINGS)}


def _reports(folder: LocalFolder | RemoteFolder, states: Mapping[str, State]) -> list[Report]:
    """Read the complete reports of a folder, the newest first."""
    found = []
    for file, (changed, _) in states.items():
        name, _, ending = file.rpartition(".")
        if ending != "md":
            continue
        try:
            figures, markdown, chart = (folder.read(f"{name}{ending}") for ending in ENDINGS)
            json.loads(figures)
            written = datetime.fromtimestamp(changed / 1e9, UTC)
            found.append(Report(name, markdown.decode(), chart, written))
        except (FileNotFoundError, ValueError):
            continue  # no report, such as the folder's README, or one of another program
    return sorted(found, key=lambda report: (report.written, report.name), reverse=True)


def _as_page(reports: list[Report]) -> str:
    sections = "\n".join(map(_as_section, reports))
    links = "".join(
        f'<li><a href="#{escape(report.name)}">{escape(_title(report))}</a></li>'
        for report in reports
    )
    return HTML.substitute(style=STYLE, links=links, sections=sections)


def _as_section(report: Report) -> str:
    name = escape(report.name)
    return SECTION.substitute(
        name=name,
        title=escape(_title(report)),
        image=base64.b64encode(report.chart).decode(),
        text=as_html(report.markdown.partition("\n")[2]),
        time=f"{report.written:%Y-%m-%d %H:%M}",
        files=", ".join(f'<a href="{name}{ending}">{name}{ending}</a>' for ending in ENDINGS),
    )


def _title(report: Report) -> str:
    return title_of(report.markdown) or report.name
