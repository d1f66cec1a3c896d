"""How accurate the methods of growth forecasting are on a table of known periods and a later one.

Every method forecasts the periods of the test table from the train table alone. Without tables, the
last six months of simulated customers are forecast. Example, for two CSV files with the columns
customer_id, month and usage:

    uv run python -m benchmarks.accuracy --train train.csv --test test.csv --origin customer

Series of forecasting competitions end at different times: `--origin customer` forecasts each after
its own last row, as their rules ask. `--origin table` forecasts the months after the train table's
last one, for every customer; missing rows count as zero.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job, simulate, tables
from {{ cookiecutter.package_name }}.growth import METHODS, SEASON_HELP
from {{ cookiecutter.package_name }}.growth.backtest import QUANTILES
from {{ cookiecutter.package_name }}.growth.history import (
    align_ends,
    filled,
    from_own_ends,
)
from {{ cookiecutter.package_name }}.growth.scores import score, summary
from {{ cookiecutter.package_name }}.periods import MONTH, Frequency, months_before
from {{ cookiecutter.package_name }}.reporting.files import as_table
from {{ cookiecutter.package_name }}.spark.session import get_spark

from benchmarks import _report

LEVEL = 90


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", help="usage table to forecast from")
    parser.add_argument("--test", help="usage table of the periods after it")
    parser.add_argument("--origin", choices=["table", "customer"], default="table")
    parser.add_argument("--methods", choices=METHODS, nargs="+", default=list(METHODS))
    parser.add_argument("--season", type=job.positive, help=SEASON_HELP)
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder to write to")
    args = parser.parse_args(arguments)
    if bool(args.train) != bool(args.test):
        parser.error("give both --train and --test, or neither")

    spark = get_spark("benchmark", own=True)
    if args.train:
        read = tables.read_with_notes(spark, args.train, tables.USAGE)
        train, frequency = read.rows.cache(), read.frequency
        later = tables.read_with_notes(spark, args.test, tables.USAGE, frequency=frequency)
        test = later.rows.cache()
    else:
        (train, test), frequency = simulated(spark), MONTH
    season = args.season or frequency.season
    horizon = longest(test)
    rows = [
        measure_method(name, train, test, horizon, season, args.origin, frequency)
        for name in args.methods
    ]
    naive = next((row["mase"] for row in rows if row["method"] == "seasonal-naive"), None)
    ratios = {
        f"MASE of {row['method']} / seasonal-naive": row["mase"] / naive
        for row in rows
        if naive and row["method"] != "seasonal-naive"
    }
    _report.tell(args.reports, "accuracy", ratios, as_table(rows))


def simulated(spark: SparkSession) -> tuple[DataFrame, DataFrame]:
    """Return the usage of 1,000 simulated customers before the last six months, and in them."""
    population = simulate.population(spark, 1_000, months=48, seed=0)
    usage = simulate.usage(population, seed=0).cache()
    cutoff = F.lit(months_before(simulate.LAST_MONTH, 6))
    return usage.where(F.col("month") <= cutoff), usage.where(F.col("month") > cutoff)


def longest(test: DataFrame) -> int:
    """The most periods that a customer has in the test table."""
    counts = test.groupBy("customer_id").agg(F.count_distinct("month").alias("months"))
    [found] = counts.agg(F.max("months").alias("months")).collect()
    months: int = found.months
    return months


def measure_method(
    name: str,
    train: DataFrame,
    test: DataFrame,
    horizon: int,
    season: int,
    origin: str,
    frequency: Frequency = MONTH,
) -> dict[str, Any]:
    """Forecast the test periods with a method, and compare."""
    method, history = METHODS[name], train
    if origin == "customer":
        method, history = from_own_ends(method, frequency), align_ends(train, frequency)[0]
    start = perf_counter()
    forecasts = method(train, horizon, season, LEVEL, QUANTILES, frequency).cache()
    forecasts.count()
    seconds = perf_counter() - start
    scores = score(forecasts, test, filled(history, frequency), season, QUANTILES, frequency)
    [total] = scores.agg(*summary()).collect()
    square = F.avg((F.col("forecast") - F.col("usage")) ** 2)
    [error] = test.join(forecasts, ["customer_id", "month"]).agg(F.sqrt(square)).collect()
    forecasts.unpersist()
    return {
        "method": name,
        **total.asDict(),
        "rmse": error[0],
        "forecast_by_actual": None if total.bias is None else 1 + total.bias,
        "seconds": seconds,
    }


if __name__ == "__main__":
    main()
