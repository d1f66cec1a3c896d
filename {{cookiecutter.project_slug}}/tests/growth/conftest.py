"""Simulated customers whose growth and season are known, for tests to recover them."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame

from {{ cookiecutter.package_name }} import simulate
from {{ cookiecutter.package_name }}.growth import (
    all_customers,
    global_model,
    history,
    per_customer,
)
from {{ cookiecutter.package_name }}.growth.calibration import error_quantiles
from {{ cookiecutter.package_name }}.growth.intermittent import NOTHING_KNOWN

CUSTOMERS, SEED = 120, 3
HORIZON = 12


class Simulated(NamedTuple):
    """Usage up to the year before the last, and what is true of the last.

    truth: customer_id; month; usage; expected (usage without noise); growth; season; peak.
    """

    usage: DataFrame
    truth: DataFrame


@pytest.fixture(scope="module")
def few_tasks():
    """So few customers are forecast in less time than many tasks take to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "TASKS_PER_PARTITION", 1)
        yield


@pytest.fixture(scope="session")
def simulated(spark):
    """Customers with four years of history who stay for a fifth.

    They have a contract and do not pause, decline or change their level, and their noise is 0.10
    on average: growth and season are what there is to recover. The shock of 2023 is theirs too.
    """
    population = simulate.population(spark, 60 * CUSTOMERS, months=60, seed=SEED)
    steady = population.where(
        "contract AND pause = 0 AND step = 1 AND plan != 'standard' AND noise < 0.14"
        " AND signup_month = '2021-01-01' AND least(decline_month, churn_month) > '2025-12-01'"
    )
    customers = steady.orderBy("customer_id").limit(CUSTOMERS).cache()
    months = simulate.truth(customers, SEED).cache()
    later = months.where("month >= '2025-01-01'").join(customers, "customer_id")
    truth = later.select(*("customer_id", "month", "usage", "expected", "growth", "season", "peak"))
    usage = months.where("month < '2025-01-01'").select("customer_id", "month", "usage")
    return Simulated(usage.cache(), truth.cache())


def forecast_by(method: str, history: np.ndarray, horizon: int):
    """Forecast one customer, without Spark: the global model has learned nothing but the median."""
    series, batch = pd.Series([np.asarray(history, dtype=float)]), (horizon, 12, (0.05, 0.95))
    quantiles = error_quantiles(*(np.empty(0, int) for _ in range(3)), *batch)
    if method == "per-customer":
        shared = per_customer.Shared(NOTHING_KNOWN, quantiles)
        [fit] = per_customer.fit_batch(series, *batch, shared).itertuples()
    else:
        model = global_model.GlobalModel("none", Constant(0.0), Constant(1.0), quantiles)
        [fit] = all_customers.score_batch(series, model, *batch, NOTHING_KNOWN).itertuples()
    assert fit.error is None, fit.error
    return (fit.forecast, *fit.bounds)


class Constant:
    """An estimator that always says the same."""

    def __init__(self, value):
        self.value = value

    def predict(self, columns):
        return np.full(len(columns), self.value)
