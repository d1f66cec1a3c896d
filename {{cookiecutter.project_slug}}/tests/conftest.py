"""Fixtures of all tests: one Spark session for the whole run, and small tables."""

import gc
import os
{% if cookiecutter.use_cases in ["both", "churn-prediction"] %}
import shutil
{% endif %}
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
{% if cookiecutter.use_cases in ["both", "churn-prediction"] %}
from pathlib import Path
{% endif %}
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType
from pyspark.sql.utils import is_remote

{% if cookiecutter.use_cases in ["both", "churn-prediction"] %}
from {{ cookiecutter.package_name }} import lifecycle
{% endif %}
from {{ cookiecutter.package_name }}.processing.plan import physical_plan
from {{ cookiecutter.package_name }}.spark.session import get_spark
from {{ cookiecutter.package_name }}.tables import USAGE

from tests.plans import repeated_calls

Rows = Sequence[tuple[Any, ...]]
UsageRow = tuple[str, date, float | None]


# Tests run many short queries, each once on few rows, so optimisations for long queries do not pay.
# Java without its C2 compiler reserves a fifth of the usual code cache, which must be raised.
SETTINGS = (
    "-XX:TieredStopAtLevel=1",
    "-XX:ReservedCodeCacheSize=240m",
    # neither generate code for plans nor adapt plans while they run
    "-Dspark.sql.codegen.wholeStage=false",
    "-Dspark.sql.codegen.factoryMode=NO_CODEGEN",
    "-Dspark.sql.adaptive.enabled=false",
    # errors need not name the line that created a column: recording it costs a call to Java each
    "-Dspark.python.sql.dataFrameDebugging.enabled=false",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run quick tests in up to four processes, each with a Spark; others keep all cores busy."""
    cores = os.cpu_count() or 1
    is_quick = config.option.markexpr in config.getini("addopts")
    return min(cores, 4) if is_quick and cores > 1 else 0


@pytest.fixture(scope="session")
def spark() -> SparkSession:
    os.environ["SPARK_SUBMIT_OPTS"] = " ".join(SETTINGS)
    session = get_spark("tests", own=True)
    if not is_remote():
        look_up_once(session)
    return session


def look_up_once(session: SparkSession) -> None:
    """Cache the classes that PySpark names for each column: Java searches 300 files for them."""
    java = session._jvm
    functions = "org.apache.spark.sql.functions"
    for name in ("PythonSQLUtils", "PythonUtils", "functions", functions):
        setattr(java, name, getattr(java, name))


@pytest.fixture(scope="module", autouse=True)
def what_is_there_stays() -> None:
    """Exclude loaded packages from garbage collection, where each scan takes 0.25 seconds."""
    gc.freeze()


@pytest.fixture
def local_spark(spark: SparkSession) -> SparkSession:
    """The session, for tests that need Spark's processes as children of this process."""
    if is_remote():
        pytest.skip("over Spark Connect, Spark is no child of this process")
    return spark


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The clock of this machine is one or two hours ahead of UTC."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="session")
def make_table(spark: SparkSession) -> Callable[[Rows, str | StructType], DataFrame]:
    """Return a function that makes a table of a schema from rows.

    By way of Arrow: `createDataFrame` of a list starts a Python worker whenever it is asked.
    """

    def make(rows: Rows, schema: str | StructType) -> DataFrame:
        types = StructType.fromDDL(schema) if isinstance(schema, str) else schema
        records = [dict(zip(types.names, row, strict=True)) for row in rows]
        arrow = pa.Table.from_pylist(records or [{}], to_arrow_schema(types))
        table = spark.createDataFrame(arrow, types)
        # Spark skips the computation of a relation that it knows to be empty
        return table if rows else table.where("rand() > 1")

    return make


@pytest.fixture(scope="session")
def run_twice() -> Callable[[DataFrame], list[str]]:
    """Return a function that names the pandas UDFs that a query runs twice on the same rows."""
    return lambda frame: repeated_calls(physical_plan(frame))


@pytest.fixture(scope="session")
def make_usage(make_table) -> Callable[[list[UsageRow]], DataFrame]:
    """Return a function that makes a usage table from rows."""
    return lambda rows: make_table(rows, USAGE.schema)
{% if cookiecutter.use_cases in ["both", "churn-prediction"] %}


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty model store; creating one takes MLflow seconds, so tests copy this one."""
    folder = tmp_path_factory.mktemp("empty")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.chdir(folder)
        with pytest.raises(lifecycle.NoModelError):
            lifecycle.load("other", "champion")
    return folder / "models"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_store: Path) -> Path:
    """An empty model store in the current folder, which belongs to one test."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(empty_store, tmp_path / "models")
{% endif %}
