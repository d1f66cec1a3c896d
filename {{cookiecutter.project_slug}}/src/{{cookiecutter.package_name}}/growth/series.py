"""The forecast of a single customer: which models are fitted to a history of which length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

DORMANT_AFTER = 3
"""Months without usage at the end after which a customer may be taken for gone."""

FITTED_MEAN = 1e6
"""Series are scaled to this mean before models are fitted, so that units do not matter.

Any large number will do. CES of logarithms does badly where they are near zero: on M3 its mean
with Theta has a MASE of 0.91 with a mean of 1, 0.83 with 100, and 0.83 from there on.
"""


class Forecast(NamedTuple):
    """Usage in the months of the horizon, in its units, and the name of the model."""

    forecast: Series
    lower: Series
    upper: Series
    model: str


class Fit(NamedTuple):
    """What one or more models forecast, and how far from that usage may lie on either side."""

    forecasts: list[Series]
    spread: Series


class Recipe(NamedTuple):
    """What to fit, and to how many known months at least, given the length of a season."""

    name: str
    fewest: Callable[[int], int]
    fit: Callable[[Series, int, int, int], Fit]


def forecast_series(history: Series, horizon: int, season: int, level: int) -> Forecast:
    """Forecast a customer whose usage is known in some months, and NaN in the others.

    The more months are known, the more is asked of them: RECIPES tells what. The forecast is the
    mean of the recipe's models; its interval is as wide as all of theirs together. A customer who
    has gone (`is_dormant`) will use nothing.

    Args:
        history: usage in each month from the first to the last.
        horizon: months to forecast.
        season: months after which usage repeats itself; 1 for none.
        level: how many months in a hundred should lie between lower and upper.

    Raises:
        ValueError: when usage is known in no month, or the forecast is not finite.
    """
    known = np.flatnonzero(~np.isnan(history))
    if not len(known):
        raise ValueError("usage is known in no month")
    series = np.interp(np.arange(known[0], known[-1] + 1), known, history[known])
    unknown_at_end = len(history) - 1 - known[-1]
    if is_dormant(series):
        nothing = np.zeros(horizon)
        return Forecast(nothing, nothing, nothing, "zero")

    recipe = next(recipe for recipe in RECIPES if len(known) >= recipe.fewest(season))
    unit = series.mean() / FITTED_MEAN
    forecasts, spread = recipe.fit(series / unit, unknown_at_end + horizon, season, level)
    middle, lower, upper = unit * np.maximum(
        [
            np.mean(forecasts, axis=0),
            np.min(forecasts, axis=0) - spread,
            np.max(forecasts, axis=0) + spread,
        ],
        0,
    )
    if not np.isfinite([middle, lower, upper]).all():
        raise ValueError(f"{recipe.name} gives no finite forecast")
    ahead = slice(unknown_at_end, None)
    return Forecast(middle[ahead], lower[ahead], upper[ahead], recipe.name)


def is_dormant(series: Series) -> bool:
    """Say whether a customer has gone: no usage ever, or none at the end for longer than ever.

    A pause is no end: the zeros must last DORMANT_AFTER months, and longer than any pause before.
    """
    used = np.flatnonzero(series)
    if not len(used):
        return True
    silence = len(series) - 1 - used[-1]
    longest_pause = max(np.diff(used), default=1) - 1
    return bool(silence >= DORMANT_AFTER and silence > longest_pause)


def theta_and_ces(series: Series, horizon: int, season: int, level: int) -> Fit:
    """Two models that err in different ways; the mean of both beats each of them.

    Theta won the M3 competition (Assimakopoulos and Nikolopoulos, 2000); this is its dynamic form
    (Fiorucci et al., 2016). Complex exponential smoothing (CES; Svetunkov et al., 2022) is fitted
    to what is left when the season is removed (STL), of the logarithm where there is one.
    """
    models = _statsforecast_models()
    theta = models.DynamicOptimizedTheta(season).forecast(series, horizon, level=[level])
    ces = models.AutoCES(season_length=1)
    smoothing = models.MSTL(season, trend_forecaster=ces) if season > 1 else ces
    if series.min() > 0:
        smooth = np.exp(smoothing.forecast(np.log(series), horizon)["mean"])
    else:
        smooth = smoothing.forecast(series, horizon)["mean"]
    # the season's indices are fitted too, which makes the residuals look smaller than errors are
    freedom = len(series) - season - 2
    spread = _half_width(theta, level) * np.sqrt(len(series) / freedom)
    return Fit([theta["mean"], smooth], spread)


def last_season_and_smoothing(series: Series, horizon: int, season: int, level: int) -> Fit:
    """The last season again, and simple exponential smoothing."""
    models = _statsforecast_models()
    last_season = models.SeasonalNaive(season).forecast(series, horizon)["mean"]
    return Fit([last_season, _smoothed(series, horizon)], _random_walk(series, horizon, level))


def mean_and_smoothing(series: Series, horizon: int, season: int, level: int) -> Fit:
    """The mean of all months, and simple exponential smoothing."""
    mean = np.full(horizon, series.mean())
    return Fit([mean, _smoothed(series, horizon)], _random_walk(series, horizon, level))


def mean(series: Series, horizon: int, season: int, level: int) -> Fit:
    """The mean, give or take all of it: one or two months say nothing of how usage varies."""
    mean = np.full(horizon, series.mean())
    return Fit([mean], mean)


RECIPES = (
    Recipe("theta+ces", lambda season: max(2 * season, 24), theta_and_ces),
    Recipe("last-season+smoothing", lambda season: max(season, 3), last_season_and_smoothing),
    Recipe("mean+smoothing", lambda season: 3, mean_and_smoothing),
    Recipe("mean", lambda season: 1, mean),
)
"""By the months that they need; the first that a history is long enough for is taken."""


def _statsforecast_models() -> Any:
    """The library, imported where models are fitted: it takes seconds, which the driver saves."""
    from statsforecast import models

    return models


def _smoothed(series: Series, horizon: int) -> Series:
    model = _statsforecast_models().SimpleExponentialSmoothingOptimized()
    smoothed: Series = model.forecast(series, horizon)["mean"]
    return smoothed


def _random_walk(series: Series, horizon: int, level: int) -> Series:
    """How far usage may stray if each month starts from the one before."""
    naive = _statsforecast_models().Naive().forecast(series, horizon, level=[level])
    return _half_width(naive, level)


def _half_width(forecast: dict[str, Series], level: int) -> Series:
    return (forecast[f"hi-{level}"] - forecast[f"lo-{level}"]) / 2
