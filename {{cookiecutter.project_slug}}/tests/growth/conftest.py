"""Simulated customers whose growth and season are known, for tests to recover them."""

import math
from typing import NamedTuple

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

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
    """Customers with four years of history who stay for a fifth."""
    population = simulate.population(spark, 4 * CUSTOMERS, months=60, seed=SEED)
    stayed = population.where("signup_month = '2021-01-01' AND churn_month > '2025-12-01'")
    stayed = stayed.orderBy("customer_id").limit(CUSTOMERS).cache()
    usage = simulate.usage(stayed, SEED).cache()

    age = F.months_between("month", "signup_month")
    season = 1 + F.col("season") * F.cos((F.month("month") - F.col("peak")) * (2 * math.pi / 12))
    expected = F.col("level") * F.exp(F.col("growth") * age) * season
    later = usage.where("month >= '2025-01-01'").join(stayed, "customer_id")
    truth = later.withColumn("expected", expected).select(
        *("customer_id", "month", "usage", "expected", "growth", "season", "peak")
    )
    return Simulated(usage.where("month < '2025-01-01'").cache(), truth.cache())
