"""Run the jobs of a month, one after another: the steps of production/steps.py.

uv run nox -s monthly -- --as-of 2025-12

The same command after a failed step goes on with that step; after a complete run it does nothing.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from {{ cookiecutter.package_name }} import __version__, run_log
from {{ cookiecutter.package_name }}.arguments import moment
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables.places import local_path

from production import alert
from production.planning import TRAINING, as_before, plan, trains_after_act
from production.processes import alone, ending_with
from production.steps import ACT, AFTER_ACT, CHECK, NOT_DUE, STEPS, Step

JOBS = Path(__file__).parents[1] / "jobs"

PLACES = {
    "usage": "data/raw/usage",
{% if cookiecutter.use_cases != "growth-forecasting" %}
    "customers": "data/raw/customers",
{% endif %}
    "outputs": "data/processed",
    "reports": "reports",
}
"""Tables and folders of the steps, each an option of this command."""


@dataclass
class Month:
    """The state of a monthly run.

    places: PLACES as given; another place starts the run from its first step.
    planned: the jobs to run. ended: what is known of those that have ended well.
    error: why the run stopped, if it did.
    only: the one job to run, for a scheduler that runs the others itself.
    """

    as_of: str
    places: dict[str, str]
    planned: list[str]
    ended: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    only: str | None = None

    @property
    def file(self) -> Path:
        """Return the file of the state."""
        name = f"{self.as_of}-{self.only}" if self.only else self.as_of
        return Path(self.places["reports"]) / "monthly" / f"{name}.json"

    def save(self) -> None:
        """Write the state in one step."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        hidden = self.file.with_name(f".{self.file.name}")
        hidden.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        hidden.replace(self.file)

    def acting(self) -> list[str]:
        """Return the jobs that said act."""
        return [step["job"] for step in self.ended if step["exit_code"] == ACT]


Command = Callable[[str, Sequence[str]], Sequence[str]]
"""A job and its options -> the command that runs it."""


def on_this_machine(job: str, options: Sequence[str]) -> list[str]:
    """Return the command that runs a job in a process of its own."""
    return [sys.executable, str(JOBS / f"{job}.py"), *options]


def main(arguments: Sequence[str] | None = None, command: Command = on_this_machine) -> int:
    """Run the steps of a month that are still to be run.

    Returns:
        0 if all went well; 3 if a job says act; 99 if `--only` names a training that is not due;
        1 if another run holds the reports; otherwise the exit code of the step that failed.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--as-of", type=_month, default=_last_month(), help="month to run (default: the last one)"
    )
    for name, place in PLACES.items():
        parser.add_argument(f"--{name}", default=place, help=f"default: {place}")
    parser.add_argument("--again", action="store_true", help="run all steps of the month again")
    parser.add_argument(
        "--accept-input", action="store_true", help="go on although check_usage says act"
    )
    parser.add_argument(
        "--only",
        choices=[step.job for step in STEPS],
        metavar="JOB",
        help="run this job now, for a scheduler that runs the others itself; exit code 99: not due",
    )
    parser.add_argument(
        "--after-act", action="store_true", help="with --only: train unless it was done this month"
    )
    args = parser.parse_args(arguments)
    try:
        reports = local_path(args.reports)
    except BadInputError as error:
        parser.error(f"--reports: {error}")
    if reports is None:
        parser.error(f"--reports ({args.reports}): keeps the state of the run. Name a folder.")
    args.reports = str(reports)  # of file:///srv/reports and ~/reports too, as the jobs have it
    places = {name: getattr(args, name) for name in PLACES}
    if args.only:  # a scheduler runs jobs that do not need each other at the same time
        if args.only == TRAINING and not is_due(args.as_of, places, args.after_act):
            return NOT_DUE
        month = Month(args.as_of, places, [args.only], only=args.only)
        return complete(month, command, args.accept_input)
    with alone(reports / "monthly") as is_alone:
        if not is_alone:
            print(
                f"error: monthly run {args.as_of}: another monthly run uses {reports / 'monthly'}. "
                "Run the same command again when it has ended."
            )
            return 1
        month = start(args.as_of, places, args.again)
        return complete(month, command, args.accept_input)


def is_due(as_of: str, places: dict[str, str], after_act: bool) -> bool:
    """Return whether a month needs a training, or needs one because a monitor says act."""
    log = read_log(places)
    if after_act:
        return trains_after_act(as_of, log, places)
    return TRAINING in plan(as_of, log, places)


def complete(month: Month, command: Command, accept_input: bool) -> int:
    """Run what is left of a month, tell what has to be told, and return the exit code."""
    if len(month.ended) == len(month.planned):
        print(f"monthly run {month.as_of}: complete since an earlier run; --again runs it again")
        return ACT if month.acting() else 0
    code = run(month, command, accept_input)
    if code:
        alert.send(payload(month, code))
    return code


def start(as_of: str, places: dict[str, str], again: bool = False) -> Month:
    """Return the state of a month: what an earlier run left, or a new plan."""
    month = Month(as_of, places, plan(as_of, read_log(places), places))
    if month.file.exists() and not again:
        earlier = Month(**json.loads(month.file.read_text(encoding="utf-8")))
        if earlier.places == places and {*earlier.planned} <= {step.job for step in STEPS}:
            return earlier
    return month


def read_log(places: dict[str, str]) -> list[dict[str, Any]]:
    """Return the rows of the run log of all jobs."""
    return run_log.read(Path(places["reports"], "runs"))


def run(month: Month, command: Command, accept_input: bool = False) -> int:
    """Run the steps that have not ended yet, and return the exit code of the run."""
    steps = {step.job: step for step in STEPS}
    month.error = None
    begin = perf_counter()
    while len(month.ended) < len(month.planned):
        step = steps[month.planned[len(month.ended)]]
        told = f"step {len(month.ended) + 1} of {len(month.planned)}: {step.job}"
        print(f"{told} ...", flush=True)
        options = [word.format(as_of=month.as_of, **month.places) for word in step.options]
        if step.takes_version:
            options += as_before(month.as_of, step, read_log(month.places), month.places)
        ended = execute(step.job, command(step.job, [*options, "--log-format=json"]))
        code = ended["exit_code"]
        print(f"{told}, {ended['seconds']} s, exit code {code}", flush=True)
        if code not in (0, ACT):
            return _stop(month, step, code, ended.get("error") or "its lines above say why")
        if code == ACT and step is CHECK and not accept_input:
            told = "the input is not as usual: correct it, or go on with --accept-input"
            return _stop(month, step, code, told)
        month.ended.append(ended)
        after = AFTER_ACT.get(step.job) if code == ACT and not month.only else None
        if (
            after
            and TRAINING not in month.planned
            and trains_after_act(month.as_of, read_log(month.places), month.places)
        ):
            month.planned += after
        month.save()
    outcome = f"act ({', '.join(month.acting())})" if month.acting() else "ok"
    seconds = perf_counter() - begin
    print(f"monthly run {month.as_of}: {outcome}, {len(month.ended)} steps, {seconds:.1f} s")
    return ACT if month.acting() else 0


def execute(job: str, command: Sequence[str]) -> dict[str, Any]:
    """Run a job, whose messages go to stderr; return its exit code, seconds and summary."""
    begin = perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with process, ending_with(process):
        try:
            out, _ = process.communicate()
        except KeyboardInterrupt:  # Ctrl-C reaches the job too, which ends by itself
            out, _ = process.communicate()
    code = process.returncode
    lines = [line for line in out.splitlines() if line.startswith("{")]
    summary = json.loads(lines[-1]) if lines else {}
    ended = {"exit_code": 128 - code if code < 0 else code}
    return {**summary, "job": job, **ended, "seconds": round(perf_counter() - begin, 1)}


def payload(month: Month, code: int) -> dict[str, Any]:
    """Return what an alert tells: a line for people (`text`), and the checks for programs."""
    failed = None
    if len(month.ended) < len(month.planned):
        failed = month.planned[len(month.ended)]
    said = [*month.acting(), *([failed] if failed and code == ACT else [])]
    outcome = f"act ({', '.join(said)})" if code == ACT else f"failed ({failed})"
    return {
        "text": f"monthly run {month.as_of}: {outcome}, exit code {code}",
        "project": "{{ cookiecutter.project_slug }}",
        "version": __version__,
        "as_of": month.as_of,
        "exit_code": code,
        "step": failed,
        "error": month.error,
        "checks": [{"job": job, **check} for job in said for check in _checks(month, job)],
    }


def _checks(month: Month, job: str) -> list[dict[str, Any]]:
    """Return the checks of a monitor's report that do not say ok."""
    report = Path(month.places["reports"], f"{job}.json")
    if not report.exists():
        return []
    found = json.loads(report.read_text(encoding="utf-8"))["checks"]
    return [check for check in found if check["status"] != "ok"]


def _stop(month: Month, step: Step, code: int, why: str) -> int:
    """Save the state, say which step stopped the run, and return its exit code."""
    month.error = run_log.masked(f"{step.job} ended with exit code {code}: {why}")
    month.save()
    print(f"error: monthly run {month.as_of}: {month.error}")
    print("The same command goes on with this step.")
    return code


def _month(text: str) -> str:
    """Parse a month, as argparse's `type`."""
    return f"{moment(text):%Y-%m}"


def _last_month() -> str:
    return f"{date.today().replace(day=1) - timedelta(days=1):%Y-%m}"


if __name__ == "__main__":
    sys.exit(main())
