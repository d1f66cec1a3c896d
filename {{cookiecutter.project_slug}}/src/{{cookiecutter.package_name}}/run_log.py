"""The run log: one row for each run of a job, which Spark reads as a table.

A row is a file of one line of JSON: `spark.read.json("reports/runs")`. It is renamed when it is
complete, so readers never see a part of a row, and runs that end at once do not conflict. A job
that cannot write its row warns; its exit code stays.
"""

import json
import re
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from .errors import UnavailableError
from .tables.folders import Folder, opened

FOLDER = "runs"
"""Name of the folder in `--reports`; in a job without reports, beside `--output`."""

LONGEST = 1000
"""Letters of an error that are kept."""

IN_URL = re.compile(r"(://[^/@\s:]*):[^@\s]+@")
NAMES = r"password|passwd|secret|token|signature|\bsig\b|(?:api|access|account)[._-]?key"
NAMED = re.compile(rf"(?i)([\w.-]*(?:{NAMES})[\w.-]*(?:=|%3D))[^\s&;,'\"]+")
HIDDEN = "***"

FIELDS = {"job", "as_of", "arguments", "exit_code"}
"""Fields without which a file is no row."""


@dataclass
class Row:
    """A run of a job, as far as it is known.

    folder: where the row will be written; None until the arguments are accepted, and in a job
        whose only output is a URL or a catalog table.
    as_of: the last period used, if the run has one.
    inputs: for each table that is read: its option, its place, and where they are known its rows
        and the fingerprint of its files.
    """

    job: str
    arguments: Sequence[str]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    run_id: str = field(default_factory=lambda: uuid4().hex)
    folder: Folder | None = None
    as_of: str | None = None
    inputs: list[dict[str, Any]] = field(default_factory=list)

    def accept(self, args: Namespace, read: Mapping[str, str]) -> None:
        """Take the parsed arguments, which say where to write the row, and option -> input."""
        self.folder = folder_for(args)
        self.inputs = [
            {"option": option, "place": masked(place), "rows": None, "fingerprint": None}
            for option, place in read.items()
        ]

    def was_read(self, place: str, rows: int, fingerprint: str | None) -> None:
        """Take the number of rows of an input, and the fingerprint of its files if it has any."""
        for known in self.inputs:
            if known["place"] == masked(place):
                known.update(rows=rows, fingerprint=fingerprint)

    def end(self, told: Mapping[str, Any], exit_code: int, error: str | None = None) -> None:
        """Write the row.

        Args:
            told: the fields of the summary.
            exit_code: of the job.
            error: the line that was printed in the place of a summary.
        """
        if self.folder is None:
            return
        reasons = told.get("rejected_by_reason") or {}
        row = {
            "job": self.job,
            "run_id": self.run_id,
            "as_of": self.as_of,
            "started": self.started.isoformat(timespec="milliseconds"),
            **told,
            # a list, because keys of JSON would be columns of the table
            "rejected_by_reason": [{"reason": name, "rows": n} for name, n in reasons.items()],
            "arguments": [masked(word) for word in self.arguments],
            "inputs": self.inputs,
            "exit_code": exit_code,
            "error": masked(error)[:LONGEST] if error else None,
        }
        name = f"{self.started:%Y%m%dT%H%M%S.%f}-{self.job}-{self.run_id}.json"
        content = json.dumps(row, default=str) + "\n"
        try:
            opened(self.folder).write({name: content.encode()})
        except (OSError, UnavailableError) as problem:
            reason = getattr(problem, "strerror", None) or problem
            print(
                f"warning: run log ({self.folder}): this run has no row, because the folder cannot "
                f"be written ({reason})",
                file=sys.stderr,
            )


_CURRENT: ContextVar[Row | None] = ContextVar("run", default=None)


def begin(job: str, arguments: Sequence[str]) -> Row:
    """Start the row of a run, which `current` returns from now on."""
    row = Row(job, arguments)
    _CURRENT.set(row)
    return row


def current() -> Row:
    """Return the row of the run that is under way; without one, a row that is not written."""
    return _CURRENT.get() or Row("", ())


def folder_for(args: Namespace) -> Folder | None:
    """Return the folder of the run log; None if a job writes to a URL or a catalog only."""
    given: Folder | None = getattr(args, "run_log", None)
    if given is not None:
        return given
    reports: Folder | None = getattr(args, "reports", None)
    if reports is not None or not hasattr(args, "output"):
        return (reports or Path("reports")) / FOLDER
    place: Path | str = args.output.place
    return place.parent / FOLDER if isinstance(place, Path) else None


def read(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of a run log, the oldest first; none if there is no such folder.

    Files that are damaged, or no rows, are left out with one warning on stderr.
    """
    rows, others = [], []
    for file in sorted(folder.glob("[!.]*.json")):
        row = None
        with suppress(OSError, ValueError):  # a row that was removed meanwhile, or half a row
            row = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(row, dict) and row.keys() >= FIELDS:
            rows.append(row)
        else:
            others.append(file.name)
    if others:
        print(
            f"warning: run log ({folder}): {len(others)} files are no rows of a run, for example "
            f"{others[0]}. They are left out; remove them.",
            file=sys.stderr,
        )
    return rows


def masked(text: str) -> str:
    """Return a text without the passwords of its URLs, and without values named as secrets.

    Examples:
        >>> masked("https://host/usage?sig=abc&page=2")
        'https://host/usage?sig=***&page=2'
    """
    return NAMED.sub(rf"\1{HIDDEN}", IN_URL.sub(rf"\1:{HIDDEN}@", text))
