"""Each job as a process, started from the project's folder."""

import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest

from {{ cookiecutter.package_name }}.job import INPUTS
from {{ cookiecutter.package_name }}.job import run as run_main

PROJECT = Path(__file__).parents[2]
JOBS = sorted(path.name for path in (PROJECT / "jobs").glob("*.py"))


UNIGNORED = """\
import os, signal, sys
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def run(job: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, f"jobs/{job}", *arguments],
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("job", JOBS)
def test_help_is_given_before_spark_starts(job, monkeypatch, capsys):
    module = importlib.import_module(f"jobs.{job.removesuffix('.py')}")
    monkeypatch.setattr(module, "get_spark", lambda *_, **__: pytest.fail("started"), raising=False)
    with pytest.raises(SystemExit) as stopped:
        module.main(["--help"])
    assert stopped.value.code == 0
    assert "--log-format {text,json}" in capsys.readouterr().out


NEEDED = {
    **{"--horizon": "3", "--id": "id", "--label": "label", "--output": "new"},
    **{"--forecasts": "forecasts", "--scores": "scores"},
    **{"--customer": "who", "--time": "when", "--amount": "much", "--frequency": "month"},
}
"""What options want that a job cannot do without."""

NUMBERS = {("simulate_usage.py", "--customers"), ("compare_training.py", "--features")}
"""Options that are called as an input and are none."""


@pytest.mark.parametrize("job", JOBS)
def test_no_job_writes_where_it_reads(job, tmp_path, monkeypatch, capsys):
    module = importlib.import_module(f"jobs.{job.removesuffix('.py')}")
    monkeypatch.setattr(module, "get_spark", lambda *_, **__: pytest.fail("started"), raising=False)
    monkeypatch.chdir(tmp_path)
    Path("table").mkdir()
    Path("table/part-0.parquet").write_text("mine")
    with pytest.raises(SystemExit):
        module.main(["--help"])
    options = set(re.findall(r"^  (--[a-z-]+)", capsys.readouterr().out, re.M))
    inputs = {name for name in map("--{}".format, INPUTS) if (job, name) not in NUMBERS}
    for read, written in product(inputs & options, {"--output", "--reports"} & options):
        typed = {option: value for option, value in NEEDED.items() if option in options}
        typed |= {read: "table", written: "./table/"}
        if read == "--customers" and "--by" in options:
            typed |= {"--by": "plan", "--usage": "usage"}
        if read == "--future" or job.startswith("monitor_"):
            typed |= {"--usage": "usage"} | typed
        assert run_main(module.main, [part for pair in typed.items() for part in pair]) == 2
        [said] = capsys.readouterr().err.splitlines()
        assert f"{written} (table) and {read} (table) are the same place" in said
    assert [path.name for path in Path("table").iterdir()] == ["part-0.parquet"]


@pytest.mark.slow
@pytest.mark.parametrize("job", JOBS)
def test_help_needs_no_spark(job):
    """A PATH and a JAVA_HOME without Java: starting Spark would fail."""
    answer = run(job, "--help", PATH="", JAVA_HOME="", SPARK_REMOTE="sc://127.0.0.1:1")
    assert answer.returncode == 0, answer.stderr
    assert "usage:" in answer.stdout
    assert "--log-format {text,json}" in answer.stdout


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A folder with simulated tables."""
    folder = tmp_path_factory.mktemp("raw")
    answer = run("simulate_usage.py", "--customers", "50", "--output", str(folder))
    assert answer.returncode == 0, answer.stderr
    return folder


@pytest.mark.slow
def test_bad_input_gives_exit_code_2_and_one_line(tmp_path):
    answer = run("compare_processing.py", "--usage", "no/such/table", "--reports", str(tmp_path))
    said = answer.stderr.splitlines()
    assert answer.returncode == 2
    assert len(said) == 1
    assert "no such path or catalog table" in said[0]
    assert answer.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


@pytest.mark.slow
def test_a_table_is_read_as_the_options_say_whatever_the_locale_and_compared(tmp_path):
    months = [f"{2024 + n // 12}-{n % 12 + 1:02}" for n in range(24)]
    lines = [f"Müller;{month};1,5\n" for month in [*months, "2099-01"]]
    source = tmp_path / "café" / "usäge.csv"
    source.parent.mkdir()
    source.write_bytes("".join(["customer_id;month;usage\n", *lines]).encode("latin-1"))
    arguments = ["compare_processing.py", "--usage", str(source), "--reports", str(tmp_path / "r")]
    arguments += ["--runs", "1"]
    options = ["--csv-options", "encoding=ISO-8859-1", "decimal=,"]
    refused = run(*arguments, *options, LC_ALL="C")
    assert (refused.returncode, "after today" in refused.stderr) == (2, True), refused.stderr
    assert refused.stderr.splitlines()[-1].startswith("error: usage table (")
    done = run(*arguments, *options, "--as-of", "2025-12", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, "")
    last_line = done.stdout.splitlines()[-1]
    assert last_line.startswith("summary: job=compare_processing rows_in=24 ")
    assert "left_out=1 warnings=0" in last_line
    assert all(m["equal"] for m in json.loads((tmp_path / "r/processing.json").read_text()))


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_a_signal_ends_a_job_in_one_line_and_what_it_left_goes_with_the_next_run(
    name, simulated, tmp_path
):
    output = ("--output", str(tmp_path / "raw"))
    shutil.copytree(simulated, tmp_path / "raw")
    earlier = sorted((tmp_path / "raw").rglob("*"))
    typed = ["jobs/simulate_usage.py", "--customers", "400000", *output]
    process = subprocess.Popen(
        # out of a shell's background, where SIGINT is ignored
        [sys.executable, "-c", UNIGNORED, *typed],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not list((tmp_path / "raw").glob(".unfinished-*/*/*")):
        time.sleep(0.1)
    number = signal.Signals[name]
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert set(earlier) <= set((tmp_path / "raw").rglob("*"))
    if name == "SIGKILL":  # on which nothing can be said; Java ends by itself
        assert process.returncode == -number
        assert list((tmp_path / "raw").glob(".unfinished-*"))
        assert run("simulate_usage.py", "--customers", "10", *output).returncode == 0
        assert {path.name for path in (tmp_path / "raw").iterdir()} == {"usage", "customers"}
    else:
        assert process.returncode == 128 + number
        assert stderr == f"error: ended by {name}. Each table is as it was or complete.\n"
        assert stdout == ""
        assert sorted((tmp_path / "raw").rglob("*")) == earlier
