"""Simulated customers, whose churn probability is known, and what the methods predict."""

from dataclasses import dataclass

import pytest
from pyspark.sql import DataFrame

from {{ cookiecutter.package_name }} import simulate
from {{ cookiecutter.package_name }}.churn.evaluation import Evaluation, on_latest_cutoff

HORIZON = 3


@dataclass(frozen=True)
class Simulated:
    population: DataFrame
    usage: DataFrame
    customers: DataFrame
    evaluation: Evaluation


@pytest.fixture(scope="package")
def simulated(spark):
    """As few as show what is plain to see."""
    return simulate_and_evaluate(spark, 800)


@pytest.fixture(scope="package")
def many_simulated(spark):
    """As many as it takes to see small differences."""
    return simulate_and_evaluate(spark, 8000)


def simulate_and_evaluate(spark, count):
    population = simulate.population(spark, count, months=48, seed=5).cache()
    usage = simulate.usage(population, seed=5).cache()
    customers = simulate.customers(population)
    evaluation = on_latest_cutoff(usage, customers, HORIZON, "sklearn", seed=0)
    return Simulated(population, usage, customers, evaluation)
