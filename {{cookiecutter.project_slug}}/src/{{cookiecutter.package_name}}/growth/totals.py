"""Totals: what all customers will use together, and each group of them, with an interval.

Forecasts of totals are sums of the customers' forecasts (bottom-up), so parts add up to the total.
Reconciliation from above, as in hierarchicalforecast, needs the forecasts of all levels and every
customer's residuals in one frame on one machine; sums need neither. Intervals come from past errors
of each sum (total_errors.py). Spark adds up by group, origin and period, so what Python sees of a
group does not grow with the number of its customers.
"""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ..periods import MONTH, Frequency
from ..tables import quoted
from .history import histories
from .total_errors import RECENT, cohorts, half_widths, origins, window

ALL = "(all)"
"""Value of the group columns in rows of the total."""

NO_VALUE = "(none)"
"""The group of customers for whom the customers table has no value."""

MEASURES = ("customers", "forecast", "lower", "upper", "year_before", "growth", "growth_percent")

SUFFIX = "_totals"
"""Suffix that turns the name of a forecasts table into that of its totals table."""

OWN_COLUMNS = ("is_total", "period", *MEASURES)
"""Columns of a totals table, besides those of groups."""

GROUP = "group"
"""Column with the values of a group's columns, as an array of text; empty for the total."""


def totals(
    usage: DataFrame,
    forecasts: DataFrame,
    horizon: int,
    season: int,
    level: int = 90,
    frequency: Frequency = MONTH,
    customers: DataFrame | None = None,
    by: Sequence[str] = (),
) -> DataFrame:
    """Sum the forecasts of all customers, and of each group, by period.

    Args:
        usage: one row per customer and period (tables.USAGE).
        forecasts: the forecasts table, of the periods after the usage table's last one.
        horizon: periods that were forecast.
        season: periods after which usage repeats itself.
        level: how many periods in a hundred should lie between lower and upper.
        frequency: of the periods; it tells the same period of the year before.
        customers: one row per customer with the columns of `by`.
        by: columns whose combinations of values are the groups.

    Returns:
        One row per period for the total, and for each group: is_total; the columns of `by` (text;
        ALL in rows of the total, NO_VALUE where a customer has none); period; customers (who have a
        forecast; others are in no figure); forecast; lower; upper; year_before (usage of the same
        customers a year before the period, or its forecast where the horizon is longer than a
        year; null where the usage table does not reach back); growth (forecast minus year_before);
        growth_percent (null where year_before is 0).
    """
    groups = _groups(forecasts, customers, by)
    year = frequency.year
    past = _past(histories(usage, frequency).join(groups, "customer_id"), horizon, season, year)
    rows = (
        _forecast_sums(forecasts, groups, level)
        .join(past, GROUP)
        .select(GROUP, "steps", _finish(horizon, season, level, year).alias("found"))
        .select(GROUP, "steps", "found", F.posexplode("steps").alias("step", "at"))
    )
    # a period more than a year ahead is compared with the forecast for the year before it
    ago = F.col("step") - year
    used = F.get("found.used", F.col("step"))
    before = F.when(ago >= 0, F.get("steps.forecast", ago)).otherwise(used)
    forecast, half, growth = F.col("forecast"), F.col("half"), F.col("forecast") - F.col("before")
    place_of = {name: F.lit(place) for place, name in enumerate(by)}
    half_width = F.get("found.half", F.col("step"))
    return rows.select(GROUP, "at.*", before.alias("before"), half_width.alias("half")).select(
        (F.size(GROUP) == 0).alias("is_total"),
        *(F.coalesce(F.get(GROUP, at), F.lit(ALL)).alias(name) for name, at in place_of.items()),
        *("period", "customers", "forecast"),
        F.greatest(forecast - half, F.lit(0.0)).alias("lower"),
        (forecast + half).alias("upper"),
        F.col("before").alias("year_before"),
        growth.alias("growth"),
        F.try_divide(100 * growth, F.col("before")).alias("growth_percent"),
    )


def total_records(totals: DataFrame) -> list[dict[str, Any]]:
    """Return the rows of the total as records for a report, with periods as text."""
    rows = totals.where("is_total").select("period", *MEASURES).orderBy("period").collect()
    return [{**row.asDict(), "period": str(row.period)} for row in rows]


def _groups(forecasts: DataFrame, customers: DataFrame | None, by: Sequence[str]) -> DataFrame:
    """Return customer_id and GROUP: a row for the total, and one for the customer's own group."""
    forecast = forecasts.where("forecast IS NOT NULL").select("customer_id").distinct()
    total = F.array().cast("array<string>")
    if customers is None or not by:
        return forecast.select("customer_id", total.alias(GROUP))
    own = F.array(*(F.coalesce(F.col(quoted(name)).cast("string"), F.lit(NO_VALUE)) for name in by))
    both = F.explode(F.array(total, own)).alias(GROUP)
    return forecast.join(customers, "customer_id", "left").select("customer_id", both)


def _forecast_sums(forecasts: DataFrame, groups: DataFrame, level: int) -> DataFrame:
    """Return a row per group: GROUP and steps, an array of the periods' sums in their order.

    independent and together are the deviation of the sum if customers err independently of each
    other, and if they err alike.
    """
    deviation = (F.col("upper") - F.col("lower")) / (2 * NormalDist().inv_cdf(0.5 + level / 200))
    names = ("period", "customers", "forecast", "independent", "together")
    return (
        forecasts.where("forecast IS NOT NULL")
        .join(groups, "customer_id")
        .groupBy(GROUP, F.col("month").alias("period"))
        .agg(
            F.count("*").alias("customers"),
            F.sum("forecast").alias("forecast"),
            F.sqrt(F.sum(deviation**2)).alias("independent"),
            F.sum(deviation).alias("together"),
        )
        .groupBy(GROUP)
        .agg(F.array_sort(F.collect_list(F.struct(*names))).alias("steps"))
    )


def _past(known: DataFrame, horizon: int, season: int, year: int) -> DataFrame:
    """Return a row per group: GROUP and past, an array of (origin, back, usage).

    usage is the sum, `back` periods before the last one, over customers for whom that origin (a
    place in total_errors.origins) is the earliest that they were there long enough before, or -1.
    """
    backs = origins(horizon, season)
    needed, stride = backs[0] + season + RECENT, backs[1] - backs[0]
    earliest = F.floor((F.size("usage") - needed) / stride).cast("int")
    origin = F.greatest(F.least(earliest, F.lit(len(backs) - 1)), F.lit(-1))
    back = F.col("back")
    return (
        known.select(
            GROUP, origin.alias("origin"), F.posexplode(F.reverse("usage")).alias("back", "used")
        )
        .where((back < window(horizon, season)) | back.between(year - horizon, year - 1))
        .groupBy(GROUP, "origin", "back")
        .agg(F.sum("used").alias("usage"))
        .groupBy(GROUP)
        .agg(F.collect_list(F.struct("origin", "back", "usage")).alias("past"))
    )


def _finish(horizon: int, season: int, level: int, year: int) -> Column:
    """Return what a group's past tells of each period of the horizon, as arrays.

    half: distance of the bounds from the forecast. used: usage a year before, null if not known.
    """

    def finish(
        forecast: pd.Series,
        independent: pd.Series,
        together: pd.Series,
        origin: pd.Series,
        back: pd.Series,
        usage: pd.Series,
    ) -> pd.DataFrame:
        rows = []
        for total, apart, alike, places, backs, used in zip(
            forecast, independent, together, origin, back, usage, strict=True
        ):
            past = cohorts(places, backs, used, horizon, season)
            years = [used[backs == year - step] for step in range(1, min(horizon, year) + 1)]
            rows.append(
                (
                    half_widths(total, apart, alike, past, season, level),
                    [float(np.nansum(of_year)) if len(of_year) else None for of_year in years],
                )
            )
        return pd.DataFrame(rows, columns=["half", "used"])

    udf = F.pandas_udf(finish, "half array<double>, used array<double>")  # type: ignore[call-overload]
    sums = (f"steps.{name}" for name in ("forecast", "independent", "together"))
    past = (F.col(f"past.{name}").cast("array<double>") for name in ("origin", "back", "usage"))
    found: Column = udf(*sums, *past)
    return found
