"""BG/BB: the beta-geometric/beta-Bernoulli model of customers who use, pause and leave unseen.

While alive, a customer uses something in each period with its own probability. Before each period,
the customer dies with a second probability of its own. Both probabilities are beta-distributed over
the customers. Three numbers are then sufficient statistics of a history, all counted after the
first use: repeated uses, the known periods up to the last of them, and all known periods.

P. Fader, B. Hardie, J. Shang: Customer-Base Analysis in a Discrete-Time Noncontractual Setting.
Marketing Science 29(6), 2010. Equation numbers are those of the paper.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..periods import MONTH, Frequency
from ..sampling import in_sample
from .windows import WINDOWS

Floats = NDArray[np.float64]

LOG_ODDS = "log_odds"
"""The column that `with_log_odds` adds."""

COUNTS = ("frequency", "idle", "recency")
"""The features (see `description.describe`) from which a history is computed."""

BOUNDS = (-5.0, 7.0)
"""Bounds of the logarithm of each number of the prior."""

CERTAIN = 1e-9
"""Probabilities are kept this far from 0 and 1."""


class Prior(NamedTuple):
    """Beta distributions over customers: of the probability to use, and of that to die."""

    alpha: float
    beta: float
    gamma: float
    delta: float


class History(NamedTuple):
    """Repeated uses, known periods up to the last use, and known periods, after the first use."""

    repeats: Floats
    last: Floats
    periods: Floats


def history(frequency: Floats, idle: Floats, recency: Floats) -> History:
    """Return the histories of customers. A customer who never used anything has an empty one."""
    repeats = np.maximum(frequency - 1, 0)
    last = repeats + idle
    return History(repeats, last, np.where(frequency > 0, last + recency, 0.0))


def log_likelihood(prior: Sequence[float], histories: History) -> Floats:
    """Return the logarithm of the probability of each history (equation 5)."""
    from scipy.special import betaln

    alpha, beta, gamma, delta = prior
    repeats, last, periods = histories
    total = betaln(alpha + repeats, beta + periods - repeats) + betaln(gamma, delta + periods)
    for period in range(int(np.max(periods - last, initial=0))):
        silent = periods - last > period  # the customer may have died before this silent period
        died = betaln(alpha + repeats[silent], beta + (last - repeats)[silent] + period)
        died += betaln(gamma + 1, delta + last[silent] + period)
        total[silent] = np.logaddexp(total[silent], died)
    likelihood: Floats = total - betaln(alpha, beta) - betaln(gamma, delta)
    return likelihood


def stays_away(prior: Sequence[float], histories: History, horizon: int) -> Floats:
    """Return the probability that each customer uses nothing in the next `horizon` periods.

    It is the probability of the history and `horizon` silent periods, over that of the history.
    """
    repeats, last, periods = histories
    longer = History(repeats, last, periods + horizon)
    silent = np.exp(log_likelihood(prior, longer) - log_likelihood(prior, histories))
    return np.clip(silent, CERTAIN, 1 - CERTAIN)


def log_odds(
    prior: Sequence[float], horizon: int, frequency: Floats, idle: Floats, recency: Floats
) -> Floats:
    """Return the logarithm of the odds that customers use nothing in the next periods."""
    from scipy.special import logit

    odds: Floats = logit(stays_away(prior, history(frequency, idle, recency), horizon))
    return odds


def expected_uses(
    prior: Sequence[float], horizon: int, frequency: Floats, idle: Floats, recency: Floats
) -> Floats:
    """Return the expected number of the next `horizon` periods with usage (equation 12)."""
    from scipy.special import betaln

    alpha, beta, gamma, delta = prior
    found = history(frequency, idle, recency)
    uses = betaln(alpha + found.repeats + 1, beta + found.periods - found.repeats)
    uses -= betaln(alpha, beta) + betaln(gamma, delta) + log_likelihood(prior, found)
    ahead = [betaln(gamma, delta + found.periods + period) for period in range(1, horizon + 1)]
    expected: Floats = np.exp(uses + np.logaddexp.reduce(ahead, axis=0))
    return expected


def fit_prior(
    described: DataFrame, latest: date, horizon: int, frequency: Frequency = MONTH
) -> Prior:
    """Fit the prior that maximises the likelihood of the last periods, given the periods before.

    The prior is used for this prediction. A prior that is fitted to whole histories would explain
    the first periods of a customer's life, in which nearly all uses of most customers lie.

    Args:
        described: rows of `features.features` of all customers, at risk or not, at the cutoffs
            `latest` and a horizon before it.
        latest: the last period that may be looked at.
        horizon: how many periods are predicted.
        frequency: of the periods.
    """
    from scipy.optimize import minimize

    counts = count_histories(described, frequency.before(latest, horizon), latest, frequency)
    groups = counts["count"].to_numpy(float)
    before, after = (
        history(*(counts[f"{name}_{when}"].to_numpy(float) for name in COUNTS))
        for when in ("before", "after")
    )

    def loss(logarithms: Floats) -> float:
        prior = [*np.exp(logarithms)]
        gained = np.subtract(log_likelihood(prior, after), log_likelihood(prior, before))
        return float(-np.average(gained, weights=groups))

    start = np.log([1.0, 1.0, 1.0, 3.0])
    found = minimize(loss, start, method="L-BFGS-B", bounds=[BOUNDS] * len(start))
    return Prior(*map(float, np.exp(found.x)))


def count_histories(
    described: DataFrame, before: date, after: date, frequency: Frequency = MONTH
) -> pd.DataFrame:
    """Count customers by their histories at two cutoffs; a sample of them if there are many.

    Returns:
        COUNTS, with the suffix _before (0 for customers who came later) and _after; and count.
    """
    customers = described.where(F.col("cutoff") == frequency.literal(after)).count()
    most = WINDOWS[frequency.name].customers
    sampled = described.where(in_sample(min(1.0, most / max(customers, 1)), "prior", "customer_id"))

    def at(cutoff: date, name: str) -> Any:
        is_at = F.col("cutoff") == frequency.literal(cutoff)
        return F.coalesce(F.max(F.when(is_at, F.col(name))), F.lit(0.0))

    cutoffs = {"before": before, "after": after}
    known = sampled.groupBy("customer_id").agg(
        *(
            at(cutoff, name).alias(f"{name}_{when}")
            for when, cutoff in cutoffs.items()
            for name in COUNTS
        )
    )
    counted = known.drop("customer_id").groupBy(*known.columns[1:]).count().toPandas()
    # rounding depends on the order of a sum, and the search for the prior amplifies it
    return counted.sort_values([*counted.columns], ignore_index=True)


def with_log_odds(features: DataFrame, prior: Sequence[float], horizon: int) -> DataFrame:
    """Add LOG_ODDS of no usage in the horizon, from the customer's own history and the prior."""
    return features.withColumn(LOG_ODDS, _by_batch(log_odds, prior, horizon))


def with_expected_usage(features: DataFrame, prior: Sequence[float], horizon: int) -> DataFrame:
    """Add expected_usage: mean usage of a period, times the horizon's periods with usage."""
    uses = _by_batch(expected_uses, prior, horizon)
    return features.withColumn("expected_usage", uses * F.col("mean_usage"))


def _by_batch(function: Callable[..., Floats], prior: Sequence[float], horizon: int) -> Any:
    def compute(frequency: pd.Series, idle: pd.Series, recency: pd.Series) -> pd.Series:
        counts = (column.to_numpy(float) for column in (frequency, idle, recency))
        return pd.Series(function(prior, horizon, *counts))

    compute_udf = F.pandas_udf(compute, "double").asNondeterministic()  # type: ignore[call-overload]
    return compute_udf(*COUNTS)
