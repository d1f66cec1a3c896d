"""A warm Spark serves the jobs of the day, with the code as it is now, and ends by itself."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from {{ cookiecutter.package_name }}.spark import warm

from production.warm import end_idle_daemons

PROJECT = Path(__file__).parents[2]
JOB = """
from {{ cookiecutter.package_name }}.spark.session import get_spark
from pyspark.sql import functions as F
import edited

spark = get_spark("ours")
changed = F.pandas_udf(edited.change, "long")
print(*[row[0] for row in spark.range(1, 3).select(changed("id")).collect()])
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the warm Spark is not for Windows"),
]


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """What a shell of the day has: a cache of its own, and a module that the team edits."""
    folder = tmp_path_factory.mktemp("day")
    place = os.pathsep.join([str(folder), str(PROJECT), os.environ.get("PYTHONPATH", "")])
    switched_on = {name: value for name, value in os.environ.items() if name != warm.SWITCH}
    yield folder, switched_on | {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": place}
    run(switched_on | {"XDG_CACHE_HOME": str(folder / "cache")}, "production/warm.py", "stop")


def run(environment, *words):
    return subprocess.run(
        [sys.executable, *words], cwd=PROJECT, env=environment, capture_output=True, text=True
    )


def answer_of(day, body):
    """Write the team's module, and run a job that uses it in a UDF."""
    folder, environment = day
    (folder / "edited.py").write_text(f"def change(values):\n    return {body}\n")
    done = run(environment, "-c", JOB)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


def test_code_that_was_edited_is_used_at_once_and_each_way_out_leaves_it_out(day):
    _, environment = day
    started = run(environment, "production/warm.py", "start")
    assert started.returncode == 0, started.stdout + started.stderr
    assert "warm Spark: on port" in started.stdout
    answer, told = answer_of(day, "2 * values")
    assert answer == "2 4"
    assert "spark: the warm one on port" in told
    assert answer_of(day, "3 * values")[0] == "3 6"
    job = ("jobs/simulate_usage.py", "--customers=3", f"--output={day[0]}/raw")
    assert "the warm one" in run(environment, *job).stderr
    for left_out in (
        run(environment, *job, "--no-warm"),
        run(environment | {warm.SWITCH: "off"}, *job),
    ):
        assert left_out.returncode == 0
        assert "the warm one" not in left_out.stderr


def test_it_is_shown_and_stopped_and_then_jobs_have_a_spark_of_their_own(day):
    _, environment = day
    assert run(environment, "production/warm.py", "show").returncode == 0
    assert "stopped" in run(environment, "production/warm.py", "stop").stdout
    assert run(environment, "production/warm.py", "show").returncode == 1
    answer, told = answer_of(day, "4 * values")
    assert answer == "4 8"
    assert "the warm one" not in told


def test_unused_it_ends_by_itself_and_leaves_no_process(day):
    folder, environment = day
    assert run(environment, "production/warm.py", "start", "--unused=8").returncode == 0
    [state] = (folder / "cache").rglob("*.json")
    shown = run(environment, "production/warm.py", "show").stdout
    process = psutil.Process(int(shown.rpartition("process ")[2].partition(".")[0]))
    process.wait(60)
    end = time.monotonic() + 10
    while state.exists() and time.monotonic() < end:
        time.sleep(0.2)
    assert not state.exists()


def test_daemons_of_sessions_that_are_over_end(monkeypatch):
    """Spark keeps a daemon of Python workers for each session for ever."""
    monkeypatch.setattr("production.warm.DAEMON_SECONDS", 0)
    idle = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    busy = subprocess.Popen(
        [sys.executable, "-c", "import subprocess as s; s.run(['sleep', '30'])"]
    )
    time.sleep(1)
    end_idle_daemons(psutil.Process())
    assert idle.wait(5) != 0
    assert busy.poll() is None
    for child in psutil.Process(busy.pid).children():
        child.kill()
    busy.wait()
