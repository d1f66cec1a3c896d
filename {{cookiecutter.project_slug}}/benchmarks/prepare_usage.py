"""Preparing usage from events: seconds and memory as events grow, against two baselines.

The baselines only sum by customer and month, without a check, a gap or a rejected row: Spark's
groupBy, and pandas, which needs all events in memory. The job reads the events twice and writes a
row for every month of a customer, so it may take several times as long. All read the same Parquet
files in alternation, after a warm-up. Three years of events; a hundred for each customer, who come
in random order; one in a thousand is bad, one in fifty a return.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job
from {{ cookiecutter.package_name }}.measuring import interleave, median_cost
from {{ cookiecutter.package_name }}.reporting.files import as_table
from {{ cookiecutter.package_name }}.spark.session import get_spark

from benchmarks import _report
from jobs import prepare_usage

EVENTS_OF_CUSTOMER = 100
SECONDS = 3 * 365 * 86_400
LAST = 1_735_689_599
"""The last second of 2024, in seconds since 1970."""

MOST_FOR_PANDAS = 10_000_000
"""Events that fit into the memory of a small machine with pandas."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--events",
        type=job.positive,
        nargs="+",
        default=[100_000, 1_000_000, 10_000_000],
        help="numbers of events",
    )
    parser.add_argument("--rounds", type=job.positive, default=3, help="runs of each contender")
    parser.add_argument("--scratch", help="folder for the events and the results")
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder to write to")
    args = parser.parse_args(arguments)

    spark = get_spark("benchmark_prepare_usage")
    records: list[dict[str, Any]] = []
    ratios: dict[str, float] = {}
    for events in sorted(args.events):
        with tempfile.TemporaryDirectory(dir=args.scratch) as folder:
            costs = compare(spark, events, args.rounds, Path(folder))
        for name, cost in costs.items():
            speed = round(events / cost["seconds"])
            records.append(
                {"events": events, "contender": name, "events_per_second": speed, **cost}
            )
            if name != "job":
                taken = costs["job"]["seconds"] / cost["seconds"]
                ratios[f"{events:,} events, job / {name}"] = taken
    of_job = [record for record in records if record["contender"] == "job"]
    slopes = [
        f"From {less['events']:,} to {more['events']:,} events: seconds grow as events to the "
        f"power of {slope(less, more):.2f}."
        for less, more in pairwise(of_job)
    ]
    text = "\n\n".join([as_table(records), *slopes])
    _report.tell(args.reports, "prepare_usage", ratios, text)


def slope(less: Mapping[str, float], more: Mapping[str, float]) -> float:
    """Return the power of events with which seconds grow from one record to another."""
    return log(more["seconds"] / less["seconds"]) / log(more["events"] / less["events"])


def compare(
    spark: SparkSession, events: int, rounds: int, folder: Path
) -> dict[str, dict[str, float]]:
    """Return the median costs of the contenders for so many events: name -> fields of Cost."""
    source = folder / "events"
    write_events(spark, events, source)
    contenders = {
        "job": partial(by_job, source, folder / "usage"),
        "groupBy": partial(by_group, spark, source, folder / "sums"),
    }
    if events <= MOST_FOR_PANDAS:
        contenders["pandas"] = partial(by_pandas, source, folder / "sums.parquet")
    turns = interleave(contenders, 1 + rounds)[1:] if rounds > 1 else interleave(contenders, 1)
    return {name: median_cost([turn[name] for turn in turns]) for name in contenders}


def write_events(spark: SparkSession, events: int, path: Path) -> None:
    """Write random events as Parquet: `customer`, `at` and `paid`."""
    number = F.xxhash64("id", F.lit("who")) % max(1, events // EVENTS_OF_CUSTOMER)
    second = LAST - F.abs(F.xxhash64("id", F.lit("when")) % SECONDS)
    chance = F.abs(F.xxhash64("id", F.lit("kind")) % 1000)
    spark.range(events).select(
        F.concat(F.lit("C"), F.abs(number)).alias("customer"),
        F.timestamp_seconds(F.when(F.col("id") == 0, F.lit(LAST)).otherwise(second)).alias("at"),
        F.when(chance > 0, F.when(chance <= 20, -1.0).otherwise(chance / 10)).alias("paid"),
    ).write.parquet(str(path))


def by_job(source: Path, output: Path) -> None:
    """Run jobs/prepare_usage.py in this process."""
    columns = ["--customer", "customer", "--time", "at", "--amount", "paid"]
    options = ["--frequency", "month", "--output", str(output)]
    with redirect_stdout(StringIO()):
        prepare_usage.main(["--events", str(source), *columns, *options])


def by_group(spark: SparkSession, source: Path, output: Path) -> None:
    """Only sum, by Spark."""
    month = F.trunc("at", "month").alias("month")
    sums = spark.read.parquet(str(source)).groupBy("customer", month).agg(F.sum("paid"))
    sums.write.mode("overwrite").parquet(str(output))


def by_pandas(source: Path, output: Path) -> None:
    """Only sum, by pandas."""
    events = pd.read_parquet(source)
    month = events["at"].dt.to_period("M").dt.to_timestamp()
    sums = events["paid"].groupby([events["customer"], month]).sum()
    sums.reset_index().to_parquet(output)


if __name__ == "__main__":
    main()
