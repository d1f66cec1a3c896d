"""What is read from a forecasts table."""

from datetime import date

import pytest

from {{ cookiecutter.package_name }}.growth.forecasts import (
    FORECASTS,
    by_model,
    of_largest_customers,
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
    return make_table([(c, m, f, f, f, model, e) for c, m, f, model, e in rows], FORECASTS)


def test_customers_and_usage_are_counted_by_model_and_errors_among_them(forecasts):
    assert [tuple(row) for row in by_model(forecasts).collect()] == [
        ("theta", 2, 14.0),
        ("error", 1, None),
        ("mean", 1, 70.0),
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
