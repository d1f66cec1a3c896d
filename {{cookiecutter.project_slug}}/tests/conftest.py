"""What all tests share: one Spark session for the whole run, and small tables."""

import os
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from {{ cookiecutter.package_name }}.session import get_spark
from {{ cookiecutter.package_name }}.tables import USAGE

UsageRow = tuple[str, date, float | None]


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    # tests ask many short queries, once each: no time for Java's best compiler to pay
    os.environ["SPARK_SUBMIT_OPTS"] = "-XX:TieredStopAtLevel=1"
    session = get_spark("tests")
    yield session
    session.stop()


@pytest.fixture
def make_usage(spark: SparkSession) -> Callable[[list[UsageRow]], DataFrame]:
    """Turn rows into a usage table."""

    def make(rows: list[UsageRow]) -> DataFrame:
        return spark.createDataFrame(rows, USAGE.schema)

    return make
