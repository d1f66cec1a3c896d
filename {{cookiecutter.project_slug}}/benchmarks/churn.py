"""Speed of churn prediction on millions of rows: features and scoring, against plain pandas.

1. The features of every customer at one cutoff, from usage of more and more rows: one pass over
   the table and one shuffle, which the plan proves; time should grow as the rows do, and the
   memory of a worker not at all.
2. Every contender scores the same rows with the same trained model. They run in alternation,
   each warmed up; ratios are medians over the rounds.
   - pandas, one thread: predict_proba of a frame in memory. The baseline.
   - pandas, all threads: the same, with the threads that scikit-learn takes by itself.
   - spark: training/scoring.py, which reads a table that no memory need hold. It should be 0.8
     times as fast, on each core, as pandas with one thread.
"""

import argparse
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from {{ cookiecutter.package_name }} import job, simulate
from {{ cookiecutter.package_name }}.churn.features import at_risk, features
from {{ cookiecutter.package_name }}.measuring import (
    interleave,
    measure,
    median_cost,
    median_ratio,
)
from {{ cookiecutter.package_name }}.periods import months_before
from {{ cookiecutter.package_name }}.processing.plan import physical_plan
from {{ cookiecutter.package_name }}.reporting.files import as_table
from {{ cookiecutter.package_name }}.spark.session import get_spark
from {{ cookiecutter.package_name }}.training import Model, learnable, train
from {{ cookiecutter.package_name }}.training.columns import as_kinds
from {{ cookiecutter.package_name }}.training.scoring import score

from benchmarks import _report

HORIZON, MONTHS = 3, 60
"""Months without usage that are churn, and months of history; half of the customers lived all."""

CUTOFF = months_before(simulate.LAST_MONTH, HORIZON)

ONE = "pandas, one thread"

TARGET = 0.8
"""How fast a core should be in Spark, as a share of pandas with one thread."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes",
        type=job.positive,
        nargs="+",
        default=[300_000, 1_000_000, 3_000_000],
        help="about so many rows of usage, in growing order",
    )
    parser.add_argument("--score", type=job.positive, default=1_000_000, help="rows to score")
    parser.add_argument("--plain", type=job.positive, default=300_000, help="of them, for pandas")
    parser.add_argument("--customers", type=job.positive, default=20_000, help="to train on")
    parser.add_argument("--rounds", type=job.positive, default=3, help="turns of each contender")
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder to write to")
    args = parser.parse_args(arguments)

    spark = get_spark("benchmark", own=True)
    with tempfile.TemporaryDirectory() as folder:
        growth = measure_features(spark, args.sizes, args.rounds, Path(folder))
        rows, model = scorable(spark, args.customers, args.score, Path(folder))
        scoring = compare_scoring(rows, model, args.plain, args.rounds)
    ratios = {
        f"scoring, {row['contender']} / {ONE}": 1 / row["times_one_thread"] for row in scoring[1:]
    }
    parts = (as_table(growth), as_table(scoring), conclude(growth, scoring))
    _report.tell(args.reports, "churn", ratios, "\n\n".join(parts))


def measure_features(
    spark: SparkSession, sizes: Sequence[int], rounds: int, folder: Path
) -> list[dict[str, Any]]:
    """Time and memory of the features from so many rows, after a few that warm Spark up."""
    run(describe(write_usage(spark, 50_000, folder / "few")))
    growth = []
    for size in sizes:
        usage = write_usage(spark, size, folder / "usage")
        check_plan(describe(usage))
        costs = [measure(lambda rows=usage: run(describe(rows))) for _ in range(rounds)]
        growth.append(
            {
                "usage_rows": usage.count(),
                "rows_per_second": median(usage.count() / cost.seconds for cost in costs),
                **median_cost(costs),
            }
        )
    return growth


def describe(usage: DataFrame) -> DataFrame:
    return features(usage, [CUTOFF], HORIZON, simulate.LAST_MONTH)


def check_plan(described: DataFrame) -> None:
    """Fail unless the table is read once, and its rows change places once."""
    plan = physical_plan(described)
    scans, shuffles = (len(re.findall(rf"\b{name}\b", plan)) for name in ("FileScan", "Exchange"))
    if (scans, shuffles) != (1, 1):
        raise RuntimeError(f"{scans} scans and {shuffles} shuffles, not one of each:\n{plan}")


def scorable(
    spark: SparkSession, customers: int, rows: int, folder: Path
) -> tuple[DataFrame, Model]:
    """A model that was trained on customers, and their features, repeated to so many rows."""
    population = simulate.population(spark, customers, MONTHS, seed=0)
    usage = stored(simulate.usage(population, seed=0), folder / "usage")
    cutoffs = [CUTOFF, months_before(CUTOFF, HORIZON)]
    described = stored(
        features(
            usage, cutoffs, HORIZON, simulate.LAST_MONTH, simulate.customers(population)
        ).where(at_risk(HORIZON)),
        folder / "features",
    )
    newest = described.where(F.col("cutoff") == CUTOFF)
    training = described.where(F.col("cutoff") < CUTOFF)
    repeated = newest.crossJoin(spark.range(-(-rows // newest.count()))).drop("id").limit(rows)
    # as many files as a table of this size has at least: Spark reads them on all cores
    spread = repeated.repartition(4 * (os.cpu_count() or 1))
    return stored(spread, folder / "scorable"), train(training, learnable(training))


def compare_scoring(rows: DataFrame, model: Model, plain: int, rounds: int) -> list[dict[str, Any]]:
    """Time the contenders in turn; pandas on a part of the rows, of which it makes the most."""
    count = rows.count()
    few = rows.sample(min(1.0, 10_000 / count), seed=0)  # of every file: each worker warms up
    frame = rows.select(*as_kinds(rows, model.kinds)).limit(plain).toPandas()
    sizes = {ONE: len(frame), "pandas, all threads": len(frame), "spark": count}
    warm_ups: dict[str, Callable[[], None]] = {
        ONE: lambda: by_pandas(model, frame[:1000], 1),
        "pandas, all threads": lambda: by_pandas(model, frame[:1000], None),
        "spark": lambda: run(score(few, model)),
    }
    contenders: dict[str, Callable[[], None]] = {
        ONE: lambda: by_pandas(model, frame, 1),
        "pandas, all threads": lambda: by_pandas(model, frame, None),
        "spark": lambda: run(score(rows, model)),
    }
    turns = interleave(contenders, rounds, warm_ups)
    return [
        {
            "contender": name,
            "rows": size,
            "rows_per_second": median(size / turn[name].seconds for turn in turns),
            "times_one_thread": size / sizes[ONE] / median_ratio(turns, name, ONE),
            "cpu_us_per_row": median(1e6 * turn[name].cpu_seconds / size for turn in turns),
            **median_cost([turn[name] for turn in turns]),
        }
        for name, size in sizes.items()
    ]


def by_pandas(model: Model, frame: pd.DataFrame, threads: int | None) -> None:
    """Compute the features as one would without Spark."""
    with threadpool_limits(threads):
        model.estimator.predict_proba(frame)[:, 1]


def conclude(growth: list[dict[str, Any]], scoring: list[dict[str, Any]]) -> str:
    """Return conclusions from the figures."""
    rows = np.log([row["usage_rows"] for row in growth])
    wall, cpu = (
        np.polyfit(rows, np.log([row[time] for row in growth]), 1)[0]
        for time in ("seconds", "cpu_seconds")
    )
    [times] = [row["times_one_thread"] for row in scoring if row["contender"] == "spark"]
    wanted = TARGET * (os.cpu_count() or 1)
    return (
        f"Features: one scan and one shuffle; seconds grow as rows to the power of {wall:.2f}, "
        f"those of all cores together {cpu:.2f}. "
        f"Scoring: {times:.2f} times pandas with one thread; the target is {wanted:.1f}, which is "
        f"{'reached' if times >= wanted else 'missed'}."
    )


def write_usage(spark: SparkSession, rows: int, path: Path) -> DataFrame:
    """Usage of as many customers as have about so many rows."""
    customers = -(-rows * 4 // (3 * MONTHS))  # half lived all months, half signed up in between
    population = simulate.population(spark, customers, MONTHS, seed=0)
    return stored(simulate.usage(population, seed=0), path)


def stored(frame: DataFrame, path: Path) -> DataFrame:
    """The frame, written once and read from there."""
    frame.write.mode("overwrite").parquet(str(path))
    return frame.sparkSession.read.parquet(str(path))


def run(frame: DataFrame) -> None:
    """Make every row, and keep none."""
    frame.write.format("noop").mode("overwrite").save()


if __name__ == "__main__":
    main()
