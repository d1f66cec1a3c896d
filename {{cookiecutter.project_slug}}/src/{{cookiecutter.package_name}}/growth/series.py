"""The forecast of a single regular customer: models by length of history, and the guard."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .calibration import error_scale
from .plausible import is_unused, plausible_range

Series = NDArray[np.float64]

FITTED_MEAN = 1e6
"""Series are scaled to this mean before models are fitted, so that units do not matter.

Any large number will do. CES of logarithms does badly where they are near zero: on M3 its mean
with Theta has a MASE of 0.91 with a mean of 1, 0.83 with 100, and 0.83 from there on.
"""


DAYS_AND_HOURS = {7: (7,), 24: (24,), 168: (24, 168)}
"""Seasons of days and of hours -> the seasons in one: hours repeat by the day and by the week."""

RECENT_SEASONS = {7: 8, 24: 8, 168: 4}
"""Season -> the last seasons whose median is the shape of a season."""

RECENT_LEVEL = 56
"""Last periods whose seasons' median is the level; a week of hours is longer.

RECENT_SEASONS and RECENT_LEVEL were chosen by rolling origins: for days in the training days of
NN5, for hours on public series of electricity demand, calls, departures and weather.
"""

LONGEST = 1_100
"""Last periods that models are fitted to, or twelve seasons if that is more: older ones cost time
and tell little. Months of ninety years, days of three, hours of twelve weeks."""


class Forecast(NamedTuple):
    """A customer's forecast, in multiples of `unit`, which may be too large to multiply squares.

    forecast: usage in the periods of the horizon.
    unused: which of them stay unused (plausible.is_unused).
    scale: what the customer's errors are divided by (calibration.error_scale).
    most: the largest usage of the history.
    unit: usage that 1 stands for.
    months: known periods of the history.
    model: name of the recipe.
    """

    forecast: Series
    unused: NDArray[np.bool_]
    scale: float
    most: float
    unit: float
    months: int
    model: str


class Recipe(NamedTuple):
    """A forecasting recipe and the minimum history it needs, given the periods in a season.

    fit: (series, horizon, season) -> the forecasts of one or more models.
    """

    name: str
    fewest: Callable[[int], int]
    fit: Callable[[Series, int, int], list[Series]]


def interpolated(history: Series, season: int = 1) -> tuple[Series, int]:
    """Fill periods in which usage is unknown from the known ones around them.

    Days and hours are filled from the same weekday and hour, if these are known.

    Returns:
        Usage from the first known period to the last, and how many unknown ones follow.

    Raises:
        ValueError: when usage is known in no month.
    """
    known = np.flatnonzero(~np.isnan(history))
    if not len(known):
        raise ValueError("usage is known in no month")
    at = np.arange(known[0], known[-1] + 1)
    series = np.interp(at, known, history[known])
    if season in DAYS_AND_HOURS:
        for phase in range(season):
            same = known[known % season == phase]
            if len(same):
                series[at % season == phase] = np.interp(
                    at[at % season == phase], same, history[same]
                )
    return series, len(history) - 1 - int(known[-1])


def forecast_series(history: Series, horizon: int, season: int) -> Forecast:
    """Forecast a customer whose usage is known in some periods, and NaN in the others.

    The more periods are known, the more models are fitted: RECIPES lists which. The forecast is the
    median of the recipe's models (of two: their mean), held to what is plausible (plausible.py).

    Args:
        history: usage in each period from the first to the last; not zero throughout.
        horizon: periods to forecast.
        season: periods after which usage repeats itself; 1 for none.

    Raises:
        ValueError: when usage is known in no month, or the forecast is not finite.
    """
    history = history[-max(LONGEST, 12 * season) :]
    series, unknown_at_end = interpolated(history, season)
    months = int(np.count_nonzero(~np.isnan(history)))
    recipe = next(recipe for recipe in RECIPES if months >= recipe.fewest(season))
    largest = float(series.max())
    series = series / largest  # sums of the largest numbers would overflow
    unit = series.mean() / FITTED_MEAN
    series = series / unit

    ahead = unknown_at_end + horizon
    forecast = np.median(recipe.fit(series, ahead, season), axis=0)
    if not np.isfinite(forecast).all():
        raise ValueError(f"{recipe.name} gives no finite forecast")
    forecast = np.clip(forecast, *plausible_range(series, ahead, season))
    unused = is_unused(series, ahead, season)
    return Forecast(
        np.where(unused, 0.0, forecast)[unknown_at_end:],
        unused[unknown_at_end:],
        error_scale(series, season),
        float(series.max()),
        unit * largest,
        months,
        recipe.name,
    )


def ces_and_median_season(series: Series, horizon: int, season: int) -> list[Series]:
    """Complex exponential smoothing, and the median of the last seasons: for days and hours.

    Weeks repeat without much change, and single days go astray: the median of the last weeks does
    better than decomposition. For hours, CES and Theta are fitted to what is left without the
    seasons of the day and of the week.
    """
    models = _statsforecast_models()
    count = min(RECENT_SEASONS[season], len(series) // season)
    seasons = series[-count * season :].reshape(count, season)
    means = seasons.mean(axis=1)
    # a season without usage has no shape
    shape = np.median(seasons / np.where(means > 0, means, np.inf)[:, None], axis=0)
    level = np.median(means[-max(1, RECENT_LEVEL // season) :])
    median = np.tile(level * shape, math.ceil(horizon / season))[:horizon]
    if len(DAYS_AND_HOURS[season]) > 1:
        smoothing = [models.AutoCES(season_length=1), models.DynamicOptimizedTheta(season_length=1)]
        return [*_deseasonalised(series, horizon, season, smoothing), median]
    ces = models.AutoCES(season_length=season).forecast(series, horizon)["mean"]
    return [ces, median]


def theta_and_ces(series: Series, horizon: int, season: int) -> list[Series]:
    """Two models that err in different ways; the mean of both beats each of them.

    Theta won the M3 competition (Assimakopoulos and Nikolopoulos, 2000); this is its dynamic form
    (Fiorucci et al., 2016). Complex exponential smoothing (CES; Svetunkov et al., 2022) is fitted
    to what is left when the season is removed (STL), of the logarithm where there is one.
    """
    models = _statsforecast_models()
    theta = models.DynamicOptimizedTheta(season).forecast(series, horizon)["mean"]
    return [theta, *_deseasonalised(series, horizon, season, [models.AutoCES(season_length=1)])]


def four_models(series: Series, horizon: int, season: int) -> list[Series]:
    """Theta, CES, simple exponential smoothing, and smoothing with a damped trend.

    Under five seasons each model alone is unstable; their median is not. Chosen by rolling origins
    within the training months of M3 and M1 (docs/forecasting.md).
    """
    models = _statsforecast_models()
    damped = models.AutoETS(season_length=1, model="AAN", damped=True)
    smoothing = models.SimpleExponentialSmoothingOptimized()
    return [
        models.DynamicOptimizedTheta(season).forecast(series, horizon)["mean"],
        *_deseasonalised(series, horizon, season, [models.AutoCES(season_length=1), smoothing]),
        *_deseasonalised(series, horizon, season, [damped], logarithm=False),
    ]


def last_season_and_smoothing(series: Series, horizon: int, season: int) -> list[Series]:
    """The last season again, and simple exponential smoothing."""
    last_season = np.tile(series[-season:], math.ceil(horizon / season))[:horizon]
    return [last_season, _smoothed(series, horizon)]


def mean_and_smoothing(series: Series, horizon: int, season: int) -> list[Series]:
    """The mean of all periods, and simple exponential smoothing."""
    return [*mean(series, horizon, season), _smoothed(series, horizon)]


def mean(series: Series, horizon: int, season: int) -> list[Series]:
    """The mean of all periods."""
    return [np.full(horizon, series.mean())]


RECIPES = (
    Recipe(
        "ces+median season",
        lambda season: max(2 * season, 24) if season in DAYS_AND_HOURS else sys.maxsize,
        ces_and_median_season,
    ),
    Recipe("theta+ces", lambda season: max(5 * season, 60), theta_and_ces),
    Recipe("median of four", lambda season: max(2 * season, 24), four_models),
    Recipe("last-season+smoothing", lambda season: max(season, 3), last_season_and_smoothing),
    Recipe("mean+smoothing", lambda season: 3, mean_and_smoothing),
    Recipe("mean", lambda season: 1, mean),
)
"""Recipes by the known periods that they need: a history gets the first that it suffices for.

Errors are calibrated separately for these lengths too (calibration.length_edges).
"""


def _statsforecast_models() -> Any:
    """Import the library where models are fitted; the driver saves the seconds that it takes."""
    from statsforecast import models

    return models


def _deseasonalised(
    series: Series, horizon: int, season: int, models: list[Any], logarithm: bool = True
) -> list[Series]:
    """Forecast the series without its season (STL), and add the last season to the forecast."""
    logarithm = logarithm and bool(series.min() > 0)
    rest = np.log(series) if logarithm else series
    repeated = np.zeros(horizon)
    if season > 1:
        from statsforecast.mstl import mstl

        seasonal = (
            mstl(rest, list(DAYS_AND_HOURS.get(season, (season,))))
            .filter(like="seasonal")
            .sum(axis=1)
            .to_numpy()
        )
        rest = rest - seasonal
        repeated = np.tile(seasonal[-season:], math.ceil(horizon / season))[:horizon]
    forecasts = [model.forecast(rest, horizon)["mean"] + repeated for model in models]
    return [np.exp(forecast) if logarithm else forecast for forecast in forecasts]


def _smoothed(series: Series, horizon: int) -> Series:
    model = _statsforecast_models().SimpleExponentialSmoothingOptimized()
    smoothed: Series = model.forecast(series, horizon)["mean"]
    return smoothed
