"""A process with a Spark of its own, which does what each line of its input says, in JSON.

Tests kill such processes in the middle of a write, and let others look at what is there then.
"""

import importlib
import json
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.errors import UnavailableError
from {{ cookiecutter.package_name }}.spark.session import get_spark
from {{ cookiecutter.package_name }}.tables import manifest
from {{ cookiecutter.package_name }}.tables.destinations import destination
from {{ cookiecutter.package_name }}.tables.hadoop_files import HadoopFiles

from tests.cluster.hadoop_services import start_hadoop, stop_hadoop


def run_job(spark: SparkSession, name: str, *arguments: str) -> int:
    return job.run(importlib.import_module(f"jobs.{name}").main, arguments)


def copy(spark: SparkSession, table: str, place: str, form: str) -> None:
    """Write a Parquet table of this machine to a place."""
    rows = tables.read_written(spark, table)
    tables.write_table(rows, destination("copy", place, form))


def read(spark: SparkSession, place: str, form: str, copy: str) -> None:
    """Write the rows of a table to a Parquet file of this machine."""
    tables.read_written(spark, destination("table", place, form)).toPandas().to_parquet(copy)


def read_plainly(spark: SparkSession, place: str, copy: str) -> None:
    """Do so with nothing of the project, as any other program with a Spark does."""
    spark.read.parquet(HadoopFiles(spark, place).root).toPandas().to_parquet(copy)


def write(spark: SparkSession, place: str, rows: int, value: int) -> float:
    """Write a table in four files; return the seconds."""
    start = perf_counter()
    tables.write_table(spark.range(rows, numPartitions=4).withColumn("value", F.lit(value)), place)
    return perf_counter() - start


def write_a_day_later(spark: SparkSession, place: str, rows: int, value: int) -> None:
    """Write when what killed runs left is old enough to be removed."""
    manifest.DAY_IN_MS, day = 0, manifest.DAY_IN_MS
    write(spark, place, rows, value)
    manifest.DAY_IN_MS = day


def files(spark: SparkSession, place: str) -> list[str]:
    """Return the names of all files of a table, below its folder."""
    system = HadoopFiles(spark, place)
    return sorted(file.url.removeprefix(system.root) for file in system.walk(system.root))


def put(spark: SparkSession, url: str, text: str) -> None:
    """Write a file."""
    HadoopFiles(spark, url).replace(url, text.encode())


def get(spark: SparkSession, url: str) -> str:
    """Return the text of a file."""
    return HadoopFiles(spark, url).read(url)


DOES: dict[str, Callable[..., Any]] = {
    does.__name__: does
    for does in (
        *(run_job, copy, read, read_plainly, write, write_a_day_later, files, put, get),
        *(start_hadoop, stop_hadoop),
    )
}


def main(needs: list[str]) -> None:
    try:
        spark = get_spark("process", own=True, needs=frozenset(needs))
    except UnavailableError as error:
        answer(unavailable=str(error))
        return
    answer(pid=spark._jvm.java.lang.ProcessHandle.current().pid())
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        answer(did=DOES[name](spark, *arguments))


def answer(**content: Any) -> None:
    print(json.dumps(content), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
