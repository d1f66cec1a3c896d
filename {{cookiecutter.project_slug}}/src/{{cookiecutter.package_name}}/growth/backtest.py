"""Rolling origins: every method forecasts months that are known, from what was known before."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from time import perf_counter

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from . import Method
from .history import months_before_last
from .scores import score

LENGTHS = {0: "under 1", 1: "1 to 2", 2: "2 to 3", 3: "3 to 5", 5: "5 or more"}
"""Lengths of history to tell apart: the seasons that they start from, and how they are called."""


@dataclass(frozen=True)
class MethodScore:
    """A method's mean errors over customers and folds, and the seconds that its forecasts took."""

    method: str
    smape: float | None
    mase: float | None
    coverage: float | None
    seconds: float
    customers: int


@dataclass(frozen=True)
class LengthScore:
    """A method's mean error for customers with `seasons` seasons of history (see LENGTHS)."""

    method: str
    seasons: str
    smape: float
    customers: int


def backtest(
    usage: DataFrame,
    methods: Mapping[str, Method],
    horizon: int,
    season: int = 12,
    level: int = 90,
    folds: int = 3,
) -> tuple[list[MethodScore], list[LengthScore]]:
    """Score every method on the same folds.

    A fold hides the last months of each customer and has the first `horizon` of them forecast. The
    cutoffs are spread over a season, so that not every fold forecasts the same months of the year.
    Customers without a month before the cutoff are not in the fold.
    """
    by_method, by_length = [], []
    placed = usage.withColumn("before_last", months_before_last()).cache()
    hidden = [horizon + fold * max(1, season // folds) for fold in range(folds)]
    for name, forecast in methods.items():
        seconds, cached, parts = 0.0, [], []
        for months in hidden:
            history, actual = split(placed, months, horizon)
            start = perf_counter()
            forecasts = forecast(history, horizon, season, level).cache()
            forecasts.count()
            seconds += perf_counter() - start
            cached.append(forecasts)
            parts.append(score(forecasts, actual, history, season))

        scores = reduce(DataFrame.unionAll, parts).cache()
        [total] = scores.agg(
            *(F.avg(measure).alias(measure) for measure in ("smape", "mase", "coverage")),
            F.count_distinct("customer_id").alias("customers"),
        ).collect()
        by_method.append(MethodScore(method=name, seconds=seconds, **total.asDict()))
        lengths = scores.groupBy(length(season).alias("seasons")).agg(
            F.avg("smape").alias("smape"), F.count_distinct("customer_id").alias("customers")
        )
        found = {row.seasons: row for row in lengths.collect()}
        by_length += [
            LengthScore(name, label, found[label].smape, found[label].customers)
            for label in LENGTHS.values()
            if label in found
        ]
        for frame in (scores, *cached):
            frame.unpersist()
    placed.unpersist()
    return by_method, by_length


def split(placed: DataFrame, hidden: int, horizon: int) -> tuple[DataFrame, DataFrame]:
    """Hide the last months of every customer: what is known at the cutoff, and what came next.

    Args:
        placed: usage with `before_last` (history.months_before_last).
        hidden: how many months of each customer to hide.
        horizon: how many of these to return, the first ones.

    Returns:
        Two usage tables.
    """
    before_last = F.col("before_last")
    history = placed.where(before_last >= hidden)
    actual = placed.where((before_last < hidden) & (before_last >= hidden - horizon))
    return history.drop("before_last"), actual.drop("before_last")


def length(season: int) -> Column:
    """The name in LENGTHS for a customer with so many `months` of history."""
    reached = [F.when(F.col("months") >= start * season, name) for start, name in LENGTHS.items()]
    return F.coalesce(*reversed(reached))
