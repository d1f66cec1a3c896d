"""The features of usage: a customer's history as numbers that a model can learn from."""

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

YEAR = 12
"""Months after which usage repeats itself."""

NOISE, GROWTH_SPREAD, SEASON_SPREAD = 0.1, 0.015, 0.16
"""What is expected of customers before they are known, as standard deviations of log usage.

Of a month, of the growth per month, and of each of the two waves of the season. The less is known
of a customer, the closer to this its growth and season are held (ridge regression).
"""

LAST_MONTHS = 3
"""Months that are compared with what growth and season predict."""

RECENT = (3, 6, 12)
"""Spans, in months up to the cutoff, in which months with usage are counted."""

FADING = 0.8
"""What a month is worth in recent_frequency, as a multiple of the month after it."""

FEATURES = (
    *("tenure", "recency", "idle", "longest_pause"),
    *("frequency", *(f"frequency_{months}" for months in RECENT)),
    *("recent_frequency", "frequency_trend", "interval", "overdue"),
    *("mean_usage", "last_usage", "recent_usage"),
    *("level", "growth", "season", "volatility", "change"),
)
"""The features of usage, all of them doubles, in the order of `describe`."""


def describe(histories: pd.Series) -> pd.DataFrame:
    """Describe customers by their usage in each month up to the cutoff.

    Args:
        histories: for each customer, usage from the first month to the cutoff; NaN where unknown.

    Returns:
        One row per customer, in months unless said otherwise: tenure (since the first month);
        recency (known months without usage since the last use); idle (those before the last use);
        longest_pause (of them); frequency (months with usage; _3, _6, _12: in the last so many);
        recent_frequency (share of months with usage, each worth FADING times the next);
        frequency_trend (slope of use against the month, per month); interval (mean time between
        uses); overdue (time since the last use, in intervals); mean_usage and last_usage (of
        months with usage); recent_usage (mean of the last LAST_MONTHS); level (logarithm of usage
        at the cutoff, season removed); growth (of the logarithm, per month); season (amplitude,
        of the logarithm); volatility (standard deviation of a month, of the logarithm); change
        (mean difference of the last LAST_MONTHS from growth and season, of the logarithm).
    """
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
    recency = (unused & since).sum(axis=1).astype(float)

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # the mean of nothing is NaN, as it should be
        size = _size(usage, used, last_used)
        trend = _trend(np.where(used, np.log(usage), np.nan))
    return pd.DataFrame(
        {
            "tenure": tenure,
            "recency": recency,
            "idle": (unused & ~since & used.cumsum(axis=1).astype(bool)).sum(axis=1).astype(float),
            "longest_pause": _longest_pause(used),
            **_frequency(used, known, tenure, recency),
            **size,
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


def _frequency(
    used: NDArray[np.bool_], known: NDArray[np.bool_], tenure: Floats, recency: Floats
) -> dict[str, Floats]:
    """Return the frequency of months with usage, its regularity and its trend."""
    month = np.arange(used.shape[1])
    frequency = used.sum(axis=1)
    between = used.shape[1] - 1 - used[:, ::-1].argmax(axis=1) - used.argmax(axis=1)
    interval = np.where(frequency > 1, between / np.maximum(frequency - 1, 1), np.nan)
    worth = FADING ** month[::-1]
    centre = (known * month).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    distance = np.where(known, month - centre[:, None], 0.0)
    spread = np.maximum((distance**2).sum(axis=1), 1)
    recent = {
        f"frequency_{months}": used[:, -months:].sum(axis=1).astype(float) for months in RECENT
    }
    return {
        "frequency": frequency.astype(float),
        **recent,
        "recent_frequency": (used * worth).sum(axis=1) / np.maximum((known * worth).sum(axis=1), 1),
        "frequency_trend": (distance * used).sum(axis=1) / spread,
        "interval": interval,
        # one use gives no interval: it is at least as long as the history
        "overdue": (recency + 1) / np.where(frequency > 1, interval, tenure),
    }


def _size(
    usage: Floats, used: NDArray[np.bool_], last_used: NDArray[np.int64]
) -> dict[str, Floats]:
    """How much customers use in months with usage; NaN for customers who never used anything."""
    ever = last_used >= 0
    total = np.where(used, usage, 0.0).sum(axis=1)
    return {
        "mean_usage": np.where(ever, total / np.maximum(used.sum(axis=1), 1), np.nan),
        "last_usage": np.where(ever, usage[np.arange(len(usage)), last_used], np.nan),
        "recent_usage": np.nanmean(usage[:, -LAST_MONTHS:], axis=1),
    }


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
        "season": np.hypot(fitted[:, 2], fitted[:, 3]),
        "volatility": np.sqrt(np.nanmean(error**2, axis=1)),
        "change": np.nanmean(error[:, -LAST_MONTHS:], axis=1),
    }
