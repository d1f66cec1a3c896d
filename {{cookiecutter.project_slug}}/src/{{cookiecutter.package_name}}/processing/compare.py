"""Run every way on the same data: do they agree, which road do the rows take, how long is it."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.utils import is_remote

from . import WAYS
from .plan import Road, road

KEYS = {"charge": ["customer_id", "month"], "trend": ["customer_id"]}
"""The two tasks, each with the columns that identify a row of its answer."""

REFERENCE = "dataframe"
"""The way whose answers the others must equal: Spark's own functions."""

PRECISION = 1e-9
"""Answers may differ by this share of the customer's largest usage: sums depend on their order."""


@dataclass(frozen=True)
class Measurement:
    """One way doing one task: `seconds` is the median of its runs over `rows` rows of usage."""

    way: str
    task: str
    rows: int
    seconds: float
    rows_per_second: int
    road: Road
    equal: bool


def compare(usage: DataFrame, runs: int = 3) -> list[Measurement]:
    """Measure all ways but those left out on both tasks.

    Each way is run once to warm up (and to compare its answer), then all are timed in turn,
    `runs` times, so that a slow moment of the machine does not fall on one of them.
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
                        road=road(function(usage)),
                        equal=equal[name],
                    )
                )
        return measurements
    finally:
        if not cached_by_caller:
            usage.unpersist()


def left_out() -> dict[str, str]:
    """The ways that cannot be gone in the open session, each with the reason."""
    return {"rdd": "over Spark Connect there are no RDDs"} if is_remote() else {}


def same_answer(answer: DataFrame, expected: DataFrame, key: list[str], value: str) -> bool:
    """Say whether a frame holds the expected rows, by `key`.

    Each `value` may differ from the expected one by what its row says in `tolerance`. The answer
    is computed once: a row that stands twice in it is joined twice, which makes rows too many.
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
    """Compute every row of a function's answer, keep none, and return the seconds that it took.

    The answer is built anew each time: Spark reuses what an earlier run of a frame has shuffled.
    """
    start = perf_counter()
    function(usage).write.format("noop").mode("overwrite").save()
    return perf_counter() - start
