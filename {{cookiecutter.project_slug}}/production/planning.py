"""What the run log tells of a month: which jobs are due, and which model a past month gets.

A row counts for a step only if the job ran with the step's own options: a run by hand on another
table, or of another model, changes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from {{ cookiecutter.package_name }} import run_log

from production.steps import QUARTER, STEPS, Step

TRAINING = next((step.job for step in STEPS if step.retrains), None)
"""The job that trains a model, if the project has one."""

MODEL = ("--model", "--name")
"""Options of a job that name another model than the monthly run's."""

Log = Sequence[Mapping[str, Any]]


def plan(as_of: str, log: Log, places: Mapping[str, str], months: int = QUARTER) -> list[str]:
    """Return the jobs of a month, in their order.

    Args:
        as_of: the month.
        log: the rows of the run log, which tell when a model was trained.
        places: of the run, see monthly.PLACES.
        months: after how many months a model is trained again.
    """
    passed = [_index(as_of) - _index(row["as_of"]) for row in _trainings(log, places)]
    is_due = not any(0 <= since < months for since in passed)
    return [step.job for step in STEPS if is_due or not step.retrains]


def trains_after_act(as_of: str, log: Log, places: Mapping[str, str]) -> bool:
    """Return whether a model is trained in a month because a monitor says act.

    It is not if the month has had a training. In a past month, it would change today's champion.
    """
    return TRAINING in plan(as_of, log, places, 1) and not any(
        is_past(as_of, runs_of(step, log, places)) for step in STEPS if step.takes_version
    )


def as_before(as_of: str, step: Step, log: Log, places: Mapping[str, str]) -> list[str]:
    """Return the option by which a past month is predicted with the model that it had.

    A later model knows what came after the month. A month that was never predicted gets the version
    of the month before it, or else the newest one that was trained on rows up to the month. The
    newest month is predicted with the champion, and so is a month before all trainings.
    """
    done = runs_of(step, log, places)
    if not step.takes_version or not is_past(as_of, done):
        return []
    for rows in (done, _trainings(log, places)):
        until = [row for row in rows if _index(row["as_of"]) <= _index(as_of)]
        # a quarter is dated by its first month, so the month that is run may have no row
        last = max(reversed(until), key=lambda row: _index(row["as_of"]), default={})
        if version := last.get("model_version"):
            return [f"--version={version}"]
    return []


def is_past(as_of: str, runs: Log) -> bool:
    """Return whether one of these runs was of a later month."""
    return any(_index(row["as_of"]) > _index(as_of) for row in runs)


def runs_of(step: Step, log: Log, places: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """Return the rows of the monthly run's own, successful runs of a step, as in the log."""
    words = [word.format(as_of="", **places) for word in step.options]
    own = _values([run_log.masked(word) for word in words])
    own.pop("--as-of", None)
    compared = {*own, *MODEL}

    def is_own(row: Mapping[str, Any]) -> bool:
        given = _values(row["arguments"])
        return all(given.get(name) == own.get(name) for name in compared)

    return [
        row
        for row in log
        if row["job"] == step.job and row["exit_code"] == 0 and row["as_of"] and is_own(row)
    ]


def _trainings(log: Log, places: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """Return the rows of the monthly run's own trainings."""
    return [row for step in STEPS if step.job == TRAINING for row in runs_of(step, log, places)]


def _values(arguments: Sequence[str]) -> dict[str, str]:
    """Return option -> value, of which the last one given counts."""
    found = {}
    for word, after in zip(arguments, [*arguments[1:], ""], strict=True):
        name, has_value, value = word.partition("=")
        if name.startswith("--"):
            found[name] = value if has_value else after
    return found


def _index(month: str) -> int:
    """Return the number of a month, given as 2025-12 or as a date of it."""
    year, number = month.split("-")[:2]
    return 12 * int(year) + int(number)
