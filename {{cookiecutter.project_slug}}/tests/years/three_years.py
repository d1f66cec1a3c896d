"""Three years of monthly runs on a simulated company: `nox -s years`.

One process and one Spark run the jobs; a run that is killed, and one whose disk is full, run a job
in a process of its own. In some months something happens (company.EVENTS). Then an operator does
what docs/production.md says: corrects the input or accepts it, and runs the month again.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from io import StringIO
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import pandas as pd
import pytest

from {{ cookiecutter.package_name }} import job, run_log, tables
from {{ cookiecutter.package_name }}.spark.session import get_spark

{% if cookiecutter.use_cases != "growth-forecasting" %}
from jobs import promote_model
{% endif %}
from production import monthly, planning, steps
from tests.years.company import EVENTS, RUNS, Company, Event
from tests.years.picture import draw

MONITORS = [step.job for step in steps.STEPS if step.job.startswith(("check_", "monitor_"))]

WRITERS = {
    step.job: word.rpartition("/")[2]
    for step in steps.STEPS
    for word in step.options
    if word.startswith("--output=")
}
"""Jobs that write predictions -> the name of their table."""

KILLED, WITHOUT_DISK = next(iter(WRITERS)), next(reversed(WRITERS))

PICTURE = Path(__file__).parents[2] / "reports" / "years.png"

ERRORS = {
{% if cookiecutter.use_cases != "churn-prediction" %}
    "growth: WAPE one month ahead": ("reports/monitor_growth.json", "wape"),
{% endif %}
{% if cookiecutter.use_cases != "growth-forecasting" %}
    "churn: Brier score": ("reports/monitor_churn.json", "brier"),
{% endif %}
}
"""Errors in the picture: the report and the check that have them."""

LATEST = 2
"""Runs after an event in which it has to be noticed."""

QUICKER = {
{% if cookiecutter.use_cases != "churn-prediction" %}
    "forecast_growth": ["--method=seasonal-naive"],
{% endif %}
{% if cookiecutter.use_cases != "growth-forecasting" %}
    "score_churn": ["--no-reasons"],
{% endif %}
}
"""Further options of jobs, which make them quick."""

KILLS_ITSELF = """
import os, runpy, sys, threading, time
from pathlib import Path

def kill():
    while not any(Path("data/processed").glob("*/.unfinished-*/*")):
        time.sleep(0.005)
    os.kill(os.getpid(), 9)

threading.Thread(target=kill, daemon=True).start()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""A job that is killed while it writes its table."""

OTHER_DISK = ["unshare", "--map-root-user", "--mount"]
SMALL = 'mount -t tmpfs -o size=8k none data/processed && exec "$0" "$@"'
"""A job whose disk is full; no other process sees this disk."""

HAS_UNSHARE = bool(shutil.which("unshare")) and not subprocess.run([*OTHER_DISK, "true"]).returncode


in_a_process = monthly.execute


@dataclass(frozen=True)
class Attempt:
    """A monthly run, or one try of it.

    alarms: checks that do not say ok, with what they say. told: all that was printed.
    """

    run: int
    code: int
    alarms: frozenset[str]
    told: str

    def tells(self, words: str) -> bool:
        """Return whether a check says so, or a line that was printed."""
        return words in self.alarms or words in self.told


@dataclass
class Years:
    """What has happened, and what each run took and kept."""

    attempts: list[Attempt] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)

    def acts(self, run: int) -> set[str]:
        """Return the checks that said act in a run."""
        alarms = {alarm for tried in self.attempts if tried.run == run for alarm in tried.alarms}
        return {alarm.removesuffix(" act") for alarm in alarms if alarm.endswith(" act")}

    def noticed(self, event: Event) -> int | None:
        """Return the first run, from that of the event on, that told of it."""
        later = (tried for tried in self.attempts if tried.run >= event.run)
        return next((tried.run for tried in later if tried.tells(event.noticed)), None)


class Operator:
    """Runs the months, and keeps what they told."""

    def __init__(self, company: Company) -> None:
        self.company, self.years = company, Years()
        self.event: Event | None = None
        self.ran: list[str] = []

    def live(self, run: int) -> None:
        """Let a month arrive, and run it until it has ended."""
        begin = perf_counter()
        event = next((event for event in EVENTS if event.run == run), None)
        self.company.arrive(run, event.name if event else None)
        self.event = event
        code = self.attempt(run)
        self.event = None
        if event and event.mends:
            self.company.correct(run)
        if code not in (0, job.ACT) or (event and event.mends):
            code = self.attempt(run)
        if code == job.ACT and self.ran == [steps.CHECK.job]:
            code = self.attempt(run, "--accept-input")
        assert code in (0, job.ACT), self.years.attempts[-1].told
        self.years.seconds.append(perf_counter() - begin)
        kept = [path.stat().st_size for path in Path().rglob("*") if path.is_file()]
        self.years.megabytes.append(sum(kept) / 1e6)

    def attempt(self, run: int, *arguments: str) -> int:
        """Run a month once, and return the exit code."""
        self.ran = []
        told = StringIO()
        month = f"{RUNS[run - 1]:%Y-%m}"
        with redirect_stdout(told), redirect_stderr(told):
            code = monthly.main(["--as-of", month, *arguments], self.command)
        alarms = frozenset(
            f"{check['check']} {check['status']}"
            for name in MONITORS
            if name in self.ran and Path(f"reports/{name}.json").exists()
            for check in json.loads(Path(f"reports/{name}.json").read_text())["checks"]
            if check["status"] != "ok"
        )
        self.years.attempts.append(Attempt(run, code, alarms, told.getvalue()))
        print(f"{run:2} {month} exit code {code} {', '.join(sorted(alarms))}", flush=True)
        return code

    def command(self, name: str, options: Sequence[str]) -> list[str]:
        """Return the options of a job for this process, or the command of another process."""
        given = [*options, *QUICKER.get(name, ())]
        script = str(monthly.JOBS / f"{name}.py")
        met = self.event.name if self.event else None
        if (met, name) == ("killed run", KILLED):
            return [sys.executable, "-c", KILLS_ITSELF, script, *given]
        if (met, name) == ("full disk", WITHOUT_DISK) and HAS_UNSHARE:
            return [*OTHER_DISK, "sh", "-c", SMALL, sys.executable, script, *given]
        return [name, *given]

    def execute(self, name: str, command: Sequence[str]) -> dict[str, Any]:
        """Run a job in this process, unless the command is of another one."""
        self.ran.append(name)
        if command[0] != name:
            return in_a_process(name, command)
        begin = perf_counter()
        code = job.run(import_module(f"jobs.{name}").main, command[1:])
        get_spark("years").catalog.clearCache()  # of files that may change, as a job's end does
        return {"job": name, "exit_code": code, "seconds": perf_counter() - begin}


@pytest.fixture(scope="module")
def operator(spark, tmp_path_factory):
    """Live through the months, and return who ran them, in the company's folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("company"))
        patch.delenv("ALERT_WEBHOOK", raising=False)
{% if cookiecutter.use_cases != "growth-forecasting" %}
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
{% endif %}
        found = Operator(Company(Path("data/raw")))
        patch.setattr(monthly, "execute", found.execute)
        for run in range(1, len(RUNS) + 1):
            found.live(run)
        yield found


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name.replace(" ", "-"))
def test_an_event_is_noticed_by_the_check_that_is_meant_for_it(operator, event):
    if event.name == "full disk" and not HAS_UNSHARE:
        pytest.skip("a small disk cannot be made here: it needs a namespace of its own")
    noticed = operator.years.noticed(event)
    assert noticed is not None
    assert noticed <= event.run + LATEST


def test_quiet_months_raise_no_alarm(operator):
    eventful = {event.run + later for event in EVENTS for later in range(LATEST + 1)}
    quiet = {*range(1, len(RUNS) + 1)} - eventful
    alarms = {run: acts for run in sorted(quiet) if (acts := operator.years.acts(run))}
    assert len(alarms) <= 1, alarms


def test_every_vintage_is_there(operator):
    for name in WRITERS.values():
        assert tables.vintages(f"data/processed/{name}") == [str(month) for month in RUNS]
    assert not [*Path("data").rglob(".unfinished-*")]


@pytest.mark.parametrize("run", [3, 12, 36])
def test_a_month_that_runs_again_changes_nothing(operator, run):
    before = written()
    assert operator.attempt(run, "--again", "--accept-input") in (0, job.ACT)
    for name, rows in written().items():
        pd.testing.assert_frame_equal(rows, before[name])
{% if cookiecutter.use_cases != "churn-prediction" %}


def test_the_error_is_as_before_the_price_change_once_forecasts_have_learned_from_it(operator):
    history = json.loads(Path("reports/monitor_growth.json").read_text())["history"]["wape"]
    errors = pd.Series([point["value"] for point in history], range(2, len(RUNS) + 1))
    run = {event.name: event.run for event in EVENTS}
    before = errors.loc[: run["price change"] - 1]
    after = errors.loc[run["forecasts know the price"] : run["other season"] - 1]
    assert after.mean() < 1.1 * before.mean()
{% endif %}
{% if cookiecutter.use_cases != "growth-forecasting" %}


def test_a_rollback_brings_back_the_scores_of_the_model_before(operator):
    log = [row for row in run_log.read(Path("reports/runs")) if row["exit_code"] == 0]
    champion = [row["model_version"] for row in log if row["job"] == "score_churn"][-1]
    trained = [row["model_version"] for row in log if row["job"] == "train_churn"]
    other = next(version for version in reversed(trained) if version != champion)
    before = written()["churn"]
    assert job.run(promote_model.main, ["--version", other, "--force"]) == 0
    operator.attempt(len(RUNS), "--only", "score_churn")
    assert not written()["churn"].equals(before)
    assert job.run(promote_model.main, ["--rollback"]) == 0
    operator.attempt(len(RUNS), "--only", "score_churn")
    pd.testing.assert_frame_equal(written()["churn"], before)
{% endif %}


def written() -> dict[str, pd.DataFrame]:
    """Return the rows of all vintages, without the columns that tell which run made them."""
    return {
        name: pd.read_parquet(f"data/processed/{name}")
        .drop(columns=["made_at", "run_id"])
        .pipe(lambda rows: rows.sort_values([*rows.columns], ignore_index=True))
        for name in WRITERS.values()
    }


def test_the_picture_of_the_years_is_written(operator):
    log = [row for row in run_log.read(Path("reports/runs")) if row["exit_code"] in (0, job.ACT)]
    number = {str(month): run for run, month in enumerate(RUNS, 1)}
    done, champion = [], None
    for row in log:
        if row["job"] == planning.TRAINING:
            done.append((number[row["as_of"]], "training"))
        if row["job"] in WRITERS and row.get("model_version", champion) != champion:
            done.append((number[row["as_of"]], "promotion"))
            champion = row["model_version"]
    alarms = [
        (tried.run, *alarm.rsplit(" ", 1))
        for tried in operator.years.attempts
        for alarm in tried.alarms
    ]
    stopped = [
        (tried.run, f"stopped, exit code {tried.code}")
        for tried in operator.years.attempts
        if tried.code not in (0, job.ACT)
    ]
    errors = {
        name: [
            (number[point["period"]], point["value"])
            for point in json.loads(Path(report).read_text())["history"][check]
        ]
        for name, (report, check) in ERRORS.items()
    }
    months = [f"{month:%Y-%m}" for month in RUNS]
    events = {event.run: event.name for event in EVENTS}
    years = operator.years
    grown = (years.megabytes[-1] - years.megabytes[0]) / (len(RUNS) - 1)
    title = (
        f"{len(RUNS)} monthly runs: what happened, and what was told. A run took "
        f"{median(years.seconds):.0f} s and {grown:.1f} MB"
    )
    draw(PICTURE, title, months, events, alarms, [*done, *stopped], errors)
    assert PICTURE.exists()
