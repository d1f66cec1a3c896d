"""Features of the global model: season, level, trend and lags.

Features are relative to the customer's own size, so that a model transfers from one customer to
another. A batch of customers is a matrix with a row per customer and a column per month; the last
column is the cutoff. NaN stands before a customer's first month and where usage is unknown.
"""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST_RECENT = 12
"""Least number of periods over which recent usage is averaged: whole seasons."""

ALPHAS = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
"""Candidate smoothing constants of the level."""

FEWEST_FOR_TREND = 12
"""Minimum number of months for a trend."""

LEAST_FACTOR = 0.1
"""The share of a usual month under which a month of the season is left out of the level."""

LEAST_DEVIATION = 0.02
"""Lower bound of the scale, as a share of usage."""


class Features(NamedTuple):
    """What is known of customers at their cutoff, and in which terms their usage is forecast.

    columns: name -> (customers, steps).
    baseline: (customers, steps); usage predicted from season, level and half of the trend.
    scale: (customers, 1); how far usage may be from the baseline. A forecast is baseline +
        scale * z, and z is what a model learns.
    """

    columns: dict[str, Floats]
    baseline: Floats
    scale: Floats


def recent_periods(season: int) -> int:
    """Return the number of periods over which recent usage is averaged: a year of months."""
    return season * -(-FEWEST_RECENT // season)


def pad_histories(histories: Sequence[Floats], season: int) -> Floats:
    """Align histories of different lengths on a common last column, padded for lags."""
    longest = max(2 * recent_periods(season) + 1, *map(len, histories))
    return np.array([np.pad(h, (longest - len(h), 0), constant_values=np.nan) for h in histories])


def largest_of(histories: Sequence[Floats]) -> Floats:
    """Find each customer's largest usage; 1 where nothing is used."""
    largest = np.array([np.nanmax(usage, initial=0) for usage in histories])
    return np.where(largest > 0, largest, 1.0)


def features(usage: Floats, steps: NDArray[np.int64], season: int) -> Features:
    """Describe customers at their cutoff.

    Args:
        usage: (customers, months), the last column being the cutoff.
        steps: (customers, steps), how many months after the cutoff to forecast.
        season: months after which usage repeats itself; 1 for none.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # NumPy warns of means of no values: NaN is right
        largest = first_positive(np.nanmax(usage, axis=1, keepdims=True), np.ones((len(usage), 1)))
        known = _features(usage / largest, steps, season)  # squares of the largest would overflow
    return Features(known.columns, largest * known.baseline, largest * known.scale)


def _features(usage: Floats, steps: NDArray[np.int64], season: int) -> Features:
    known = ~np.isnan(usage)
    recent = recent_periods(season)
    months = known.sum(axis=1, keepdims=True)
    age = np.where(months > 0, usage.shape[1] - known.argmax(axis=1)[:, None], 0)
    year, last_year = mean(usage[:, -recent:]), mean(usage[:, -2 * recent : -recent])
    size = first_positive(year, mean(usage), np.ones_like(year))

    index, trust = seasonal_index(usage, season)
    factor = np.maximum(1 + trust * np.nan_to_num(index - 1), 0)
    of_months = np.arange(1 - usage.shape[1], 1)[None, :].repeat(len(usage), axis=0)
    # months of the season with hardly any usage are not used to measure the level
    level = usage / at_phase(np.where(factor >= LEAST_FACTOR, factor, np.nan), of_months)

    smoothed, error, squared_error = exponential_smoothing(level)
    best = np.where(np.isnan(squared_error), np.inf, squared_error).argmin(axis=1)[:, None]
    smooth, smooth_error = (np.take_along_axis(a, best, axis=1) for a in (smoothed, error))
    alpha = ALPHAS[best]

    trend = slope(level)
    trusted_trend = np.where(months >= FEWEST_FOR_TREND, np.nan_to_num(trend), 0)
    # Theta: the smoothed level, which lags behind, and half of the trend
    drift = trusted_trend / 2 * (steps - 1 + (1 - (1 - alpha) ** months) / alpha)
    baseline = np.maximum(smooth + drift, 0) * at_phase(factor, steps)

    change = mean(np.abs(usage[:, season:] - usage[:, :-season]))
    deviation = first_positive(change, smooth_error, 0.1 * size)
    scale = np.sqrt(size * np.maximum(deviation, LEAST_DEVIATION * size))

    monthly = np.diff(level, axis=1)
    persistence = mean(monthly[:, 1:] * monthly[:, :-1]) / mean(monthly**2)
    of_customer = {
        "age": age,
        "alpha": alpha,
        "season_trust": trust,
        "change": change / size,
        "smooth_error": smooth_error / size,
        "smooth_error_by_change": smooth_error / change,
        "naive_error_by_smooth_error": error[:, -1:] / smooth_error,
        "deviation": np.nanstd(level, axis=1, keepdims=True) / size,
        "persistence": persistence,
        "trend": np.where(age >= 3, trend, np.nan) / size,
        "trend_1_year": np.where(age >= 6, slope(level[:, -recent:]), np.nan) / size,
        "trend_2_years": np.where(age > recent, slope(level[:, -2 * recent :]), np.nan) / size,
        "growth_1_year": (year - last_year) / size,
        "level_1_month": (level[:, -1:] - smooth) / size,
        "level_3_months": (mean(level[:, -3:]) - smooth) / size,
        "level_1_year": (mean(level[:, -recent:]) - smooth) / size,
        "level_slow": (smoothed[:, :1] - smooth) / size,
        "level_medium": (smoothed[:, 2:3] - smooth) / size,
    }
    of_step = {
        "step": steps,
        "season_factor": at_phase(factor, steps),
        "drift": drift / size,
        "lag_1_season": (lag(usage, steps, season, 1) - baseline) / size,
        "lag_2_seasons": (lag(usage, steps, season, 2) - baseline) / size,
    }
    columns = {
        name: np.broadcast_to(values, steps.shape).astype(float)
        for name, values in (of_customer | of_step).items()
    }
    return Features(columns, baseline, scale)


def mean(values: Floats) -> Floats:
    """Return the mean of each row, as a column."""
    means: Floats = np.nanmean(values, axis=1, keepdims=True)
    return means


def slope(values: Floats) -> Floats:
    """Return the least-squares slope per month of each row, as a column."""
    time = np.where(np.isnan(values), np.nan, np.arange(values.shape[1]))
    time = time - mean(time)
    slopes: Floats = mean(time * values) / mean(time**2)
    return slopes


def first_positive(*choices: Floats) -> Floats:
    """Return, for each element, the first of the choices that is positive and known."""
    last = choices[-1]
    for choice in reversed(choices[:-1]):
        last = np.where(choice > 0, choice, last)
    return last


def lag(usage: Floats, steps: NDArray[np.int64], season: int, seasons: int) -> Floats:
    """Usage in the same month of the season, so many seasons before the one to forecast."""
    back = season * (seasons + (steps - 1) // season) - steps
    column = usage.shape[1] - 1 - back
    values = np.take_along_axis(usage, np.maximum(column, 0), axis=1)
    return np.where(column >= 0, values, np.nan)


def at_phase(by_phase: Floats, months: NDArray[np.int64]) -> Floats:
    """Values for months, counted from the cutoff, of a matrix with a column per month of a season.

    The first column is the cutoff's month, the second that of the month after it.
    """
    return np.take_along_axis(by_phase, months % by_phase.shape[1], axis=1)


def seasonal_index(usage: Floats, season: int) -> tuple[Floats, Floats]:
    """Return the seasonal factors of each customer, and how far to trust them.

    Classical decomposition: usage as a multiple of its centred moving average, averaged over the
    seasons. Trust is 1 - 1 / F, where F compares the variance between the months of the season
    with that within them: noise alone gives 0.

    Returns:
        (customers, season), and (customers, 1) between 0 and 1.
    """
    if season == 1:
        return np.ones((len(usage), 1)), np.zeros((len(usage), 1))
    ratios = usage / centred_mean(usage, season)
    seasons = -(-usage.shape[1] // season)
    padded = np.pad(
        ratios, ((0, 0), (seasons * season - usage.shape[1], 0)), constant_values=np.nan
    )
    # the last column is the cutoff, which comes first in the result
    by_season = np.roll(padded.reshape(len(usage), seasons, season), 1, axis=2)

    by_season /= mean(np.nanmean(by_season, axis=1))[:, None]
    index = np.nanmean(by_season, axis=1)
    counts = (~np.isnan(by_season)).sum(axis=1)
    count = counts.sum(axis=1, keepdims=True)
    within = np.nansum((by_season - index[:, None, :]) ** 2, axis=(1, 2))[:, None]
    between = count / season * np.sum((index - 1) ** 2, axis=1, keepdims=True)
    f = (between / (season - 1)) / (within / (count - season))
    enough = counts.all(axis=1, keepdims=True) & (count >= 2 * season)
    return index, np.where(enough & ~np.isnan(f), np.clip(1 - 1 / f, 0, 1), 0)


def centred_mean(usage: Floats, season: int) -> Floats:
    """The mean of the season around each month; NaN near the ends, and where it is not positive."""
    half = season // 2
    weights = np.ones(2 * half + 1)
    if season % 2 == 0:
        weights[[0, -1]] = 0.5
    means = np.full_like(usage, np.nan)
    if usage.shape[1] > 2 * half:
        windows = sliding_window_view(usage, len(weights), axis=1)
        means[:, half : usage.shape[1] - half] = windows @ weights / weights.sum()
    return np.where(means > 0, means, np.nan)


def exponential_smoothing(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Smooth each row with each of ALPHAS.

    Returns:
        Three arrays of (customers, ALPHAS): the level after the last month, and the mean absolute
        and the mean squared error of the level as a forecast of the month that follows.
    """
    level = np.full((len(values), len(ALPHAS)), np.nan)
    absolute, squared, count = (np.zeros_like(level) for _ in range(3))
    for month in values.T[:, :, None]:
        error = month - level
        usable = ~np.isnan(error)
        absolute += np.where(usable, np.abs(error), 0)
        squared += np.where(usable, error**2, 0)
        count += usable
        level = np.where(usable, level + ALPHAS * error, np.where(np.isnan(level), month, level))
    return level, absolute / count, squared / count
