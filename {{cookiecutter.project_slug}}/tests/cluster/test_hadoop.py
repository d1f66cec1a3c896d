"""HDFS and YARN, which tests start on this machine."""

import getpass
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyspark
import pytest

from {{ cookiecutter.package_name }}.spark.java import find_java

from .conftest import PROJECT
from .hadoop_services import PARTS, SERVERS
from .stores import SparkProcess, free_port, kill_writes, process

SPARK = Path(pyspark.__file__).parent

pytestmark = pytest.mark.cluster

SMALL = ("--customers", "20", "--months", "36", "--seed", "1")
LOOPBACK = {"SPARK_LOCAL_IP": "127.0.0.1"}
"""Otherwise Spark's web interface listens on all interfaces."""

PROBE = """
import sys
from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.spark.session import get_spark
from pyspark.sql import functions as F

pythons = get_spark("probe").range(0, 100, 1, 2).mapInPandas(
    lambda batches: (batch.assign(executor=sys.executable) for batch in batches),
    "id long, executor string",
)
tables.write_table(pythons.withColumn("driver", F.lit(sys.executable)), sys.argv[1])
"""


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Start HDFS and YARN; give what a process needs to use them: HDFS is then the default."""
    folder = tmp_path_factory.mktemp("hadoop")
    with process(folder, {}, PARTS) as services:
        try:
            services.do("start_hadoop", str(folder), *(free_port() for _ in SERVERS))
            user = getpass.getuser()
            yield {"HADOOP_CONF_DIR": str(folder), "HADOOP_USER_NAME": user} | LOOPBACK
        finally:
            services.do("stop_hadoop")


@pytest.fixture(scope="module")
def reader(variables, tmp_path_factory) -> Iterator[SparkProcess]:
    with process(tmp_path_factory.mktemp("reader"), variables) as started:
        yield started


def test_tables_have_the_same_rows_in_hdfs_as_in_a_folder(reader, tmp_path):
    for place in (str(tmp_path), "hdfs:///lake"):
        assert reader.do("run_job", "simulate_usage", *SMALL, "--output", place) == 0
    folder, hdfs = (
        reader.rows("read", f"{place}/usage", "parquet") for place in (tmp_path, "hdfs:///lake")
    )
    assert len(folder) > 100
    pd.testing.assert_frame_equal(hdfs, folder)
    assert pd.read_parquet(tmp_path / "usage").shape == (len(folder), 3)


def test_a_run_killed_at_any_moment_of_its_write_leaves_a_whole_table(reader, variables):
    assert "the earlier table" in kill_writes(reader, "hdfs:///killed", variables)


def test_a_job_on_yarn_writes_the_same_rows(variables, reader, tmp_path):
    """In client mode: the driver runs in a process of this machine."""
    python = f"--conf=spark.pyspark.python={sys.executable}"
    simulated = (f"{PROJECT}/jobs/simulate_usage.py", *SMALL, "--output", "hdfs:///simulated")
    command = ("--deploy-mode=client", python, *simulated, "--run-log", "hdfs:///reports/runs")
    submit(variables, f"{SPARK}/bin/spark-submit", *command)
    assert [Path(name).suffix for name in reader.do("files", "hdfs:///reports/runs")] == [".json"]
    assert reader.do("run_job", "simulate_usage", *SMALL, "--output", str(tmp_path)) == 0
    pd.testing.assert_frame_equal(
        reader.rows("read", "hdfs:///simulated/usage", "parquet"),
        reader.rows("read", f"{tmp_path}/usage", "parquet"),
    )


def test_a_job_in_containers_of_yarn_has_the_python_that_it_unpacked(variables, reader, tmp_path):
    """In cluster mode: the driver runs there too. Unpacking takes minutes on a slow disk."""
    (tmp_path / "probe.py").write_text(PROBE)
    nox_submit = (sys.executable, "-m", "production.submit", "--deploy-mode=cluster")
    submit(variables, *nox_submit, f"{tmp_path}/probe.py", "hdfs:///pythons")
    pythons = reader.rows("read", "hdfs:///pythons", "parquet")[["driver", "executor"]]
    [(driver, executor)] = set(pythons.itertuples(index=False))
    for python in (driver, executor):
        assert Path(python).match("appcache/application_*/container_*/environment/bin/python*")
    assert driver != executor


def submit(variables: dict[str, str], *command: str) -> None:
    """Run a job on YARN by spark-submit, or as `nox -s submit` does."""
    index = next(i for i, word in enumerate(command) if word.startswith("--deploy-mode"))
    options = ["--master=yarn", "--num-executors=1", "--executor-memory=1g", "--driver-memory=1g"]
    # otherwise Spark itself is sent to HDFS for each job
    options.append(f"--conf=spark.yarn.jars=local:{SPARK}/jars/*")
    for name, value in LOOPBACK.items():
        options.append(f"--conf=spark.executorEnv.{name}={value}")
        options.append(f"--conf=spark.yarn.appMasterEnv.{name}={value}")
    answer = subprocess.run(
        [*command[:index], *options, *command[index:]],
        cwd=PROJECT,
        env=os.environ | {"JAVA_HOME": str(find_java().home)} | variables,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout[-2000:] + answer.stderr[-8000:]
