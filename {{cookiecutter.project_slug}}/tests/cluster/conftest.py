"""A real cluster on this machine: Spark's standalone master and two workers, on loopback."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import pandas as pd
import pyspark
import pytest

from {{ cookiecutter.package_name }} import job
from {{ cookiecutter.package_name }}.spark.java import find_java

from jobs import simulate_usage

PROJECT = Path(__file__).parents[2]
SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
SIMULATED = ("--customers", "300", "--months", "30", "--seed", "1")
PATIENCE = 300
"""Seconds until a process must have reported its address; a busy machine takes minutes."""


class Cluster(NamedTuple):
    """A running cluster: its address, its processes, and the folder of their files."""

    master: str
    folder: Path
    processes: list[subprocess.Popen]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with standalone(tmp_path_factory.mktemp("cluster"), workers=2) as started:
        yield started


@contextmanager
def standalone(folder: Path, workers: int) -> Iterator[Cluster]:
    """Start a master and workers; at the end stop them and their child processes."""
    processes: list[subprocess.Popen] = []
    try:
        said = start(processes, folder, "master", "--port", "0")
        address = await_word(said, r"Starting Spark master at (spark://\S+)")
        page = await_word(said, r"started at (http://\S+)")
        for number in range(workers):
            work = folder / f"work-{number}"
            worker = ("--cores", "1", "--memory", "2g", "--work-dir", str(work), address)
            start(processes, folder, "worker", *worker)
        await_workers(page, workers)
        yield Cluster(address, folder, processes)
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()


def start(processes: list[subprocess.Popen], folder: Path, role: str, *arguments: str) -> Path:
    """Start a master or a worker with Java and with the Python on the system's PATH."""
    bare = {
        "HOME": str(folder),
        "JAVA_HOME": str(find_java().home),
        "PATH": os.defpath,
        "SPARK_LOCAL_IP": "127.0.0.1",  # otherwise the web interface listens on all interfaces
        "SPARK_NO_DAEMONIZE": "1",
    }
    said = folder / f"{role}-{len(processes)}.log"
    main = f"org.apache.spark.deploy.{role}.{role.title()}"
    with said.open("w") as log:
        processes.append(
            subprocess.Popen(
                [SPARK_CLASS, main, "--host", "127.0.0.1", "--webui-port", "0", *arguments],
                env=bare,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        )
    return said


def await_word(said: Path, pattern: str) -> str:
    """Wait for a process to report its address in its log; return the match."""
    for _ in range(PATIENCE * 5):
        if found := re.search(pattern, said.read_text()):
            return found[1]
        time.sleep(0.2)
    raise TimeoutError(f"{pattern} is not in:\n{said.read_text()}")


def await_workers(page: str, count: int) -> None:
    """Wait until so many workers have registered with the master."""
    for _ in range(PATIENCE * 5):
        with urlopen(f"{page}/json/") as answer:
            if json.load(answer)["aliveworkers"] == count:
                return
        time.sleep(0.2)
    raise TimeoutError(f"{page} does not tell of {count} workers")


def submit(
    cluster: Cluster, folder: Path, *arguments: str, packed: bool = False
) -> subprocess.CompletedProcess:
    """Run a job on the cluster.

    The machines run this Python. Those of a packed job run the one that they unpack, as for
    `nox -s submit`: its 30,000 files take minutes on a slow disk, each time.
    """
    job, *rest = arguments
    few = "--conf=spark.sql.shuffle.partitions=4"  # tables are small here; Spark's default is 200
    source = PROJECT / "src"  # whatever version of the package the environment has
    confs = (f"spark.pyspark.python={sys.executable}", f"spark.executorEnv.PYTHONPATH={source}")
    program = [str(SPARK_CLASS.with_name("spark-submit")), f"--master={cluster.master}"]
    program += [f"--conf={conf}" for conf in confs]
    if packed:
        program = [sys.executable, "-m", "production.submit"]
    variables = {
        "PYTHONPATH": f"{PROJECT}{os.pathsep}{source}",
        "JAVA_HOME": str(find_java().home),
    }
    answer = subprocess.run(
        [*program, few, str(PROJECT / "jobs" / job), *rest],
        cwd=folder,
        env=os.environ | variables | {"SPARK_MASTER": cluster.master},
        capture_output=True,
        text=True,
    )
    for application in cluster.folder.glob("work-*/app-*"):
        shutil.rmtree(application, ignore_errors=True)
    return answer


@pytest.fixture
def both(cluster, spark, tmp_path, monkeypatch):
    """Return a function that runs a job on the cluster and locally, in two folders named {}.

    A monitor may say act (exit code 3), in both.
    """
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()

    def run(name: str, *arguments: str) -> tuple[Path, Path]:
        answer = submit(cluster, there, f"{name}.py", *(a.format(there) for a in arguments))
        assert answer.returncode in (0, job.ACT), answer.stderr[-8000:]
        monkeypatch.chdir(here)
        main = importlib.import_module(f"jobs.{name}").main
        assert job.run(main, [a.format(here) for a in arguments]) == answer.returncode
        return there, here

    return run


@pytest.fixture(scope="session")
def simulated(spark, tmp_path_factory) -> Path:
    """A folder with simulated usage and customers."""
    folder = tmp_path_factory.mktemp("simulated")
    assert job.run(simulate_usage.main, [*SIMULATED, "--output", str(folder)]) == 0
    return folder


{% if cookiecutter.use_cases != "none" %}
def judged_alike(folders: tuple[Path, Path], monitor: str, *tables: str) -> dict:
    """Compare the reports of a monitor in two folders, whose sums are rounded in another order.

    Returns:
        One of them.
    """
    there, here = (json.loads((f / "reports" / f"{monitor}.json").read_text()) for f in folders)
    for name in ("checks", *tables):
        pd.testing.assert_frame_equal(pd.DataFrame(there[name]), pd.DataFrame(here[name]))
    return here


{% endif %}
def read(table: Path, *keys: str) -> pd.DataFrame:
    """Return a table that a job wrote, sorted by its keys, without what tells runs apart."""
    rows = pd.read_parquet(table).drop(columns=["made_at", "run_id"], errors="ignore")
    return rows.sort_values(list(keys), ignore_index=True)
