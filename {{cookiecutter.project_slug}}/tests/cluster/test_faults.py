"""Failures of the environment of a job: earlier results are never lost."""

import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pandas as pd
import pytest

from .conftest import PROJECT

pytestmark = pytest.mark.cluster

SMALL = ("--customers", "20", "--months", "12", "--seed", "1")
LARGE = ("--customers", "20000", "--months", "36", "--seed", "2")


def start(*arguments: str) -> subprocess.Popen:
    command = [sys.executable, "jobs/simulate_usage.py", *arguments]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def simulate(output: Path, *arguments: str) -> pd.DataFrame:
    job = start(*arguments, "--output", str(output))
    _, said = job.communicate()
    assert job.returncode == 0, said
    return usage(output)


def usage(output: Path) -> pd.DataFrame:
    keys = ["customer_id", "month"]
    return pd.read_parquet(output / "usage").sort_values(keys, ignore_index=True)


def test_a_driver_killed_while_it_writes_leaves_the_earlier_table_and_the_next_run_works(tmp_path):
    before = simulate(tmp_path, *SMALL)
    job = start(*LARGE, "--output", str(tmp_path))
    while not list(tmp_path.glob(".unfinished-*/*")):
        assert job.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    job.kill()
    job.wait()
    pd.testing.assert_frame_equal(usage(tmp_path), before)
    pd.testing.assert_frame_equal(simulate(tmp_path, *SMALL), before)


def test_of_two_runs_on_one_output_at_once_one_whole_table_stays(tmp_path):
    counts = ("20", "30")
    runs = [start("--customers", count, "--output", str(tmp_path)) for count in counts]
    assert [job.wait() for job in runs] == [0, 0]
    customers = set(pd.read_parquet(tmp_path / "customers")["customer_id"])
    assert str(len(customers)) in counts
    assert set(usage(tmp_path)["customer_id"]) <= customers
    assert sorted(path.name for path in tmp_path.iterdir()) == ["customers", "usage"]


def test_a_full_disk_ends_the_job_and_leaves_the_earlier_table(tmp_path):
    alone = ["unshare", "--map-root-user", "--mount"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("a small disk cannot be made here: it needs a namespace of its own")
    job = f"{sys.executable} {PROJECT}/jobs/simulate_usage.py --output {tmp_path}/disk/raw"
    steps = (
        f"mount -t tmpfs -o size=2m none {tmp_path}/disk",
        f"{job} {' '.join(SMALL)}",
        f"cp -r {tmp_path}/disk/raw {tmp_path}/before",
        f"code=0; {job} {' '.join(LARGE)} 2>{tmp_path}/said || code=$?; test $code = 1",
        f"cp -r {tmp_path}/disk/raw {tmp_path}/after",
    )
    (tmp_path / "disk").mkdir()
    subprocess.run([*alone, "sh", "-ec", "\n".join(steps)], check=True, cwd=PROJECT)
    said = (tmp_path / "said").read_text().splitlines()
    assert said[-1].startswith(f"error: output ({tmp_path}/disk/raw): its disk is full")
    assert "Traceback (most recent call last):" not in said
    pd.testing.assert_frame_equal(usage(tmp_path / "after"), usage(tmp_path / "before"))


def test_ports_of_spark_that_another_program_has_do_not_matter(tmp_path):
    with ExitStack() as others:
        for port in (4040, 7077, 15002):
            with suppress(OSError):  # somebody has it already
                others.enter_context(socket.create_server(("127.0.0.1", port)))
        simulate(tmp_path, *SMALL)
