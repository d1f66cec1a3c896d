"""What all tests share: one Spark session for the whole run, and small tables."""

import os
{% if cookiecutter.use_cases in ["both", "churn-prediction"] %}
import shutil
{% endif %}
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
from {{ cookiecutter.package_name }}.session import get_spark
from {{ cookiecutter.package_name }}.tables import USAGE

Rows = Sequence[tuple[Any, ...]]
UsageRow = tuple[str, date, float | None]


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    # tests ask many short queries, once each: no time for Java's best compiler to pay; without it
    # Java keeps room for a fifth of the code, and spends its time on throwing some out
    java = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m"
    # errors tell the line that made a column: no test reads it, and each column asks Java for it
    settings = "-Dspark.python.sql.dataFrameDebugging.enabled=false"
    os.environ["SPARK_SUBMIT_OPTS"] = f"{java} {settings}"
    session = get_spark("tests")
    yield session
    session.stop()


@pytest.fixture
def local_spark(spark: SparkSession) -> SparkSession:
    """The session, for tests that look at Spark's processes as children of this one."""
    if is_remote():
        pytest.skip("over Spark Connect, Spark is no child of this process")
    return spark


@pytest.fixture(scope="session")
def make_table(spark: SparkSession) -> Callable[[Rows, str | StructType], DataFrame]:
    """Turn rows into a table of a schema.

    By way of Arrow: `createDataFrame` of a list starts a Python worker whenever it is asked.
    """

    def make(rows: Rows, schema: str | StructType) -> DataFrame:
        types = StructType.fromDDL(schema) if isinstance(schema, str) else schema
        records = [dict(zip(types.names, row, strict=True)) for row in rows]
        if not rows:  # what Spark can see to be empty, it does not compute
            return spark.createDataFrame([], types)
        arrow = pa.Table.from_pylist(records, to_arrow_schema(types))
        return spark.createDataFrame(arrow, types)

    return make


@pytest.fixture(scope="session")
def make_usage(make_table) -> Callable[[list[UsageRow]], DataFrame]:
    """Turn rows into a usage table."""
    return lambda rows: make_table(rows, USAGE.schema)
{% if cookiecutter.use_cases in ["both", "churn-prediction"] %}


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store of models as MLflow makes it, which takes it seconds."""
    folder = tmp_path_factory.mktemp("empty")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.chdir(folder)
        with pytest.raises(lifecycle.NoModelError):
            lifecycle.load("other", "champion")
    return folder / "models" / "mlflow.db"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_store: Path) -> Path:
    """An empty store of models in the current folder, which is a test's own."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    shutil.copy(empty_store, tmp_path / "models")
    return tmp_path / "models"
{% endif %}
