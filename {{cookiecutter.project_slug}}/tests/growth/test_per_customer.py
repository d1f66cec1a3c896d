"""One model per customer: in one shuffle, and whatever happens to one, the others are forecast."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.growth import history, per_customer, seasonal_naive
from {{ cookiecutter.package_name }}.growth.calibration import error_quantiles
from {{ cookiecutter.package_name }}.growth.history import filled, from_own_ends, histories
from {{ cookiecutter.package_name }}.growth.intermittent import NOTHING_KNOWN
from {{ cookiecutter.package_name }}.processing.plan import physical_plan

SETTINGS = (2, 12, (0.05, 0.95))
"""Horizon, season and probabilities."""

SHARED = per_customer.Shared(
    NOTHING_KNOWN, error_quantiles(*(np.empty(0, int) for _ in range(3)), *SETTINGS)
)


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
    # no row in February is no usage; a null in April is unknown
    assert rows["a"].usage == [1.0, 0.0, 3.0, None]
    assert rows["b"].usage == [9.0, 0.0, 0.0, 0.0, 0.0]
    assert {row.last_month for row in rows.values()} == {date(2024, 4, 1)}


@pytest.mark.parametrize(("month", "stale"), [(1, True), (2, False), (4, False)])
def test_a_customer_without_a_row_in_the_last_three_months_is_stale(make_usage, month, stale):
    usage = make_usage([("a", date(2024, month, 1), 1.0), ("b", date(2024, 4, 1), 1.0)])
    rows = {row.customer_id: row.stale for row in histories(usage).collect()}
    assert rows == {"a": stale, "b": False}


def test_a_table_is_filled_with_zeros_up_to_its_last_month(usage):
    rows = sorted(filled(usage).where("customer_id = 'a'").select("month", "usage").collect())
    assert [(row.month.month, row.usage) for row in rows] == [(1, 1), (2, 0), (3, 3), (4, None)]


def test_each_customer_can_be_forecast_from_its_own_last_row(make_usage):
    months = [date(2024, month, 1) for month in range(1, 7)]
    usage = make_usage(
        [("a", m, 5.0) for m in months[:4]] + [("b", m, 7.0 + m.month) for m in months]
    )
    rows = sorted(from_own_ends(seasonal_naive.forecast)(usage, 2, 3).collect())
    assert [(row.customer_id, row.month.month, row.forecast, row.stale) for row in rows] == [
        ("a", 5, 5, False),
        ("a", 6, 5, False),
        ("b", 7, 11, False),
        ("b", 8, 12, False),
    ]


def test_partitions_that_the_platform_chooses_are_no_number(usage, monkeypatch):
    monkeypatch.setattr(type(usage.sparkSession.conf), "get", lambda *_: "auto")
    plan = physical_plan(histories(usage))
    assert f", {history.TASKS_PER_PARTITION * history.PARTITIONS_IF_AUTO})" in plan


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
    histories = pd.Series([np.array([u]) for u in (1.0, 2.0, 3.0)])
    fits = per_customer.fit_batch(histories, *SETTINGS, SHARED)
    assert fits["error"].tolist() == [None, "division by zero", None]
    assert fits["model"].tolist() == ["mean", None, "mean"]
    assert fits["forecast"][1] == [None]
    assert fits["bounds"][1] == [[None], [None]]
    assert fits["forecast"][2].tolist() == [3.0, 3.0]


def fitted(histories):
    return per_customer.fit_batch(
        pd.Series([np.array(history, dtype=float) for history in histories]), *SETTINGS, SHARED
    )


def test_who_is_unknown_has_stopped_or_buys_now_and_then_needs_no_model_of_its_own():
    months = np.arange(30.0)
    fits = fitted([[np.nan] * 3, [5.0] * 9 + [0] * 5, np.where(months % 3, 0, 9), months + 5])
    assert fits["model"].tolist() == [None, "zero", "intermittent", "median of four"]
    assert fits["error"][0] == "usage is known in no month"
    assert fits["forecast"][1].tolist() == [0, 0]
    assert fits["forecast"][2].mean() == pytest.approx(3, rel=0.5)


class LastOrigin:
    """Random numbers that are the smallest ones: the last origin, and the shortest histories."""

    def integers(self, low, high):
        return low


def test_errors_are_those_of_months_that_the_forecast_did_not_know():
    """Usage doubles in the last two months, which only errors can tell."""
    past, later = np.tile([9.0, 11.0], 15), np.array([20.0, 20.0])
    lists = per_customer.past_errors(np.append(past, later), 2, 12, NOTHING_KNOWN, LastOrigin())
    errors, lengths, steps = np.concatenate(lists, axis=1)
    assert (errors > 0.5).all()
    assert set(lengths) == {1, 3, 6, 12, 30}
    assert set(steps) == {1, 2}


def test_months_that_stay_unused_make_no_interval_narrower():
    """Their errors are zero, and tell nothing of those of the other months."""
    history = np.tile([0.0, 0, *np.linspace(50, 90, 10)], 6)
    lists = per_customer.past_errors(history, 12, 12, NOTHING_KNOWN, LastOrigin())
    _, lengths, steps = np.concatenate(lists, axis=1)
    assert set(steps[lengths == 60]) == {*range(3, 13)}


def test_unknown_months_at_the_end_are_forecast_through(monkeypatch):
    history = np.append(np.tile([9.0, 11.0], 20), [np.nan, np.nan])
    [fit] = fitted([history]).itertuples()
    assert len(fit.forecast) == 2
    assert fit.bounds[0][0] < fit.forecast[0] < fit.bounds[1][0]
