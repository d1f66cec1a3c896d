"""The monthly run as a DAG of Airflow (3.3 or later), made from the steps of production/steps.py.

Airflow needs none of the project's packages: a task runs one step with the project's own Python.
Exit code 1 is retried; 2 and 3 are not, because a retry would end alike. If a monitor says act, the
run goes on, and its last task fails. A run that is triggered without a logical date is of the month
before its start.
"""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

PROJECT = Path(__file__).parents[2]
sys.path.append(str(PROJECT))

from production.steps import ACT, AFTER_ACT, BAD_INPUT, CHECK, NOT_DUE, STEPS  # noqa: E402

PYTHON = os.environ.get("PROJECT_PYTHON", str(PROJECT / ".venv" / "bin" / "python"))
"""The Python in which the project is installed."""

FOLDER = os.environ.get("PROJECT_FOLDER", str(PROJECT))
"""The folder in which the steps run: their paths are relative to it."""

FIRST = datetime(2026, 1, 2)
"""The first run, of the month before it. Later runs that were missed are caught up."""


def run(job: str, *more: str, on: datetime) -> bool:
    """Run a step for the month before a date; return whether it says act."""
    as_of = f"{on.replace(day=1) - timedelta(days=1):%Y-%m}"
    command = [PYTHON, "-m", "production.monthly", "--as-of", as_of, "--only", job, *more]
    found = os.environ | {"PYTHONPATH": str(PROJECT)}
    code = subprocess.run(command, cwd=FOLDER, env=found, check=False).returncode
    if code == NOT_DUE:
        raise AirflowSkipException(f"{job} is not due in {as_of}")
    told = f"{job} ended with exit code {code}"
    if code == BAD_INPUT or (code == ACT and job == CHECK.job):
        raise AirflowFailException(f"{told}: a retry would end the same way")
    if code not in (0, ACT):
        raise AirflowException(told)
    return code == ACT


def run_step(job: str, logical_date: datetime | None = None, dag_run: Any = None) -> bool:
    """Run a step of the month."""
    return run(job, on=logical_date or dag_run.run_after)


def run_after_act(
    job: str, acts: bool, logical_date: datetime | None = None, dag_run: Any = None
) -> bool:
    """Run a step once more, if the monitor before it says act."""
    if not acts:
        raise AirflowSkipException("the monitor does not say act")
    return run(job, "--after-act", on=logical_date or dag_run.run_after)


def tell(acts: dict[str, bool | None]) -> None:
    """Fail if a step says act, so that those who are told of failures are told of it."""
    acting = [job for job, says in acts.items() if says]
    if acting:
        raise AirflowFailException(f"act: {', '.join(acting)}; see its report and its lines above")


with DAG(
    dag_id="{{ cookiecutter.package_name }}_monthly",
    schedule="0 5 2 * *",
    start_date=FIRST,
    catchup=True,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
) as dag:
    steps = {}
    for step in STEPS:
        # a training that is not due is skipped, and customers are scored all the same
        rule = "all_success" if step.retrains else "none_failed"
        steps[step.job] = task(task_id=step.job, trigger_rule=rule)(run_step)(step.job)
        for needed in step.needs:
            steps[needed] >> steps[step.job]
    ends = list(steps.values())
    for monitor, jobs in AFTER_ACT.items():
        before = steps[monitor]
        for job in jobs:
            again = task(task_id=f"{job}_after_act")(run_after_act)(job, steps[monitor])
            before >> again
            before = again
        ends.append(before)
    ends >> task(task_id="tell", trigger_rule="none_failed")(tell)(steps)
