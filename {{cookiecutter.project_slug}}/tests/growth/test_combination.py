"""The combination is the mean of two forecasts, or the one that there is."""

from datetime import date

import pytest

from {{ cookiecutter.package_name }}.growth.combination import combine
from {{ cookiecutter.package_name }}.growth.forecasts import FORECASTS

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
FAILED = (None, None, None, None, "no")


@pytest.fixture
def combined(make_table):
    """Combine two forecasts of each customer's January: (forecast, lower, upper, model, error)."""

    def combine_customers(customers):
        tables = (
            make_table(
                [(customer, JANUARY, *pair[i], False) for customer, pair in customers.items()],
                FORECASTS,
            )
            for i in (0, 1)
        )
        return {row.customer_id: row for row in combine(*tables).collect()}

    return combine_customers


def test_the_forecast_is_the_geometric_mean_and_bounds_count_twice_of_the_second(combined):
    row = combined({"a": ((4.0, 2.0, 8.0, "x", None), (9.0, 5.0, 20.0, "y", None))})["a"]
    assert (row.forecast, row.lower, row.upper) == tuple(map(pytest.approx, (6, 4, 16)))
    assert (row.model, row.error, row.stale) == ("combination", None, False)


def test_a_forecast_that_one_method_cannot_make_is_the_others(combined):
    rows = combined(
        {
            "first": ((4.0, 2.0, 10.0, "x", None), FAILED),
            "second": (FAILED, (9.0, 4.0, 20.0, "y", None)),
            "none": (FAILED, FAILED),
        }
    )
    assert (rows["first"].forecast, rows["first"].model, rows["first"].error) == (4, "x", None)
    assert (rows["second"].upper, rows["second"].model) == (20, "y")
    assert (rows["none"].forecast, rows["none"].error) == (None, "no")


def test_months_that_only_one_method_has_are_kept(make_table):
    first = [("a", month, 4.0, 2.0, 9.0, "x", None, True) for month in (JANUARY, FEBRUARY)]
    tables = (make_table(rows, FORECASTS) for rows in (first, [("a", JANUARY, *FAILED, True)]))
    rows = sorted(combine(*tables).collect())
    assert [(row.month, row.forecast) for row in rows] == [(JANUARY, 4), (FEBRUARY, 4)]


def test_the_forecast_lies_within_its_interval_however_far_the_two_are_apart(combined):
    row = combined({"a": ((0.0, 0.0, 0.0, "zero", None), (9.0, 8.0, 10.0, "y", None))})["a"]
    assert row.lower <= row.forecast <= row.upper
