"""What all jobs share: exit codes, messages, the summary, and types of arguments."""

import json
import os
import platform
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, redirect_stdout
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from inspect import getfile
from pathlib import Path
from time import perf_counter
from typing import Any

import pyspark
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from . import __version__, phases, run_log
from .arguments import (
    csv_option,
    last_moment,
    moment,
    not_negative,
    percentage,
    positive,
    probability,
    share,
)
from .errors import BadInputError, UnavailableError
from .inputs import CSV, READING, VINTAGES, WRITING, check_reading, place_of_rejected, read_table
from .parsing import INPUTS, parse
from .spark import warm
from .spark.interruption import Interruption, interruptible, tell_early_interruption
from .spark.java import JavaNotFoundError
from .tables import Run
from .tables.faults import explain

__all__ = [
    "CSV",
    "INPUTS",
    "LOG_FORMAT",
    "READING",
    "VINTAGES",
    "WRITING",
    "Summary",
    "check_reading",
    "csv_option",
    "last_moment",
    "moment",
    "new_run",
    "not_negative",
    "parse",
    "percentage",
    "place_of_rejected",
    "positive",
    "probability",
    "read_table",
    "run",
    "share",
    "start",
]

sys.excepthook = tell_early_interruption  # a job imports this module before the slow ones

LOG_FORMAT = ArgumentParser(add_help=False)
"""The options that all jobs have: `parents=[job.LOG_FORMAT]`."""
LOG_FORMAT.add_argument(
    "--log-format",
    choices=["text", "json"],
    default="text",
    help="json: print one line of JSON on stdout, for log collectors, and all else on stderr",
)
LOG_FORMAT.add_argument(
    "--no-warm",
    action="store_true",
    help="start a Spark of this job's own, even if a warm one runs (production/warm.py)",
)
LOG_FORMAT.add_argument(
    "--run-log",
    metavar="FOLDER",
    help="folder or URL that gets a row about this run (otherwise runs in --reports, or beside "
    "--output in a job without reports)",
)

ACT = 3
"""Exit code of a monitor with a check that says act; its report is written."""


@dataclass(frozen=True)
class Summary:
    """Figures of a job's run, for schedulers and dashboards.

    rows_in: rows read, or simulated.
    rows_out: rows of the written tables; rows of the report if no table is written.
    rejected: items left out; customers, unless docs/exit-codes.md names another item.
    model_version: version of the model that was trained or used, if any.
    left_out: rows after `--as-of`, in jobs with that option.
    warnings: number of warnings about the input tables, in jobs with `--as-of`.
    rejected_by_reason: reason -> number of rows set aside, in jobs with `--max-rejected`.
    status: the worst that a monitor's checks say: ok, watch or act.
    """

    rows_in: int
    rows_out: int
    rejected: int = 0
    model_version: str | None = None
    left_out: int | None = None
    warnings: int | None = None
    rejected_by_reason: Mapping[str, int] | None = None
    status: str | None = None


def start(main: Callable[[Sequence[str] | None], Summary]) -> None:
    """Run a job's main function, and exit with the code that `run` returns.

    A successful job returns instead of exiting: some platforms treat SystemExit(0) as a failure.
    """
    with interruptible() as interruption:
        code = run(main, interruption=interruption)
    if interruption.number:
        interruption.mute()
    if code:
        sys.exit(code)


def run(
    main: Callable[[Sequence[str] | None], Summary],
    arguments: Sequence[str] | None = None,
    interruption: Interruption | None = None,
) -> int:
    """Run a job's main function, print its summary as the last line, and return its exit code.

    With `--log-format json` all other output goes to stderr, and errors give a line of JSON too.

    Returns:
        0 for success; 3 if a monitor says act; 2 for bad input, like argparse; 1 when Java or
        another resource is temporarily unavailable. 1 and 2 come with a message on stderr instead
        of a traceback. Any other error is a defect, and keeps its traceback (and Python's exit
        code 1).
        128 plus the number of the signal that ended the job: 130 for Ctrl-C.
    """
    shared = LOG_FORMAT.parse_known_args(arguments)[0]
    as_json = shared.log_format == "json"
    if shared.no_warm:
        os.environ[warm.SWITCH] = "off"
    phases.take()  # of an earlier run in this process
    start, code = perf_counter(), 0
    name = Path(getfile(main)).stem
    row = run_log.begin(name, sys.argv[1:] if arguments is None else arguments)
    done: dict[str, Any]
    try:
        with redirect_stdout(sys.stderr) if as_json else nullcontext():
            done = asdict(_done(main, arguments))
        code = ACT if done["status"] == "act" else 0
    except (BadInputError, JavaNotFoundError, UnavailableError) as error:
        print(f"error: {error}", file=sys.stderr)
        code, done = 2 if isinstance(error, BadInputError) else 1, {"error": str(error)}
    except BaseException as error:
        number = interruption.number if interruption else None
        if number is None and not isinstance(error, KeyboardInterrupt):
            ended = error.code if isinstance(error, SystemExit) else 1
            reason = f"{type(error).__name__}: {error}".partition("\n")[0]
            row.end({}, ended if isinstance(ended, int) else 1, reason)
            raise
        if interruption:
            interruption.speak()
        number = number or signal.SIGINT
        reason = f"ended by {signal.Signals(number).name}. Each table is as it was or complete."
        print(f"error: {reason}", file=sys.stderr, flush=True)
        code, done = 128 + number, {"error": reason}
    told = {
        "job": name,
        **{name: value for name, value in done.items() if value is not None},
        "seconds": round(perf_counter() - start, 1),
        **{f"seconds_{phase}": round(taken, 1) for phase, taken in phases.take().items()},
        "project": __version__,
        "python": platform.python_version(),
        "pyspark": pyspark.__version__,
    }
    figures = {field: value for field, value in told.items() if field != "error"}
    row.end(figures, code, told.get("error"))
    if as_json:
        print(json.dumps(told))
    elif code in (0, ACT):
        print("summary:", *(f"{name}={_in_words(value)}" for name, value in told.items()))
    return code


def _in_words(value: Any) -> str:
    """Return a value of the summary's line, in which spaces separate fields."""
    if not isinstance(value, dict):
        return str(value)
    pairs = (f"{name.replace(' ', '_')}:{count}" for name, count in value.items())
    return ",".join(pairs) or "none"


def _done(
    main: Callable[[Sequence[str] | None], Summary], arguments: Sequence[str] | None
) -> Summary:
    """Run a job's main function; raise UnavailableError if an input disappears meanwhile."""
    try:
        return main(arguments)
    except (PySparkException, Py4JJavaError) as error:
        told = explain(error, "input")
        if isinstance(told, UnavailableError):
            raise told from error
        raise


def new_run(as_of: date) -> Run:
    """Return this run, for the rows that it writes.

    Args:
        as_of: the last period that it uses.
    """
    row = run_log.current()
    row.as_of = str(as_of)
    return Run(as_of, datetime.now(UTC), row.run_id)
