"""Method a: one small model per customer, fitted by a pandas UDF. Low n, low k, high m."""

import warnings

import pandas as pd
from pyspark.sql import DataFrame

from .forecasts import forecast_each
from .series import forecast_series


def forecast(usage: DataFrame, horizon: int, season: int = 12, level: int = 90) -> DataFrame:
    """Forecast each customer from its own history alone.

    Args:
        usage: one row per customer and month (tables.USAGE).
        horizon: months to forecast after each customer's last one.
        season: months after which usage repeats itself; 1 for none.
        level: how many months in a hundred should lie between lower and upper.

    Returns:
        The forecasts table (forecasts.FORECASTS).
    """
    return forecast_each(usage, lambda histories: fit_batch(histories, horizon, season, level))


def fit_batch(histories: pd.Series, horizon: int, season: int, level: int) -> pd.DataFrame:
    """Fit one model to each history, whatever becomes of the others; a row of FITS for each."""
    fits: list[tuple[object, ...]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # statsmodels and NumPy remark on odd histories
        for history in histories:
            try:
                fits.append((*forecast_series(history, horizon, season, level), None))
            except Exception as error:  # whatever it is, one customer must not stop the others
                fits.append(([None], [None], [None], None, str(error)))
    return pd.DataFrame(fits, columns=["forecast", "lower", "upper", "model", "error"])
