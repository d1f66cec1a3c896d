"""How each customer answers to known future columns, such as promotions, prices and working days.

A column acts on the baseline of the global model: the customer's history is divided by the column's
effect before season, level and trend are measured (features.py), and the baseline is multiplied by
the effect in the periods ahead. The effect is linear in the column, with a slope of the customer's
own, which is shrunk where it may be noise.
"""

import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .features import LEAST_FACTOR, Features, Floats, at_phase, features, mean, seasonal_index

LEAST_EFFECT = 0.1
"""Lower bound of an effect, as a factor of usage."""


class Known(NamedTuple):
    """Values of known future columns; NaN where a table has no row.

    held: (customers, periods, columns), up to the cutoff, beside a matrix of usage.
    ahead: (customers, steps, columns), in the periods to forecast.
    """

    held: Floats
    ahead: Floats


def features_with(
    usage: Floats, steps: NDArray[np.int64], season: int, known: Known | None
) -> Features:
    """Describe customers at their cutoff like `features`, with the effects of future columns.

    A column adds one feature: its value ahead minus the usual one in the history.

    Args:
        usage: (customers, periods), the last column being the cutoff.
        steps: (customers, steps), how many periods after the cutoff to forecast.
        season: periods after which usage repeats itself; 1 for none.
        known: the future columns; without them the result is that of `features`.
    """
    if known is None:
        return features(usage, steps, season)
    effect = np.ones(steps.shape)
    columns = {}
    for number in range(known.held.shape[2]):
        held, ahead = known.held[:, :, number], known.ahead[:, :, number]
        slope, usual = answer(usage, held, season)
        usage = usage / _effect(slope, held - usual)
        effect *= _effect(slope, ahead - usual)
        columns[f"future {number}"] = ahead - usual
    described = features(usage, steps, season)
    return Features(described.columns | columns, described.baseline * effect, described.scale)


def answer(usage: Floats, held: Floats, season: int) -> tuple[Floats, Floats]:
    """Measure by which share of its mean a customer's usage changes when a column rises by 1.

    Least squares on usage without its season, with a trend. The slope is multiplied by 1 - 1 / F,
    where F compares the variance that the column explains with that of the rest: noise gives 0.

    Returns:
        The slope, and the column's mean over the known periods; both (customers, 1).
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # NumPy warns of means of no values: NaN is right
        index, trust = seasonal_index(usage, season)
        factor = np.maximum(1 + trust * np.nan_to_num(index - 1), 0)
        periods = np.arange(1 - usage.shape[1], 1)[None, :].repeat(len(usage), axis=0)
        level = usage / at_phase(np.where(factor >= LEAST_FACTOR, factor, np.nan), periods)
        usable = ~(np.isnan(level) | np.isnan(held))
        level, column, time = (
            np.where(usable, values, np.nan) for values in (level, held, periods.astype(float))
        )
        usual, size = mean(column), mean(level)
        time = time - mean(time)
        level, column = _without(level - size, time), _without(column - usual, time)
        both, spread = mean(column * level), mean(column**2)
        slope = both / spread
        share = both**2 / (spread * mean(level**2))
        f = share / (1 - share) * (usable.sum(axis=1, keepdims=True) - 3)
        slope = slope * np.clip(1 - 1 / f, 0, 1) / size
    return np.where(np.isfinite(slope), slope, 0), usual


def _without(values: Floats, time: Floats) -> Floats:
    """Subtract what a straight line in time explains."""
    rest: Floats = values - time * (mean(time * values) / mean(time**2))
    return rest


def _effect(slope: Floats, change: Floats) -> Floats:
    """Return the factor by which usage differs when a column differs by `change` from usual."""
    effect: Floats = np.maximum(1 + slope * np.nan_to_num(change), LEAST_EFFECT)
    return effect
