"""The report of a monitor: its checks, their history, and the figures that they come from."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..reporting.console import print_answer
from ..reporting.files import Records, as_table, write_files
from ..tables.folders import Folder
from . import charts
from .limits import Check, worst


def tell(
    folder: Folder,
    name: str,
    title: str,
    subject: str,
    checks: Sequence[Check],
    tables: Mapping[str, Records],
    printed: Records,
    warnings: Sequence[str],
    **details: Any,
) -> None:
    """Write the report of a monitor, and print what the checks say.

    Args:
        folder: of the reports.
        name: file name without suffix.
        title: heading of the Markdown.
        subject: what is monitored, for the chart's title.
        checks: see limits.check.
        tables: name in the JSON -> records; each is a table of the Markdown too.
        printed: records to print.
        warnings: sentences about the input tables.
        details: more entries of the JSON.
    """
    records = [check.record() for check in checks]
    shown = "\n\n".join(as_table(table) for table in (records, *tables.values()) if table)
    history = {check.watched.name: check.history() for check in checks}
    page = write_files(
        folder,
        name,
        {"status": worst(checks), "checks": records, **tables, **details, "history": history},
        f"# {title}\n\n{shown}",
        charts.history(checks, subject),
        warnings,
    )
    reasons = [f"{check.status}: {check.reason}" for check in checks]
    print_answer(charts.finding(checks), printed, notes=[*reasons, f"page: {page}"])
