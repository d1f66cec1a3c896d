"""One model per customer: in one shuffle, and whatever happens to one, the others are forecast."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.growth import per_customer
from {{ cookiecutter.package_name }}.growth.history import histories
from {{ cookiecutter.package_name }}.processing.plan import physical_plan


@pytest.fixture
def usage(make_usage):
    return make_usage(
        [
            ("a", date(2024, 3, 1), 3.0),
            ("a", date(2024, 1, 1), 1.0),
            ("a", date(2024, 4, 1), None),
            ("b", date(2023, 12, 1), 9.0),
        ]
    )


def test_a_history_has_every_month_from_the_first_to_the_last(usage):
    rows = {row.customer_id: row for row in histories(usage).collect()}
    assert rows["a"].usage == [1.0, None, 3.0, None]
    assert rows["a"].last_month == date(2024, 4, 1)
    assert rows["b"].usage == [9.0]


def test_the_table_is_shuffled_once_and_the_udf_called_once(usage):
    plan = physical_plan(per_customer.forecast(usage, 3))
    assert plan.count("Exchange") == 1
    assert plan.count("ArrowEvalPython") == 1


def test_there_are_tasks_enough_for_all_cores_to_end_together(usage, spark):
    cores = int(spark.conf.get("spark.sql.shuffle.partitions"))
    assert "hashpartitioning(customer_id#" in physical_plan(histories(usage))
    assert f", {8 * cores})" in physical_plan(histories(usage))


def test_whatever_one_customer_does_the_others_are_forecast(monkeypatch):
    forecast_series = per_customer.forecast_series

    def poisoned(history, *settings):
        if history[0] == 2:
            raise ZeroDivisionError("division by zero")
        return forecast_series(history, *settings)

    monkeypatch.setattr(per_customer, "forecast_series", poisoned)
    fits = per_customer.fit_batch(pd.Series([np.array([u]) for u in (1.0, 2.0, 3.0)]), 2, 12, 90)
    assert fits["error"].tolist() == [None, "division by zero", None]
    assert fits["model"].tolist() == ["mean", None, "mean"]
    assert fits["forecast"][1] == fits["lower"][1] == fits["upper"][1] == [None]
    assert fits["forecast"][2].tolist() == [3.0, 3.0]
