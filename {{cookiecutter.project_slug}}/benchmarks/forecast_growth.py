"""Speed of one model per customer: the project against other ways to run the same fits.

1. Every contender reads the same table, forecasts a year of each customer with the same models
   (theta+ces), measures the errors of a sample, and writes what it found. They take turns, each
   with its workers warm; ratios are medians over the rounds.
   - joblib: a pool of as many processes as there are cores, without Spark. The baseline.
   - project: growth/per_customer.py.
   - applyInPandas: the same fits by `groupBy("customer_id").applyInPandas`.
   - statsforecast: StatsForecast's own Spark backend.
2. The job as it is typed, which starts Spark and checks its table, against a Python process
   that starts the pool: what is left of the difference when there is work to do?
3. The project on more and more customers with short histories, whose models are cheap: time should
   grow as the customers do, and memory not at all.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job, simulate, tables
from {{ cookiecutter.package_name }}.growth import per_customer
from {{ cookiecutter.package_name }}.growth.calibration import error_quantiles
from {{ cookiecutter.package_name }}.growth.forecasts import probabilities_of
from {{ cookiecutter.package_name }}.growth.intermittent import NOTHING_KNOWN
from {{ cookiecutter.package_name }}.measuring import (
    interleave,
    measure,
    median_ratio,
)
from {{ cookiecutter.package_name }}.reporting.files import as_table
from {{ cookiecutter.package_name }}.spark.session import get_spark

from benchmarks import _report

HORIZON, SEASON, LEVEL = 12, 12, 90
"""A year ahead."""

PROBABILITIES = probabilities_of(LEVEL)
NO_ERRORS = (np.empty(0, dtype=int),) * 3
SHARED = per_customer.Shared(
    NOTHING_KNOWN, error_quantiles(*NO_ERRORS, HORIZON, SEASON, PROBABILITIES)
)
"""What a contender without Spark knows of other customers when it forecasts one: nothing."""

BASELINE = "joblib"

LONG, SHORT = 60, 20
"""Months of history: for theta+ces, and for models that are cheap."""

RECIPE_CUSTOMERS, RECIPE_MONTHS = 100, (2, 8, 20, 48, LONG)
"""Customers to time the recipes on, and a length of history for each recipe."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=job.positive, default=4_000, help="to compare on")
    parser.add_argument("--rounds", type=job.positive, default=3, help="turns of each contender")
    parser.add_argument("--whole", type=job.positive, default=2_000, help="customers of the job")
    parser.add_argument(
        "--sizes", type=job.positive, nargs="+", default=[3_000, 10_000, 30_000], help="to grow to"
    )
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder to write to")
    parser.add_argument("--pool", type=Path, nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.pool:
        return by_joblib(*args.pool)

    spark = get_spark("benchmark", own=True)
    with tempfile.TemporaryDirectory() as folder:
        comparison = compare(spark, args.customers, args.rounds, Path(folder))
        whole = measure_whole(spark, args.whole, args.rounds, Path(folder))
        sizes = (args.sizes[0], *args.sizes)  # the first one once more, to warm up
        recipes = measure_recipes(spark, Path(folder))
        growth = [measure_size(spark, size, Path(folder)) for size in sizes][1:]
    slope = np.polyfit(
        np.log([row["customers"] for row in growth]), np.log([row["seconds"] for row in growth]), 1
    )[0]
    verdict = f"Seconds grow as customers to the power of {slope:.2f}."
    ratios = {
        f"{row['contender']} / {BASELINE}": row["times_joblib"]
        for row in (*comparison, *whole)
        if not row["contender"].startswith(BASELINE)
    }
    parts = (*map(as_table, (comparison, whole, recipes, growth)), verdict)
    _report.tell(args.reports, "forecast_growth", ratios, "\n\n".join(parts))


def compare(spark: SparkSession, customers: int, rounds: int, folder: Path) -> list[dict[str, Any]]:
    """Time the contenders in turn, each after a few customers that warm its workers up."""
    write_usage(spark, customers, LONG, folder / "usage")
    write_usage(spark, 100, LONG, folder / "few")
    contenders: dict[str, Callable[[Path, Path], None]] = {
        BASELINE: by_joblib,
        "project": by_project,
        "applyInPandas": by_apply_in_pandas,
        "statsforecast": by_statsforecast,
    }
    turns = interleave(
        {name: partial(run, folder / "usage", folder / name) for name, run in contenders.items()},
        rounds,
        {name: partial(run, folder / "few", folder / name) for name, run in contenders.items()},
    )
    seconds = {name: median(turn[name].seconds for turn in turns) for name in contenders}
    return [
        {
            "contender": name,
            "customers": customers,
            "seconds": seconds[name],
            "customers_per_second": customers / seconds[name],
            "times_joblib": median_ratio(turns, name, BASELINE),
            "times_project": median_ratio(turns, name, "project"),
        }
        for name in contenders
    ]


def measure_whole(
    spark: SparkSession, customers: int, rounds: int, folder: Path
) -> list[dict[str, Any]]:
    """Time whole processes in turn: the job, and a pool without Spark."""
    write_usage(spark, customers, LONG, folder / "usage")
    usage, output = str(folder / "usage"), str(folder / "whole")
    job_arguments = [
        *("--usage", usage, "--horizon", str(HORIZON), "--method", "per-customer"),
        *("--output", output, "--reports", str(folder)),
    ]
    pool_arguments = ("--pool", usage, str(folder / "pool"))
    commands = {
        "joblib, as a process": ["-m", "benchmarks.forecast_growth", *pool_arguments],
        "jobs/forecast_growth.py": ["jobs/forecast_growth.py", *job_arguments],
    }
    turns = interleave(
        {name: partial(type_in, command) for name, command in commands.items()}, rounds
    )
    return [
        {
            "contender": name,
            "customers": customers,
            "seconds": median(turn[name].seconds for turn in turns),
            "times_joblib": median_ratio(turns, name, "joblib, as a process"),
        }
        for name in commands
    ]


def type_in(command: Sequence[str]) -> None:
    """Run a Python program, as a process of its own."""
    subprocess.run([sys.executable, *command], check=True, capture_output=True)


def by_joblib(source: Path, output: Path) -> None:
    """A pool of processes on one machine, each with one thread."""
    usage = pd.read_parquet(source).sort_values(["customer_id", "month"])
    series = [group.to_numpy() for _, group in usage.groupby("customer_id")["usage"]]
    errors = (delayed(fit_past)(history) for history in series[: calibrated(len(series))])
    fits = (delayed(fit)(history) for history in series)
    with Parallel(n_jobs=os.cpu_count()) as pool:
        pool(errors)
        fits = pool(fits)
    output.mkdir(exist_ok=True)
    pd.DataFrame({"forecast": np.concatenate([forecast for forecast, *_ in fits])}).to_parquet(
        output / "forecasts.parquet"
    )


def by_project(source: Path, output: Path) -> None:
    """The project's method a."""
    write(per_customer.forecast(read(source), HORIZON, SEASON, LEVEL), output)


def by_apply_in_pandas(source: Path, output: Path) -> None:
    """A group for each customer."""

    def forecast_group(group: pd.DataFrame) -> pd.DataFrame:
        values, lower, upper, model = fit(group.sort_values("month")["usage"].to_numpy())
        return pd.DataFrame(
            {
                "customer_id": group["customer_id"].iloc[0],
                "step": np.arange(1, HORIZON + 1),
                "forecast": values,
                "lower": lower,
                "upper": upper,
                "model": model,
            }
        )

    schema = (
        "customer_id string, step int, forecast double, lower double, upper double, model string"
    )
    write(read(source).groupBy("customer_id").applyInPandas(forecast_group, schema), output)


def by_statsforecast(source: Path, output: Path) -> None:
    """The library's own distribution, through Fugue; without the logarithm of our recipe."""
    from statsforecast import StatsForecast, models

    forecaster = StatsForecast(
        models=[
            models.DynamicOptimizedTheta(SEASON),
            models.MSTL(SEASON, trend_forecaster=models.AutoCES(season_length=1)),
        ],
        freq="MS",
    )
    usage = read(source).select(
        F.col("customer_id").alias("unique_id"),
        F.col("month").cast("timestamp").alias("ds"),
        F.col("usage").alias("y"),
    )
    write(forecaster.forecast(df=usage, h=HORIZON), output)


def fit(history: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, str]:
    """The project's models for one customer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        forecast, bounds, model, _ = per_customer.fit_customer(
            history, HORIZON, SEASON, PROBABILITIES, SHARED
        )
    return forecast, *bounds, model


def calibrated(customers: int) -> int:
    """How many customers' last months the project forecasts too, to measure errors."""
    share = per_customer.CALIBRATED_SHARE * customers
    fewest, most = per_customer.FEWEST_CALIBRATED, per_customer.MOST_CALIBRATED
    return int(min(max(share, fewest), most, customers))


def fit_past(history: np.ndarray) -> None:
    """The project's models for a customer's past, from which it measures errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        per_customer.past_errors(history, HORIZON, SEASON, NOTHING_KNOWN, np.random.default_rng(0))


def measure_recipes(spark: SparkSession, folder: Path) -> list[dict[str, Any]]:
    """Customers that one core forecasts in a second, with each recipe."""
    write_usage(spark, RECIPE_CUSTOMERS, LONG, folder / "recipes")
    usage = pd.read_parquet(folder / "recipes").sort_values(["customer_id", "month"])
    series = [group.to_numpy() for _, group in usage.groupby("customer_id")["usage"]]
    by_recipe: dict[str, list[np.ndarray]] = {}
    for history in (history[-months:] for months in RECIPE_MONTHS for history in series):
        by_recipe.setdefault(fit(history)[-1], []).append(history)  # and warm up
    rows = []
    for recipe, histories in by_recipe.items():
        start = process_time()
        for history in histories:
            fit(history)
        rows.append(
            {
                "recipe": recipe,
                "customers": len(histories),
                "customers_per_second_and_core": len(histories) / (process_time() - start),
            }
        )
    return rows


def measure_size(spark: SparkSession, customers: int, folder: Path) -> dict[str, Any]:
    """Time and memory of the project on so many customers with short histories."""
    write_usage(spark, customers, SHORT, folder / "usage")
    cost = measure(partial(by_project, folder / "usage", folder / "project"))
    return {
        "customers": customers,
        "seconds": cost.seconds,
        "customers_per_second": customers / cost.seconds,
        "jvm_mb": cost.jvm_mb,
        "driver_mb": cost.driver_mb,
        "worker_mb": cost.worker_mb,
    }


def write_usage(spark: SparkSession, customers: int, months: int, path: Path) -> None:
    """Customers who are there from the first month to the last."""
    population = simulate.population(spark, customers, months, seed=0).withColumns(
        {
            "signup_month": F.add_months(F.lit(simulate.LAST_MONTH), 1 - months),
            "churn_month": F.add_months(F.lit(simulate.LAST_MONTH), 1),
        }
    )
    write(simulate.usage(population, seed=0), path)


def read(path: Path) -> DataFrame:
    return (
        get_spark("benchmark", own=True).read.parquet(str(path)).select(tables.USAGE.schema.names)
    )


def write(frame: DataFrame, path: Path) -> None:
    frame.write.mode("overwrite").parquet(str(path))


if __name__ == "__main__":
    main()
