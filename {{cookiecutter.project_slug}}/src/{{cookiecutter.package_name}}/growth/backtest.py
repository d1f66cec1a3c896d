"""Rolling-origin backtest: every method forecasts known months from earlier ones only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from time import perf_counter

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ..periods import MONTH, Frequency, last_month
from . import Method, combination, with_future
from .future import Future
from .history import filled
from .scores import TotalScore, score, score_total, summary
from .totals import totals

LENGTHS = {0: "under 1", 1: "1 to 2", 2: "2 to 3", 3: "3 to 5", 5: "5 or more"}
"""Groups of history lengths: the number of seasons where each starts -> its name."""

QUANTILES = tuple(tenth / 10 for tenth in range(1, 10))
"""The deciles, which the weighted quantile loss is measured over."""

COMBINATION = "combination"

WARM_UP = 8
"""Customers that each method first forecasts without measuring, to warm up the workers."""


@dataclass(frozen=True, kw_only=True)
class MethodScore:
    """A method's errors over customers and folds (scores.summary), and the seconds that it took.

    total_wape and total_coverage are of the sum over all customers, by period (totals.totals).
    sMAPE comes after the other errors: it means little for customers with zeros.
    """

    method: str
    wape: float | None = None
    bias: float | None = None
    mase: float | None = None
    rmsse: float | None = None
    smape: float | None = None
    wql: float | None = None
    coverage: float | None = None
    coverage_without_zero_width: float | None = None
    total_wape: float | None = None
    total_coverage: float | None = None
    customers: int = 0
    seconds: float


@dataclass(frozen=True)
class LengthScore:
    """A method's mean error for customers with `seasons` seasons of history (see LENGTHS)."""

    method: str
    seasons: str
    wape: float | None
    customers: int
    coverage: float | None = None


def backtest(
    usage: DataFrame,
    methods: Mapping[str, Method],
    horizon: int,
    season: int = 12,
    level: int = 90,
    folds: int = 3,
    frequency: Frequency = MONTH,
    future: Future | None = None,
) -> tuple[list[MethodScore], list[LengthScore]]:
    """Score every method on the same folds.

    A fold hides the last periods of the table, and the first `horizon` of them are forecast. The
    cutoffs are spread over a season, so that not every fold forecasts the same part of it.
    Customers without a period before the cutoff are not in the fold. A series that ends before the
    table does counts as zero from then on; history.align_ends makes all end together.

    The combination reuses the forecasts of its parts; its seconds are the sum of theirs and its
    own. Known future columns go to the methods that take them.
    """
    placed = filled(usage, frequency).drop("stale").cache()
    end = last_month(placed)
    seconds = dict.fromkeys(methods, 0.0)
    scores: dict[str, list[DataFrame]] = {name: [] for name in methods}
    sums: dict[str, list[TotalScore]] = {name: [] for name in methods}
    for hidden in hidden_periods(horizon, season, folds):
        history, actual = split(placed, end, hidden, horizon, frequency)
        history = history.cache()  # outside the clock, as is the warming up
        if not history.isEmpty():
            if not any(scores.values()):
                warm_up(history, methods, season, level, frequency)
            for name, (scored, total, taken) in run_fold(
                history, actual, with_future(methods, future), horizon, season, level, frequency
            ).items():
                scores[name].append(scored)
                sums[name].append(total)
                seconds[name] += taken
        history.unpersist()
    summed = [sum_up(name, scores[name], sums[name], seconds[name], season) for name in methods]
    placed.unpersist()
    return [total for total, _ in summed], [row for _, lengths in summed for row in lengths]


def hidden_periods(horizon: int, season: int, folds: int) -> list[int]:
    """Return how many of the last periods each fold hides: cutoffs are spread over a season."""
    return [horizon + fold * max(1, season // folds) for fold in range(folds)]


def split(
    placed: DataFrame,
    end: date | None,
    hidden: int,
    horizon: int,
    frequency: Frequency = MONTH,
) -> tuple[DataFrame, DataFrame]:
    """Split a table at a cutoff into the known periods and those of the horizon.

    Args:
        placed: usage without missing rows (history.filled).
        end: the table's last period; None where it has no rows.
        hidden: how many periods to hide.
        horizon: how many of these to return, the first ones.
        frequency: of the periods.

    Returns:
        Two usage tables; the second has only customers of the first.
    """
    cutoff = frequency.literal(frequency.before(end, hidden) if end else None)
    until = frequency.literal(frequency.before(end, hidden - horizon) if end else None)
    history = placed.where(F.col("month") <= cutoff)
    actual = placed.where((F.col("month") > cutoff) & (F.col("month") <= until))
    return history, actual


def warm_up(
    history: DataFrame,
    methods: Mapping[str, Method],
    season: int,
    level: int,
    frequency: Frequency = MONTH,
) -> None:
    """Let each method forecast a few customers, so that workers start and load its libraries.

    The combination is left out if its parts are there, because they load its libraries.
    """
    few = history.select("customer_id").distinct().orderBy("customer_id").limit(WARM_UP)
    usage = history.join(few, "customer_id", "left_semi").cache()
    loaded_by_parts = {COMBINATION} if methods.keys() >= set(combination.PARTS) else set()
    for name, forecast in methods.items():
        if name not in loaded_by_parts:
            forecast(usage, 1, season, level, QUANTILES, frequency).count()
    usage.unpersist()


def run_fold(
    history: DataFrame,
    actual: DataFrame,
    methods: Mapping[str, Method],
    horizon: int,
    season: int,
    level: int,
    frequency: Frequency = MONTH,
) -> dict[str, tuple[DataFrame, TotalScore, float]]:
    """Forecast a fold with every method: scores of customers and of their sum, and the seconds."""
    forecasts: dict[str, DataFrame] = {}
    seconds: dict[str, float] = {}
    found = {}
    for name in sorted(methods, key=lambda name: name == COMBINATION):  # after its parts
        start = perf_counter()
        parts = [forecasts[part] for part in combination.PARTS if part in forecasts]
        if name == COMBINATION and len(parts) == len(combination.PARTS):
            made = combination.combine(parts[0], parts[1], QUANTILES)
            start -= sum(seconds[part] for part in combination.PARTS)
        else:
            made = methods[name](history, horizon, season, level, QUANTILES, frequency)
        forecasts[name] = made.cache()
        forecasts[name].count()
        seconds[name] = perf_counter() - start
        scored = score(forecasts[name], actual, history, season, QUANTILES, frequency).cache()
        scored.count()
        summed = totals(history, forecasts[name], horizon, season, level, frequency)
        found[name] = (scored, score_total(summed, forecasts[name], actual), seconds[name])
    for frame in forecasts.values():
        frame.unpersist()
    return found


def sum_up(
    name: str,
    folds: Sequence[DataFrame],
    sums: Sequence[TotalScore],
    seconds: float,
    season: int,
) -> tuple[MethodScore, list[LengthScore]]:
    """Aggregate a method's scores over all folds, in total and by length of history."""
    if not folds:
        return MethodScore(method=name, seconds=seconds), []
    scores = reduce(DataFrame.unionAll, folds)
    [total] = scores.agg(*summary()).collect()
    lengths = scores.groupBy(length(season).alias("seasons")).agg(*summary())
    found = {row.seasons: row for row in lengths.collect()}
    for frame in folds:
        frame.unpersist()
    periods, used = (sum(getattr(fold, field) for fold in sums) for field in ("periods", "usage"))
    method = MethodScore(
        method=name,
        seconds=seconds,
        total_wape=sum(fold.absolute_error for fold in sums) / used if used else None,
        total_coverage=sum(fold.inside for fold in sums) / periods if periods else None,
        **total.asDict(),
    )
    return method, [
        LengthScore(name, label, found[label].wape, found[label].customers, found[label].coverage)
        for label in LENGTHS.values()
        if label in found
    ]


def length(season: int) -> Column:
    """The name in LENGTHS for a customer with so many `months`, known periods, of history."""
    reached = [F.when(F.col("months") >= start * season, name) for start, name in LENGTHS.items()]
    return F.coalesce(*reversed(reached))
