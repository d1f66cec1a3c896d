"""The features of usage: a customer's history as numbers that a model can learn from."""

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..periods import MONTH, Frequency
from .windows import WINDOWS, Windows

Floats = NDArray[np.float64]

NOISE, GROWTH_SPREAD, SEASON_SPREAD = 0.1, 0.18, 0.16
"""Standard deviations of log usage that are assumed before a customer's history is known.

They are those of a period, of the growth per year, and of each of the two waves of the season. The
shorter a history, the more its growth and season are shrunk (ridge regression).
"""

FADING = 0.8
"""Weight of a use in recent_frequency, relative to a use a third of the first window later."""

CELLS = 4_000_000
"""Periods of all customers that are described at once: 32 MB for each array."""


def feature_names(frequency: Frequency = MONTH) -> tuple[str, ...]:
    """Return the names of the features of usage, all doubles, in the order of `describe`."""
    return (
        *("tenure", "recency", "idle", "longest_pause"),
        *("frequency", *WINDOWS[frequency.name].counts),
        *("recent_frequency", "frequency_trend", "interval", "overdue"),
        *("mean_usage", "last_usage", "recent_usage"),
        *("level", "growth", "season", "volatility", "change"),
    )


def describe(histories: pd.Series, frequency: Frequency = MONTH) -> pd.DataFrame:
    """Describe customers by their usage in each period up to the cutoff.

    Args:
        histories: for each customer, usage from the first period to the cutoff; NaN where unknown.
        frequency: of the periods; its windows are in windows.WINDOWS.

    Returns:
        One row per customer, in periods unless said otherwise: tenure (since the first period);
        recency (known periods without usage since the last use); idle (those before the last use);
        longest_pause (of them); frequency (periods with usage; of months _3, _6, _12: in the last
        so many); recent_frequency (share of periods with usage, each weighed by FADING);
        frequency_trend (slope of use against time, per period); interval (mean time between uses);
        overdue (time since the last use, in intervals); mean_usage and last_usage (of periods with
        usage); recent_usage (mean of the first window); level (logarithm of usage at the cutoff,
        season removed); growth (of the logarithm, per period); season (amplitude, of the
        logarithm); volatility (standard deviation of a period, of the logarithm); change (mean
        difference of the first window from growth and season, of the logarithm).
    """
    longest = max(WINDOWS[frequency.name].recent[-1], *map(len, histories))
    size = max(1, CELLS // longest)
    parts = [
        _describe(histories.iloc[start : start + size], longest, frequency)
        for start in range(0, len(histories), size)
    ]
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def _describe(histories: pd.Series, longest: int, frequency: Frequency) -> pd.DataFrame:
    windows = WINDOWS[frequency.name]
    tenure = histories.map(len).to_numpy(float)
    period = np.arange(longest)
    usage = np.full((len(histories), longest), np.nan)
    usage[period >= longest - tenure[:, None]] = np.concatenate(histories.to_list())
    known, used = ~np.isnan(usage), np.nan_to_num(usage) > 0
    ever = used.any(axis=1)
    last_used = np.where(ever, longest - 1 - used[:, ::-1].argmax(axis=1), -1)
    unused = known & ~used
    since = period > last_used[:, None]
    recency = (unused & since).sum(axis=1).astype(float)

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # NumPy warns of means of no values: NaN is right
        size = _size(usage, used, last_used, windows)
        trend = _trend(np.where(used, np.log(usage), np.nan), frequency)
    return pd.DataFrame(
        {
            "tenure": tenure,
            "recency": recency,
            "idle": (unused & ~since & used.cumsum(axis=1).astype(bool)).sum(axis=1).astype(float),
            "longest_pause": _longest_pause(used),
            **_frequency(used, known, tenure, recency, windows),
            **size,
            **trend,
        }
    )


def _longest_pause(used: NDArray[np.bool_]) -> Floats:
    """The most periods between two periods with usage."""
    period = np.arange(used.shape[1])
    last = np.maximum.accumulate(np.where(used, period, -1), axis=1)
    before = np.pad(last, ((0, 0), (1, 0)), constant_values=-1)[:, :-1]
    pauses = np.where(used & (before >= 0), period - before - 1, 0)
    longest: Floats = pauses.max(axis=1).astype(float)
    return longest


def _frequency(
    used: NDArray[np.bool_],
    known: NDArray[np.bool_],
    tenure: Floats,
    recency: Floats,
    windows: Windows,
) -> dict[str, Floats]:
    """Return the frequency of periods with usage, its regularity and its trend."""
    period = np.arange(used.shape[1])
    frequency = used.sum(axis=1)
    between = used.shape[1] - 1 - used[:, ::-1].argmax(axis=1) - used.argmax(axis=1)
    interval = np.where(frequency > 1, between / np.maximum(frequency - 1, 1), np.nan)
    worth = FADING ** (3 * period[::-1] / windows.recent[0])
    centre = (known * period).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    distance = np.where(known, period - centre[:, None], 0.0)
    spread = np.maximum((distance**2).sum(axis=1), 1)
    recent = {
        name: used[:, -periods:].sum(axis=1).astype(float)
        for name, periods in zip(windows.counts, windows.recent, strict=True)
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
    usage: Floats, used: NDArray[np.bool_], last_used: NDArray[np.int64], windows: Windows
) -> dict[str, Floats]:
    """How much customers use in periods with usage; NaN for customers who never used anything."""
    ever = last_used >= 0
    total = np.where(used, usage, 0.0).sum(axis=1)
    return {
        "mean_usage": np.where(ever, total / np.maximum(used.sum(axis=1), 1), np.nan),
        "last_usage": np.where(ever, usage[np.arange(len(usage)), last_used], np.nan),
        "recent_usage": np.nanmean(usage[:, -windows.recent[0] :], axis=1),
    }


def _trend(log_usage: Floats, frequency: Frequency) -> dict[str, Floats]:
    """Level, growth and season, fitted together to the periods with usage of each customer.

    Ridge regression on a constant, time and a wave of the season. If they were fitted separately, a
    season that is seen only a few times would be taken for growth. Years have no season.
    """
    known = ~np.isnan(log_usage)
    time = np.arange(1.0 - log_usage.shape[1], 1)
    wave = 2 * np.pi * time / frequency.season
    waves = [np.cos(wave), np.sin(wave)] if frequency.season > 1 else [0 * time, 0 * time]
    columns = np.stack([np.ones_like(time), time, *waves], axis=1)
    growth_spread = GROWTH_SPREAD / frequency.year
    spread = np.array([100.0, growth_spread, SEASON_SPREAD, SEASON_SPREAD])

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
        "change": np.nanmean(error[:, -WINDOWS[frequency.name].recent[0] :], axis=1),
    }
