"""Run every way on the same data: equality of results, data path of the rows, and speed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import median
from time import perf_counter

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.utils import is_remote

from ..sampling import in_sample
from . import WAYS
from .plan import DataPath, data_path

KEYS = {"charge": ["customer_id", "month"], "trend": ["customer_id"]}
"""Task -> the columns that identify a row of its result."""

REFERENCE = "dataframe"
"""The way whose results the others must equal."""

PRECISION = 1e-9
"""Allowed difference, as a share of the customer's largest usage: sums depend on their order."""

SHARES = (1 / 20, 1 / 4, 1.0)
"""Shares of the customers to measure on: three sizes, of which one is 20 times another."""

BRIEF = 0.5
"""A run that takes more seconds than this is not repeated: its noise is small beside it."""


@dataclass(frozen=True)
class Measurement:
    """One way on one task: `seconds` is the median of its runs on all `rows` rows of usage.

    sizes: [rows, seconds] of each size that was measured, the largest last.
    fixed_seconds, microseconds_per_row: the line through them (see `fit_line`); None with one size.
    """

    way: str
    task: str
    rows: int
    seconds: float
    rows_per_second: int
    data_path: DataPath
    equal: bool
    sizes: list[list[float]] = field(default_factory=list)
    fixed_seconds: float | None = None
    microseconds_per_row: float | None = None


def compare(usage: DataFrame, runs: int = 3, shares: Sequence[float] = SHARES) -> list[Measurement]:
    """Measure all ways on both tasks, except those in `left_out`.

    Each way runs once to warm up and to compare its result. Then all ways are timed in alternation,
    `runs` times, so that a slow moment of the machine does not affect one of them only.

    Args:
        usage: the table to measure on.
        runs: timed runs of each way; fewer where a run is not BRIEF.
        shares: shares of the customers to measure on, ascending, the last 1.
    """
    ways = {name: way for name, way in WAYS.items() if name not in left_out()}
    cached_by_caller = usage.storageLevel.useMemory
    samples = sized(usage, shares)
    rows = max(samples)
    try:
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
            taken = {size: in_turns(functions, sample, runs) for size, sample in samples.items()}
            for name, function in functions.items():
                sizes = {size: seconds[name] for size, seconds in taken.items()}
                fixed, slope = fit_line(sizes)
                measurements.append(
                    Measurement(
                        way=name,
                        task=task,
                        rows=rows,
                        seconds=sizes[rows],
                        rows_per_second=round(rows / sizes[rows]),
                        data_path=data_path(function(usage)),
                        equal=equal[name],
                        sizes=[[size, seconds] for size, seconds in sizes.items()],
                        fixed_seconds=fixed,
                        microseconds_per_row=None if slope is None else 1e6 * slope,
                    )
                )
        return measurements
    finally:
        for size, sample in samples.items():
            if size != rows or not cached_by_caller:
                sample.unpersist()


def sized(usage: DataFrame, shares: Sequence[float]) -> dict[int, DataFrame]:
    """Cache samples of customers, each a part of the next; return them by their rows.

    Samples without rows are left out; the last one is the whole table.
    """
    samples = {}
    for share in shares:
        sample = usage.where(in_sample(share, "size", "customer_id")) if share < 1 else usage
        rows = sample.cache().count()
        if rows or share == 1:
            samples[rows] = sample
    return samples


def in_turns(
    functions: Mapping[str, Callable[[DataFrame], DataFrame]], usage: DataFrame, runs: int
) -> dict[str, float]:
    """Return the median seconds of each function; only the first turn has those above BRIEF."""
    taken: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(runs):
        for name, function in functions.items():
            if not taken[name] or taken[name][0] <= BRIEF:
                taken[name].append(seconds_to_compute(function, usage))
    return {name: median(seconds) for name, seconds in taken.items()}


def fit_line(sizes: Mapping[int, float]) -> tuple[float | None, float | None]:
    """Fit seconds = fixed + slope * rows, robustly: the median slope of all pairs of sizes.

    Method: Theil (1950) and Sen (1968). One slow measurement of four does not move the line far.

    Returns:
        The fixed seconds and the seconds per row, both at least 0; None with fewer than two sizes.
    """
    if len(sizes) < 2:
        return None, None
    pairs = combinations(sorted(sizes.items()), 2)
    slope = max(0.0, median((after - before) / (n - m) for (m, before), (n, after) in pairs))
    return max(0.0, median(seconds - slope * rows for rows, seconds in sizes.items())), slope


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
