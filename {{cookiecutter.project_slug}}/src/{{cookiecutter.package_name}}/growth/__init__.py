"""Growth forecasting: how much will each customer use in the periods to come?

A method is a function from a usage table, a horizon, a season, a level, quantiles and a frequency
to the forecasts table. To add one, write its file and name it here: jobs, backtest and charts then
know it.
"""

from collections.abc import Callable, Mapping
from functools import partial

from pyspark.sql import DataFrame

from . import all_customers, combination, per_customer, seasonal_naive
from .future import USING_FUTURE, Future

Method = Callable[..., DataFrame]
"""(usage, horizon, season, level, quantiles, frequency) -> forecasts. See per_customer.forecast."""

SEASON_HELP = "periods in a season; 168 hours, 7 days, 52 weeks, 12 months, 4 quarters or 1 year"

METHODS: dict[str, Method] = {
    "combination": combination.forecast,
    "per-customer": per_customer.forecast,
    "all-customers": all_customers.forecast,
    "seasonal-naive": seasonal_naive.forecast,
}


def with_future(methods: Mapping[str, Method], future: Future | None) -> dict[str, Method]:
    """Return the methods, of which those of USING_FUTURE get known future columns."""
    return {
        name: partial(method, future=future) if future and name in USING_FUTURE else method
        for name, method in methods.items()
    }
