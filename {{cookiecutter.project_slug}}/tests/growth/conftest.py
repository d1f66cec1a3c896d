"""Simulated customers whose growth and season are known, for tests to recover them."""

from typing import NamedTuple

import pytest
from pyspark.sql import DataFrame

from {{ cookiecutter.package_name }} import simulate
from {{ cookiecutter.package_name }}.growth import history

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
