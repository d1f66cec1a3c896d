"""What is read from a forecasts table."""

from datetime import date

import numpy as np
import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.growth.forecasts import (
    FORECASTS,
    by_model,
    fit_row,
    of_largest_customers,
    quantile_column,
    refuse_failures,
    total_by_month,
)

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)


@pytest.fixture
def forecasts(make_table):
    rows = [
        ("small", JANUARY, 1.0, "theta", None),
        ("small", FEBRUARY, 2.0, "theta", None),
        ("large", JANUARY, 30.0, "mean", None),
        ("large", FEBRUARY, 40.0, "mean", None),
        ("middle", JANUARY, 5.0, "theta", None),
        ("middle", FEBRUARY, 6.0, "theta", None),
        ("unknown", JANUARY, None, None, "usage is known in no month"),
    ]
    return make_table(
        [(c, m, f, f, f, model, e, c == "large") for c, m, f, model, e in rows], FORECASTS
    )


def test_customers_and_usage_are_counted_by_model_and_errors_among_them(forecasts):
    assert [tuple(row) for row in by_model(forecasts).collect()] == [
        ("theta", 2, 0, 14.0),
        ("error", 1, 0, None),
        ("mean", 1, 1, 70.0),
    ]


@pytest.mark.parametrize(
    ("count", "customers"),
    [(1, {"large"}), (2, {"large", "middle"}), (9, {"large", "middle", "small", "unknown"})],
)
def test_the_largest_customers_are_those_who_will_use_most(forecasts, count, customers):
    rows = of_largest_customers(forecasts, count).collect()
    assert {row.customer_id for row in rows} == customers
    assert len(rows) == min(2 * count, 7)


def test_a_total_is_all_customers_usage_and_then_their_forecasts(forecasts, make_usage):
    december = date(2024, 12, 1)
    usage = make_usage(
        [("small", december, 1.0), ("large", december, 20.0), ("stale", december, None)]
    )
    assert [tuple(row) for row in total_by_month(usage, forecasts).collect()] == [
        (december, 21.0, None),
        (JANUARY, None, 36.0),
        (FEBRUARY, None, 48.0),
    ]


def test_a_total_has_no_forecast_for_a_month_of_the_usage_table(forecasts, make_usage):
    usage = make_usage([("small", JANUARY, 1.0)])
    assert [tuple(row) for row in total_by_month(usage, forecasts).collect()] == [
        (JANUARY, 1.0, None),
        (FEBRUARY, None, 48.0),
    ]


def test_too_many_customers_without_a_forecast_are_refused_with_an_example(forecasts):
    refuse_failures(forecasts, most=0.25)
    with pytest.raises(
        BadInputError, match="1 of 4 customers cannot be forecast, for example unknown: usage"
    ):
        refuse_failures(forecasts, most=0.24)


@pytest.mark.parametrize(
    ("probability", "name"), [(0.1, "q10"), (0.5, "q50"), (0.025, "q2_5"), (0.999, "q99_9")]
)
def test_a_quantiles_column_is_named_by_its_percent(probability, name):
    assert quantile_column(probability) == name


def test_a_fit_is_finite_not_negative_and_in_order():
    bounds = np.array([[4.0, -1.0], [5.0, np.inf], [9.0, 2.0], [3.0, 1.0]])
    forecast, bounds, _, _ = fit_row(np.array([3.0, -2.0]), bounds, (0.05, 0.95, 0.1, 0.9), "x")
    assert forecast.tolist() == [3, 0]
    lower, upper, low, high = (bound.tolist() for bound in bounds)
    assert lower == [3, 0]
    assert upper == [5, np.finfo(float).max]
    assert (low, high) == ([3, 1], [9, 2])
