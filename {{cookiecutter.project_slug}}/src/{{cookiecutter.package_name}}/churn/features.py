"""What was known of each customer at a cutoff, and whether it then churned.

A customer churns when usage stays at zero for all months of the horizon after the cutoff. Who has
used nothing in as many months before the cutoff has churned already (`at_risk`).
"""

import warnings
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

Floats = NDArray[np.float64]

YEAR = 12
"""Months after which usage repeats itself."""

NOISE, GROWTH_SPREAD, SEASON_SPREAD = 0.1, 0.015, 0.16
"""What is expected of customers before they are known, as standard deviations of log usage.

Of a month, of the growth per month, and of each of the two waves of the season. The less is known
of a customer, the closer to this its growth and season are held (ridge regression).
"""

LAST_MONTHS = 3
"""Months that are compared with what growth and season promised."""

FEATURES = (
    *("tenure", "recency", "idle", "longest_pause", "level", "growth", "growth_error", "season"),
    *("volatility", "change"),
)
"""The features of usage, all of them doubles; `features` tells what they are."""


def features(
    usage: DataFrame,
    cutoffs: Sequence[date],
    horizon: int,
    known_until: date,
    customers: DataFrame | None = None,
) -> DataFrame:
    """Describe each customer at each cutoff by what was known then; usage is shuffled once.

    A month without a row, after a customer's first one, is a month without usage. A row without
    usage is a month of which nothing is known.

    Args:
        usage: the usage table.
        cutoffs: the last months that are known, first days of months.
        horizon: months without usage that make a customer churn.
        known_until: the table's last month. Where the horizon goes beyond it, nobody knows yet
            who churned.
        customers: what else is known of the customers, one row for each.

    Returns:
        One row per customer and cutoff, from the customer's first month on: customer_id; cutoff;
        churned (boolean; null where that is not known); and the features:
        tenure (months since sign-up, or since the first month); recency (months since the last
        with usage); idle (months without usage before that); longest_pause (of them, months);
        level (logarithm of usage at the cutoff, season removed); growth (of it, per month);
        growth_error (its standard deviation); season (amplitude, of the logarithm); volatility
        (standard deviation of a month, of the logarithm); change (by how much the last months
        differ from what was promised, of the logarithm); and all columns of `customers`.
    """
    by_month = F.map_from_entries(F.collect_list(F.struct("month", "usage")))
    known = usage.groupBy("customer_id").agg(
        F.min("month").alias("first_month"), by_month.alias("by_month")
    )

    doubles = ", ".join(f"{name} double" for name in FEATURES)
    describe_udf = F.pandas_udf(describe, doubles)  # type: ignore[call-overload]
    described = (
        known.withColumn("cutoff", F.explode(F.array(*map(F.lit, cutoffs))))
        .where("first_month <= cutoff")
        .select(
            "customer_id",
            "cutoff",
            "first_month",
            _stays_at_zero(horizon, known_until).alias("churned"),
            describe_udf(_usage_in("first_month", "cutoff")).alias("description"),
        )
        .select("customer_id", "cutoff", "first_month", "churned", "description.*")
    )
    if customers is None:
        return described.drop("first_month")
    since = F.coalesce(F.least("signup_month", "first_month"), "first_month")
    tenure = F.floor(F.months_between("cutoff", since)) + 1
    joined = described.join(customers, "customer_id", "left")
    return joined.withColumn("tenure", tenure.cast("double")).drop("first_month", "signup_month")


def at_risk(horizon: int) -> Column:
    """Whether a customer has used anything in the months of a horizon before the cutoff."""
    return F.col("recency") < horizon


def _usage_in(first: str | Column, last: str | Column) -> Column:
    """Usage in each month from the first to the last; 0 where there is no row."""
    months = F.sequence(first, last, F.expr("INTERVAL 1 MONTH"))
    return F.transform(
        months,
        lambda month: F.when(
            F.map_contains_key("by_month", month), F.try_element_at("by_month", month)
        ).otherwise(0.0),
    )


def _stays_at_zero(horizon: int, known_until: date) -> Column:
    """Whether there is no usage in the months after the cutoff; null where that is not known."""
    after = _usage_in(F.add_months("cutoff", 1), F.add_months("cutoff", horizon))
    return (
        F.when(F.add_months("cutoff", horizon) > F.lit(known_until), None)
        .when(F.exists(after, lambda usage: usage > 0), False)
        .when(F.forall(after, lambda usage: usage == 0), True)
    )


def describe(histories: pd.Series) -> pd.DataFrame:
    """Describe customers by their usage in each month up to the cutoff; NaN where not known."""
    tenure = histories.map(len).to_numpy(float)
    longest = max(YEAR, *map(len, histories))
    month = np.arange(longest)
    usage = np.full((len(histories), longest), np.nan)
    usage[month >= longest - tenure[:, None]] = np.concatenate(histories.to_list())
    known, used = ~np.isnan(usage), np.nan_to_num(usage) > 0
    ever = used.any(axis=1)
    last_used = np.where(ever, longest - 1 - used[:, ::-1].argmax(axis=1), -1)
    unused = known & ~used
    since = month > last_used[:, None]

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # the mean of nothing is NaN, as it should be
        trend = _trend(np.where(used, np.log(usage), np.nan))
    return pd.DataFrame(
        {
            "tenure": tenure,
            "recency": (unused & since).sum(axis=1).astype(float),
            "idle": (unused & ~since & used.cumsum(axis=1).astype(bool)).sum(axis=1).astype(float),
            "longest_pause": _longest_pause(used),
            **trend,
        }
    )


def _longest_pause(used: NDArray[np.bool_]) -> Floats:
    """The most months between two months with usage."""
    month = np.arange(used.shape[1])
    last = np.maximum.accumulate(np.where(used, month, -1), axis=1)
    before = np.pad(last, ((0, 0), (1, 0)), constant_values=-1)[:, :-1]
    pauses = np.where(used & (before >= 0), month - before - 1, 0)
    longest: Floats = pauses.max(axis=1).astype(float)
    return longest


def _trend(log_usage: Floats) -> dict[str, Floats]:
    """Level, growth and season, fitted together to the months with usage of each customer.

    Ridge regression on a constant, time and a wave of a year. Fitted apart, a season that is seen
    for less than some years would pass for growth.
    """
    known = ~np.isnan(log_usage)
    time = np.arange(1.0 - log_usage.shape[1], 1)
    wave = 2 * np.pi * time / YEAR
    columns = np.stack([np.ones_like(time), time, np.cos(wave), np.sin(wave)], axis=1)
    spread = np.array([100.0, GROWTH_SPREAD, SEASON_SPREAD, SEASON_SPREAD])

    middle = np.nan_to_num(np.nanmean(log_usage, axis=1, keepdims=True))
    products = np.einsum("ct,ti,tj->cij", known.astype(float), columns, columns, optimize=True)
    inverse = np.linalg.inv(products + np.diag((NOISE / spread) ** 2))
    fitted = np.einsum("cij,cj->ci", inverse, np.nan_to_num(log_usage - middle) @ columns)
    error = log_usage - middle - fitted @ columns.T

    ever = known.any(axis=1)
    return {
        "level": np.where(ever, middle[:, 0] + fitted[:, 0], np.nan),
        "growth": fitted[:, 1],
        "growth_error": NOISE * np.sqrt(inverse[:, 1, 1]),
        "season": np.hypot(fitted[:, 2], fitted[:, 3]),
        "volatility": np.sqrt(np.nanmean(error**2, axis=1)),
        "change": np.nanmean(error[:, -LAST_MONTHS:], axis=1),
    }
