"""Intervals from past errors, which are forecasts of known months compared with actual usage.

Errors are divided by a scale that each customer's own history gives, so that customers can share
them; their quantiles are taken by length of history and by month of the horizon (split conformal
prediction: Lei et al., 2018; grouped by length as in Mondrian conformal prediction: Vovk, 2003).
"""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_CHANGE = 0.02
"""Lower bound of the error scale, as a share of usage."""

PRIOR_ERRORS = 10
"""Weight of the prior distribution of errors, as a number of errors."""

ENOUGH = 200
"""A group of lengths with fewer errors also takes those of the next shorter group."""

NEAR = 2
"""The errors of so many months before and after a month of the horizon count for it too."""

QUANTILE_GRID = (np.arange(99) + 0.5) / 99
ASSUMED = np.array([NormalDist().inv_cdf(p) for p in QUANTILE_GRID])
"""The prior distribution of errors: standard normal."""


def length_edges(season: int) -> list[int]:
    """Known months at which the groups of histories begin: each has models of its own."""
    return sorted({3, 6, max(season, 3), max(2 * season, 24), max(5 * season, 60)})


def error_scale(series: Floats, season: int) -> float:
    """Return a customer's error scale: by how much its usage usually changes.

    The mean absolute change over a season, within the last two seasons of such changes; over a
    month where the history is shorter than a season; usage itself where it has one or two months.
    """
    size = float(series[-max(season, 12) :].mean()) or float(series.mean())
    if len(series) < 3:
        return size
    back = season if len(series) >= season + 3 else 1
    change = np.abs(series[back:] - series[:-back])[-2 * max(season, 12) :]
    return max(float(change.mean()), LEAST_CHANGE * size)


def error_quantiles(
    errors: Floats,
    lengths: NDArray[np.int64],
    steps: NDArray[np.int64],
    horizon: int,
    season: int,
    probabilities: Sequence[float],
) -> Floats:
    """Quantiles of errors, by length of history and month of the horizon.

    Args:
        errors: usage minus forecast, divided by the customer's scale; one for each month scored.
        lengths: known months of the history that each error's forecast was made from.
        steps: months from the origin to each error's month, from 1 on.
        horizon: months to forecast.
        season: months in a season.
        probabilities: which quantiles.

    Returns:
        (groups of length_edges, probabilities, horizon). Where there are few errors, those of
        shorter histories count too, and so does a prior of normal errors that grow with the month
        of the horizon.
    """
    edges = length_edges(season)
    groups = np.digitize(lengths, edges)
    quantiles = np.empty((len(edges) + 1, len(probabilities), horizon))
    for group in range(len(edges) + 1):
        shortest = group
        while shortest and np.count_nonzero((groups >= shortest) & (groups <= group)) < ENOUGH:
            shortest -= 1
        is_in = (groups >= shortest) & (groups <= group)
        of_group, at = errors[is_in], steps[is_in]
        for month in range(horizon):
            near = np.sort(of_group[np.abs(at - month - 1) <= NEAR])
            assumed = ASSUMED * np.sqrt(1 + month / max(season, 12))
            values = np.concatenate([near, assumed])
            weights = np.repeat([1.0, PRIOR_ERRORS / len(assumed)], [len(near), len(assumed)])
            quantiles[group, :, month] = weighted_quantiles(values, weights, probabilities)
    return quantiles


def weighted_quantiles(values: Floats, weights: Floats, probabilities: Sequence[float]) -> Floats:
    """Weighted quantiles of values."""
    order = np.argsort(values)
    cumulative = weights[order].cumsum() - weights[order] / 2
    quantiles: Floats = np.interp(
        np.asarray(probabilities) * weights.sum(), cumulative, values[order]
    )
    return quantiles
