"""The forecasts table: create it from a method's fits, and aggregate it."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DateType,
    DoubleType,
    StringType,
    StructField,
    StructType,
)

from ..errors import BadInputError
from ..periods import MONTH, Frequency
from .history import histories

Floats = NDArray[np.float64]

FORECASTS = StructType(
    [
        StructField("customer_id", StringType()),
        StructField("month", DateType()),
        StructField("forecast", DoubleType()),
        StructField("lower", DoubleType()),
        StructField("upper", DoubleType()),
        StructField("model", StringType()),
        StructField("error", StringType()),
        StructField("stale", BooleanType()),
    ]
)
"""One row per customer and period of the horizon, which starts after the table's last period.

month is the start of a period: a date, or a timestamp without a zone for hours.

forecast, lower and upper are in units of usage and never negative; columns of quantiles that were
asked for stand after upper (quantile_column). A customer who cannot be forecast has one row, for
the first period, with nulls and the reason in `error`. stale: the customer has no row in the last
months of the usage table (history.STALE_AFTER).
"""

FITS = "forecast array<double>, bounds array<array<double>>, model string, error string"
"""One row per customer: an element for each period of the horizon, and in `bounds` one such array
for each of `probabilities_of` its interval and quantiles."""

FitBatch = Callable[..., pd.DataFrame]
"""A batch of histories (arrays of usage, NaN where not known) -> a row of FITS for each.

With known future columns, a second series has their values (future.Future.beside, flattened).
"""

BesideHistories = Callable[[DataFrame], DataFrame]
"""Adds known future columns to histories, as an array column `future`."""

Fit = tuple[object, object, str | None, str | None]
"""A row of FITS."""

FARTHEST = 3
"""Longest horizon, as a multiple of the usage table's length."""

UNKNOWN = "usage is known in no month"
"""The error of a customer without any known usage."""


def quantile_column(probability: float) -> str:
    """Name the column of a quantile by its percent: 0.1 is `q10`, 0.025 is `q2_5`."""
    return f"q{100 * probability:.10g}".replace(".", "_")


def probabilities_of(level: int, quantiles: Sequence[float] = ()) -> tuple[float, ...]:
    """Probabilities of the interval's two bounds, then of the quantiles."""
    return (0.5 - level / 200, 0.5 + level / 200, *quantiles)


def fit_row(forecast: Floats, bounds: Floats, probabilities: Sequence[float], model: str) -> Fit:
    """Make a row of FITS: finite, not negative, the forecast within its interval, bounds in order.

    Args:
        forecast: (months,).
        bounds: (probabilities, months).
        probabilities: see probabilities_of.
        model: its name.
    """
    largest = np.finfo(float).max
    forecast, bounds = (np.clip(values, 0, largest) for values in (forecast, bounds))
    order = np.argsort(probabilities[2:])
    bounds[2:][order] = np.sort(bounds[2:], axis=0)
    bounds[0], bounds[1] = np.minimum(bounds[0], forecast), np.maximum(bounds[1], forecast)
    return forecast, list(bounds), model, None


def failed_row(error: str, probabilities: Sequence[float]) -> Fit:
    """Make the row of FITS of a customer who cannot be forecast."""
    return [None], [[None]] * len(probabilities), None, error


def as_fits(rows: Sequence[Fit]) -> pd.DataFrame:
    """Rows of FITS as a frame."""
    return pd.DataFrame(rows, columns=["forecast", "bounds", "model", "error"])


def forecast_each(
    usage: DataFrame,
    fit_batch: FitBatch,
    quantiles: Sequence[float] = (),
    frequency: Frequency = MONTH,
    beside: BesideHistories | None = None,
) -> DataFrame:
    """Fit each customer's history in Spark's Python workers, a batch of customers at a time.

    A customer is a row of the pandas UDF. `groupBy(...).applyInPandas` would give the same result,
    but its overhead per group is as large as the time to fit a small model.

    Returns:
        The forecasts table.
    """

    def fit(histories: pd.Series, *future: pd.Series) -> pd.DataFrame:
        return fit_batch(histories, *future)

    known = histories(usage, frequency)
    inputs: list[str | Column] = ["usage"]
    if beside is not None:
        known = beside(known)
        inputs.append(F.flatten("future"))
    fit_udf = F.pandas_udf(fit, FITS)  # type: ignore[call-overload]
    names = ["forecast", "lower", "upper", *map(quantile_column, quantiles)]
    arrays = [F.col("fit.bounds")[i].alias(name) for i, name in enumerate(names[1:])]
    steps = F.posexplode(F.arrays_zip(F.col("fit.forecast").alias("forecast"), *arrays))
    return (
        known.select("customer_id", "last_month", "stale", fit_udf(*inputs).alias("fit"))
        .select("customer_id", "last_month", "stale", "fit", steps.alias("step", "at"))
        .select(
            "customer_id",
            frequency.add("last_month", F.col("step") + 1).alias("month"),
            *(f"at.{name}" for name in names),
            "fit.model",
            "fit.error",
            "stale",
        )
    )


def refuse_failures(forecasts: DataFrame, most: float) -> None:
    """Refuse a forecasts table in which too many customers have an error instead of a forecast.

    Args:
        forecasts: the forecasts table.
        most: the largest share of customers that may have an error.

    Raises:
        BadInputError: when more have one.
    """
    of_failed = F.col("error").isNotNull()
    [found] = forecasts.agg(
        F.count_distinct("customer_id").alias("customers"),
        F.count_distinct(F.when(of_failed, F.col("customer_id"))).alias("failed"),
        F.min(F.when(of_failed, F.struct("customer_id", "error"))).alias("example"),
    ).collect()
    if found.failed > most * found.customers:
        share = math.ceil(100 * found.failed / found.customers) / 100
        raise BadInputError(
            f"{found.failed:,} of {found.customers:,} customers cannot be forecast, for example "
            f"{found.example.customer_id}: {found.example.error}. Nothing was written. "
            f"--max-failed {share} or more accepts that."
        )


def refuse_horizon(horizon: int, months: int, frequency: Frequency = MONTH) -> None:
    """Refuse to forecast farther ahead than FARTHEST tables' lengths, or 24 periods if longer.

    Args:
        horizon: periods to forecast.
        months: number of periods from the table's first to its last.
        frequency: of the periods.

    Raises:
        BadInputError: names the longest horizon.
    """
    longest = max(FARTHEST * months, 24)
    if horizon > longest:
        raise BadInputError(
            f"--horizon {horizon}: this is too far ahead for a usage table of {months} "
            f"{frequency.name}s. Take at most {longest}."
        )


def by_model(forecasts: DataFrame) -> DataFrame:
    """Aggregate a forecasts table by model.

    Returns:
        One row per model ("error" where there is none): model; customers; stale (customers without
        recent rows); usage (the sum of all their forecasts).
    """
    stale = F.count_distinct(F.when(F.col("stale"), F.col("customer_id")))
    return (
        forecasts.groupBy(F.coalesce("model", F.lit("error")).alias("model"))
        .agg(
            F.count_distinct("customer_id").alias("customers"),
            stale.alias("stale"),
            F.sum("forecast").alias("usage"),
        )
        .orderBy(F.desc("customers"), "model")
    )


def total_by_month(usage: DataFrame, forecasts: DataFrame) -> DataFrame:
    """Sum the usage and the forecasts of all customers, month by month.

    Returns:
        One row per month, in their order: month; usage (null after the last month of the usage
        table); forecast (null up to that month).
    """
    last = usage.agg(F.max("month").alias("last"))
    used = usage.groupBy("month").agg(F.sum("usage").alias("usage"))
    ahead = (
        forecasts.where("forecast IS NOT NULL")
        .join(F.broadcast(last), F.col("month") > F.col("last"))
        .groupBy("month")
        .agg(F.sum("forecast").alias("forecast"))
    )
    return used.join(ahead, "month", "full_outer").orderBy("month")


def of_largest_customers(forecasts: DataFrame, count: int = 6) -> DataFrame:
    """The forecasts of the customers who will use most, or of as many as there are."""
    largest = (
        forecasts.groupBy("customer_id")
        .agg(F.sum("forecast").alias("usage"))
        .orderBy(F.desc_nulls_last("usage"), "customer_id")
        .limit(count)
    )
    return forecasts.join(largest.select("customer_id"), "customer_id", "left_semi")
