"""Run every way on the same data: equality of results, data path of the rows, and speed."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.utils import is_remote

from . import WAYS
from .plan import DataPath, data_path

KEYS = {"charge": ["customer_id", "month"], "trend": ["customer_id"]}
"""Task -> the columns that identify a row of its result."""

REFERENCE = "dataframe"
"""The way whose results the others must equal."""

PRECISION = 1e-9
"""Allowed difference, as a share of the customer's largest usage: sums depend on their order."""


@dataclass(frozen=True)
class Measurement:
    """One way on one task: `seconds` is the median of its runs on `rows` rows of usage."""

    way: str
    task: str
    rows: int
    seconds: float
    rows_per_second: int
    data_path: DataPath
    equal: bool


def compare(usage: DataFrame, runs: int = 3) -> list[Measurement]:
    """Measure all ways on both tasks, except those in `left_out`.

    Each way runs once to warm up and to compare its result. Then all ways are timed in alternation,
    `runs` times, so that a slow moment of the machine does not affect one of them only.
    """
    ways = {name: way for name, way in WAYS.items() if name not in left_out()}
    cached_by_caller = usage.storageLevel.useMemory
    usage.cache()
    try:
        rows = usage.count()
        tolerance = PRECISION * F.coalesce(F.max("usage"), F.lit(0.0))
        tolerances = usage.groupBy("customer_id").agg(tolerance.alias("tolerance"))
        measurements = []
        for task, key in KEYS.items():
            functions = {name: getattr(way, task) for name, way in ways.items()}
            expected = functions[REFERENCE](usage).join(tolerances, "customer_id").cache()
            equal = {
                name: same_answer(function(usage), expected, key, task)
                for name, function in functions.items()
            }
            expected.unpersist()
            turns = [
                {name: seconds_to_compute(function, usage) for name, function in functions.items()}
                for _ in range(runs)
            ]
            for name, function in functions.items():
                seconds = median(turn[name] for turn in turns)
                measurements.append(
                    Measurement(
                        way=name,
                        task=task,
                        rows=rows,
                        seconds=seconds,
                        rows_per_second=round(rows / seconds),
                        data_path=data_path(function(usage)),
                        equal=equal[name],
                    )
                )
        return measurements
    finally:
        if not cached_by_caller:
            usage.unpersist()


def left_out() -> dict[str, str]:
    """Return the ways that the open session does not support, with the reason."""
    return {"rdd": "over Spark Connect there are no RDDs"} if is_remote() else {}


def same_answer(answer: DataFrame, expected: DataFrame, key: list[str], value: str) -> bool:
    """Return whether a frame has the expected rows, matched by `key`.

    Each `value` may differ from the expected one by the `tolerance` of its row. The frame is
    computed once: a duplicated row is joined twice, so the number of rows differs.
    """
    left = answer.withColumn("in_answer", F.lit(True))
    right = expected.withColumn("in_expected", F.lit(True)).withColumnRenamed(value, "expected")
    both_null = F.col(value).isNull() & F.col("expected").isNull()
    close = F.abs(F.col(value) - F.col("expected")) <= F.col("tolerance")
    good = F.col("in_answer") & F.col("in_expected") & (both_null | close)
    [found] = (
        left.join(right, key, "full_outer")
        .agg(F.count("*").alias("rows"), F.count_if(good).alias("good"))
        .collect()
    )
    return bool(found.rows == found.good == expected.count())


def seconds_to_compute(function: Callable[[DataFrame], DataFrame], usage: DataFrame) -> float:
    """Compute every row of a function's result without storing it; return the seconds.

    The frame is built again for each run, because Spark reuses the shuffles of the same frame.
    """
    start = perf_counter()
    function(usage).write.format("noop").mode("overwrite").save()
    return perf_counter() - start
