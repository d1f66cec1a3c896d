"""Growth forecasting: how much will each customer use in the months to come?

A method is a function from a usage table, a horizon, a season and a level to the forecasts table.
To add one, write its file and name it here: jobs, backtest and charts then know it.
"""

from collections.abc import Callable

from pyspark.sql import DataFrame

from . import all_customers, per_customer, seasonal_naive

Method = Callable[[DataFrame, int, int, int], DataFrame]
"""(usage, horizon, season, level) -> forecasts. See per_customer.forecast for what they mean."""

METHODS: dict[str, Method] = {
    "per-customer": per_customer.forecast,
    "all-customers": all_customers.forecast,
    "seasonal-naive": seasonal_naive.forecast,
}
