"""Method a: one small model per customer, fitted by a pandas UDF. Low n, low k, high m.

Two things are measured once, over all customers, before the fits: errors of forecasts of known
months, which give the intervals, and how much intermittent customers use after a pause.
"""

import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..periods import MONTH, Frequency
from ..sampling import in_sample, sample_hash
from .calibration import Floats, error_quantiles, length_edges
from .forecasts import (
    Fit,
    as_fits,
    failed_row,
    fit_row,
    forecast_each,
    probabilities_of,
)
from .history import histories
from .intermittent import Returns, forecast_irregular, learn, takes
from .plausible import plausible_bound
from .series import forecast_series, interpolated

CALIBRATED_SHARE, FEWEST_CALIBRATED, MOST_CALIBRATED = 0.05, 150, 1_000
"""Customers whose last months are forecast too, to measure errors: a share of all, within bounds.

More cost time and add little: errors of the same month are alike among customers.
"""


class Shared(NamedTuple):
    """What is measured over all customers before each is forecast alone.

    returns: of intermittent customers.
    quantiles: of errors (calibration.error_quantiles).
    """

    returns: Returns
    quantiles: Floats


def forecast(
    usage: DataFrame,
    horizon: int,
    season: int = 12,
    level: int = 90,
    quantiles: Sequence[float] = (),
    frequency: Frequency = MONTH,
    returns: Returns | None = None,
) -> DataFrame:
    """Forecast each customer from its own history alone; intermittent ones by expected value.

    Args:
        usage: one row per customer and period (tables.USAGE).
        horizon: periods to forecast after the table's last one.
        season: periods after which usage repeats itself; 1 for none.
        level: how many periods in a hundred should lie between lower and upper.
        quantiles: probabilities, each of which becomes a column (forecasts.quantile_column).
        frequency: of the periods.
        returns: of intermittent customers, if they have been measured (intermittent.learn).

    Returns:
        The forecasts table (forecasts.FORECASTS).
    """
    probabilities = probabilities_of(level, quantiles)
    shared = measure_errors(usage, horizon, season, probabilities, frequency, returns)
    return forecast_each(
        usage,
        lambda batch: fit_batch(batch, horizon, season, probabilities, shared),
        quantiles,
        frequency,
    )


def measure_errors(
    usage: DataFrame,
    horizon: int,
    season: int,
    probabilities: Sequence[float],
    frequency: Frequency = MONTH,
    returns: Returns | None = None,
) -> Shared:
    """Forecast the last months of a sample of customers from before them; collect the errors."""
    known = histories(usage, frequency)
    returns = returns or learn(known, horizon, frequency.month)
    share = np.clip(CALIBRATED_SHARE * returns.customers, FEWEST_CALIBRATED, MOST_CALIBRATED)
    share = min(1.0, share / max(returns.customers, 1))

    def errors(usage: pd.Series, chance: pd.Series) -> pd.DataFrame:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = [
                past_errors(series, horizon, season, returns, np.random.default_rng(seed))
                for series, seed in zip(usage, chance, strict=True)
            ]
        return pd.DataFrame(
            [np.concatenate(lists, axis=1).tolist() for lists in found],
            columns=["error", "length", "step"],
        )

    errors_udf = F.pandas_udf(  # type: ignore[call-overload]
        errors, "error array<double>, length array<double>, step array<double>"
    )
    rows = (
        known.where(in_sample(float(share), "calibrate", "customer_id"))
        .select(errors_udf("usage", sample_hash("cut", "customer_id")).alias("of"))
        .select("of.*")
        .toPandas()
    )
    error, length, step = (
        np.concatenate([np.empty(0), *rows[name]]) for name in ("error", "length", "step")
    )
    quantiles = error_quantiles(
        error, length.astype(int), step.astype(int), horizon, season, probabilities
    )
    return Shared(returns, quantiles)


def past_errors(
    history: Floats, horizon: int, season: int, returns: Returns, random: np.random.Generator
) -> list[Floats]:
    """Forecast some of a customer's last months from before them, and compare.

    They are forecast from all months before, and from the last few of these, as many as a shorter
    history of each group of length_edges has.

    Returns:
        Arrays of three rows: errors divided by the customer's scale; known months of the history;
        months from the origin.
    """
    hidden = min(horizon, len(history) - 1)
    # origins differ, because errors of the same month may be alike for all customers
    back = hidden + int(random.integers(0, min(season // 2, (len(history) - hidden) // 2) + 1))
    past, later = np.split(history, [len(history) - back])
    later = later[:hidden]
    found = [np.empty((3, 0))]
    edges = [1, *length_edges(season)]
    cuts = [
        int(random.integers(low, high))
        for low, high in pairwise(edges)
        if high <= max(2 * season, 24)  # models of longer histories take more time
    ]
    for months in {len(past), *(cut for cut in cuts if cut < len(past))}:
        series = past[len(past) - months :]
        if not np.nanmax(series, initial=0) or takes(series, returns):
            continue
        try:
            forecast = forecast_series(series, hidden, season)
        except Exception:  # fit_batch tells of histories that cannot be forecast
            continue
        errors = (later / forecast.unit - forecast.forecast) / forecast.scale
        steps = np.arange(1, hidden + 1)
        rows = np.stack([errors, np.full(hidden, forecast.months), steps])
        found.append(rows[:, ~np.isnan(errors) & ~forecast.unused])
    return found


def fit_batch(
    histories: pd.Series,
    horizon: int,
    season: int,
    probabilities: Sequence[float],
    shared: Shared,
) -> pd.DataFrame:
    """Fit one model to each history; a failure affects its own row of FITS only."""
    fits: list[Fit] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # statsmodels and NumPy remark on odd histories
        for history in histories:
            try:
                fits.append(fit_customer(history, horizon, season, probabilities, shared))
            except Exception as error:  # any error: one customer must not stop the others
                fits.append(failed_row(str(error), probabilities))
    return as_fits(fits)


def fit_customer(
    history: Floats, horizon: int, season: int, probabilities: Sequence[float], shared: Shared
) -> Fit:
    """Forecast a customer; see fit_batch.

    Raises:
        ValueError: when usage is known in no month, or the forecast is not finite.
    """
    _, unknown_at_end = interpolated(history)
    known = history[~np.isnan(history)]
    if takes(history, shared.returns):
        values, bounds, model = forecast_irregular(known, shared.returns, horizon, probabilities)
        return fit_row(values, bounds, probabilities, model)

    found = forecast_series(history, horizon, season)
    group = int(np.digitize(found.months, length_edges(season)))
    steps = np.minimum(np.arange(horizon) + unknown_at_end, horizon - 1)
    bounds = found.forecast + found.scale * shared.quantiles[group][:, steps]
    most = found.most * plausible_bound(np.ones(1), horizon, season)
    bounds = np.where(found.unused, 0.0, np.clip(bounds, 0, most))
    with np.errstate(over="ignore"):  # fit_row holds the largest numbers to what is finite
        values, bounds = found.unit * found.forecast, found.unit * bounds
    return fit_row(values, bounds, probabilities, found.model)
