"""The session is local and private by default, and uses given settings elsewhere."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import psutil
import pyspark
import pytest
from pyspark.errors import PySparkException, PySparkRuntimeError
from pyspark.sql import SparkSession

from {{ cookiecutter.package_name }}.errors import BadInputError, UnavailableError
from {{ cookiecutter.package_name }}.spark import session
from {{ cookiecutter.package_name }}.spark.java import Java


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("spark.master", "local[*]"),
        ("spark.driver.bindAddress", "127.0.0.1"),
        ("spark.driver.host", "127.0.0.1"),
        ("spark.ui.enabled", "false"),
        ("spark.sql.session.timeZone", "UTC"),
        ("spark.sql.ansi.enabled", "true"),
        ("spark.sql.execution.arrow.pyspark.enabled", "true"),
        ("spark.sql.shuffle.partitions", str(os.cpu_count())),
    ],
)
def test_local_sessions_are_private_quiet_and_small(spark, setting, value):
    assert spark.conf.get(setting) == value


def test_a_local_session_listens_on_loopback_only(local_spark):
    # workers open ports too
    local_spark.range(1).mapInPandas(lambda batches: batches, "id long").collect()
    here = psutil.Process()
    listening = {
        connection.laddr.ip
        for process in [here, *here.children(recursive=True)]
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening
    assert listening <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def test_workers_run_the_drivers_python(spark):
    python = spark.range(1).mapInPandas(
        lambda batches: (batch.assign(python=sys.executable) for batch in batches),
        "id long, python string",
    )
    assert python.first().python == sys.executable


def test_workers_are_forked_from_the_process_that_has_pandas(spark):
    parent = spark.range(1).mapInPandas(
        lambda batches: (
            batch.assign(parent=" ".join(psutil.Process().parent().cmdline())) for batch in batches
        ),
        "id long, parent string",
    )
    assert session.LOCAL["spark.python.daemon.module"] in parent.first().parent


def test_rdds_and_sql_have_their_workers_from_one_process(local_spark):
    # otherwise queries would not reuse the worker that the session starts with an RDD
    numbers = local_spark.range(4)
    by_rdd = local_spark.sparkContext.parallelize(range(4)).map(lambda _: os.getppid())
    by_sql = numbers.mapInPandas(
        lambda batches: (batch.assign(parent=os.getppid()) for batch in batches),
        "id long, parent long",
    )
    assert set(by_rdd.collect()) == {row.parent for row in by_sql.collect()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "brief",
    [
        "get_spark('brief')",
        "get_spark('brief'); time.sleep(0.3)",
        """\
spark = get_spark('brief')
while not any(process.name().startswith("python") for process in psutil.Process().children(True)):
    time.sleep(0.01)
spark.stop()""",
    ],
    ids=["ended at once", "ended soon", "stopped while the worker starts"],
)
def test_a_brief_session_says_nothing_of_the_worker_that_it_was_starting(local_spark, brief):
    program = f"import time, psutil\nfrom {session.__name__} import get_spark\n{brief}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0
    assert done.stderr == ""


def test_the_day_of_a_time_does_not_depend_on_the_machine(spark):
    [(day,)] = spark.sql("SELECT CAST(TIMESTAMP '2025-06-01T23:30:00Z' AS date)").collect()
    assert day == date(2025, 6, 1)


def test_the_open_session_is_returned(spark):
    assert session.get_spark("again") is spark


GIVEN_BY = ["SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED", "PYSPARK_GATEWAY_PORT"]


class Builder:
    """Records the calls of get_spark to SparkSession.builder."""

    version = pyspark.__version__

    def __init__(self):
        self.asked = {}

    def appName(self, name):  # noqa: N802
        self.asked["appName"] = name
        return self

    def master(self, master):
        self.asked["master"] = master
        return self

    def config(self, map):
        self.asked["config"] = map
        return self

    def getOrCreate(self):  # noqa: N802
        return self


@pytest.fixture
def builder(monkeypatch):
    """No session is open, and opening one only records with what."""
    builder = Builder()
    monkeypatch.setattr(SparkSession, "builder", builder)
    monkeypatch.setattr(SparkSession, "getActiveSession", lambda: None)
    for variable in (*GIVEN_BY, "SPARK_HOME", "JAVA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(session, "find_java", lambda: Java(Path("/java"), 17, "build"))
    monkeypatch.setattr(session, "java_options", lambda java: "")
    return builder


@pytest.mark.parametrize("given_by", GIVEN_BY)
def test_a_cluster_keeps_its_master_its_settings_and_its_java(builder, monkeypatch, given_by):
    monkeypatch.setenv(given_by, "1")
    session.get_spark("job")
    assert builder.asked == {"appName": "job", "config": session.EVERYWHERE | session.ARROW}
    assert "JAVA_HOME" not in os.environ


@pytest.mark.parametrize("given_by", GIVEN_BY)
def test_a_cluster_of_another_spark_is_refused_at_the_start(builder, monkeypatch, given_by):
    monkeypatch.setenv(given_by, "1")
    monkeypatch.setattr(builder, "version", "4.9.1")
    with pytest.raises(BadInputError, match=r"runs Spark 4\.9"):
        session.get_spark("job")


def test_an_empty_spark_remote_means_this_machine(builder, monkeypatch):
    monkeypatch.setenv("SPARK_REMOTE", "")
    session.get_spark("job")
    assert builder.asked["master"] == "local[*]"
    assert "SPARK_REMOTE" not in os.environ


@pytest.mark.parametrize("spark_home", ["", "/opt/another/spark"])
def test_local_spark_is_the_one_that_pip_installed(builder, monkeypatch, spark_home):
    monkeypatch.setenv("SPARK_HOME", spark_home)
    session.get_spark("job")
    assert Path(os.environ["SPARK_HOME"]) == Path(pyspark.__file__).parent
    assert os.environ["JAVA_HOME"] == "/java"
    assert os.environ["PYSPARK_PYTHON"] == sys.executable
    assert builder.asked == {"appName": "job", "master": "local[*]", "config": session.LOCAL}


def test_sparks_own_variable_sets_the_memory_of_local_spark():
    code = f"from {session.__name__} import LOCAL; print(LOCAL['spark.driver.memory'])"
    for variables, memory in (({}, "4g"), ({"SPARK_DRIVER_MEMORY": "12g"}, "12g")):
        given = {name: value for name, value in os.environ.items() if "MEMORY" not in name}
        told = subprocess.run(
            [sys.executable, "-c", code], env=given | variables, capture_output=True, text=True
        )
        assert told.stdout.strip() == memory


def test_a_connector_that_cannot_be_downloaded_is_told_in_one_line(builder, monkeypatch):
    def offline():
        raise PySparkRuntimeError(errorClass="JAVA_GATEWAY_EXITED", messageParameters={})

    monkeypatch.delenv("PYSPARK_SUBMIT_ARGS", raising=False)
    monkeypatch.setattr(builder, "getOrCreate", offline)
    monkeypatch.setattr(session.warm, "find", lambda: pytest.fail("the warm Spark has none"))
    with pytest.raises(UnavailableError, match=r"did not start with .*:hadoop-aws:") as error:
        session.get_spark("job", needs=frozenset({"s3a"}))
    assert "\n" not in str(error.value)
    assert ":hadoop-aws:" in builder.asked["config"]["spark.jars.packages"]
    with pytest.raises(PySparkRuntimeError):
        session.get_spark("job", own=True)


def test_local_spark_starts_with_the_archive_of_its_classes(builder, monkeypatch):
    monkeypatch.setattr(session, "java_options", lambda java: f"-XX:Archive={java.build}")
    session.get_spark("job")
    options = builder.asked["config"]["spark.driver.extraJavaOptions"]
    assert options == f"{session.LOCAL['spark.driver.extraJavaOptions']} -XX:Archive=build"


def test_what_results_depend_on_is_set_in_a_session_that_is_open(spark):
    try:
        spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
        spark.conf.set("spark.sql.ansi.enabled", "false")
        assert session.get_spark("again") is spark
        for name, value in session.EVERYWHERE.items():
            assert spark.conf.get(name) == value
    finally:
        for name, value in session.EVERYWHERE.items():
            spark.conf.set(name, value)


class LockedConf:
    """Settings of a platform that lets nobody change them."""

    def get(self, name, default):
        return session.EVERYWHERE[name] if name.endswith("enabled") else "Asia/Tokyo"

    def set(self, name, value):
        raise PySparkException(f"[CONFIG_NOT_AVAILABLE] Configuration {name} is not available.")


def test_a_session_on_which_results_cannot_depend_is_refused_in_one_line(monkeypatch):
    locked = SimpleNamespace(conf=LockedConf())
    monkeypatch.setattr(SparkSession, "getActiveSession", lambda: locked)
    with pytest.raises(BadInputError) as refused:
        session.get_spark("job")
    assert "timeZone=Asia/Tokyo, and does not let it be set to UTC" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "used"), [("C", "C.UTF-8"), ("POSIX", "C.UTF-8"), ("de_DE.UTF-8", "de_DE.UTF-8")]
)
def test_java_finds_files_whose_names_are_not_ascii(builder, monkeypatch, given, used):
    monkeypatch.setenv("LC_ALL", given)
    session.get_spark("job")
    assert os.environ["LC_ALL"] == used
