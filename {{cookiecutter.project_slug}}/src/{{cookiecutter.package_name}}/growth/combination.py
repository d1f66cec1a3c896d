"""Combination: the geometric mean of the forecast per customer and the one over all customers.

The two err in different ways, so their mean errs less than each (Bates and Granger, 1969). Errors
of usage are relative to its size, which is why the mean is geometric.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ..periods import MONTH, Frequency
from . import all_customers, per_customer
from .forecasts import quantile_column
from .future import Future
from .history import histories
from .intermittent import learn

PARTS = ("per-customer", "all-customers")
"""The methods that are combined."""

KEY = ["customer_id", "month"]


def forecast(
    usage: DataFrame,
    horizon: int,
    season: int = 12,
    level: int = 90,
    quantiles: Sequence[float] = (),
    frequency: Frequency = MONTH,
    future: Future | None = None,
) -> DataFrame:
    """Forecast each customer both ways, and combine the forecasts.

    See per_customer.forecast for arguments and result. Known future columns go to the model over
    all customers.
    """
    returns = learn(histories(usage, frequency), horizon, frequency.month)
    settings = (horizon, season, level, quantiles, frequency, returns)
    return combine(
        per_customer.forecast(usage, *settings),
        all_customers.forecast(usage, *settings, future),
        quantiles,
    )


def combine(first: DataFrame, second: DataFrame, quantiles: Sequence[float] = ()) -> DataFrame:
    """Combine two forecasts tables of the same customers and periods.

    A customer whom one method cannot forecast gets the other's forecast. Bounds and quantiles are
    weighted means of both methods' (Lichtendahl, Grushka-Cockayne and Winkler, 2013). Those of
    `second` count twice: it learns which customers and periods are hard to forecast.
    """
    a, b = (table.alias(name) for table, name in ((first, "a"), (second, "b")))
    both = a.join(b, KEY, "full")
    forecast = F.sqrt(F.col("a.forecast")) * F.sqrt(F.col("b.forecast"))
    forecast = F.coalesce(forecast, "a.forecast", "b.forecast")
    is_both = F.col("a.forecast").isNotNull() & F.col("b.forecast").isNotNull()
    is_different = F.col("a.model") != F.col("b.model")
    return both.select(
        *KEY,
        forecast.alias("forecast"),
        F.least(_mean("lower"), forecast).alias("lower"),
        F.greatest(_mean("upper"), forecast).alias("upper"),
        *(_mean(quantile_column(quantile)) for quantile in quantiles),
        F.when(is_both & is_different, "combination")
        .otherwise(F.coalesce("a.model", "b.model"))
        .alias("model"),
        F.when(forecast.isNull(), F.coalesce("a.error", "b.error")).alias("error"),
        F.coalesce("a.stale", "b.stale").alias("stale"),
    )


def _mean(column: str) -> Column:
    """The weighted mean of a column of both tables, or its value in the one that has it."""
    a, b = F.col(f"a.{column}"), F.col(f"b.{column}")
    return F.coalesce(a / 3 + b / 3 * 2, a, b).alias(column)
