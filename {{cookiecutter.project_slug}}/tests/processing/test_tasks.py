"""The tasks in plain Python, as Spark's Python workers call them."""

from datetime import date

import pytest

from {{ cookiecutter.package_name }}.processing.tasks import charge_of_row, trend_of_group

JANUARY, FEBRUARY, APRIL = date(2025, 1, 1), date(2025, 2, 1), date(2025, 4, 1)


@pytest.mark.parametrize(
    ("usage", "charge"),
    [
        (0.0, 0.0),
        (60.0, 6.0),
        (100.0, 10.0),
        (350.0, 10 + 250 * 0.08),
        (3000.0, 82 + 2000 * 0.05),
        (None, None),
    ],
)
def test_each_unit_costs_what_its_tier_says(usage, charge):
    assert charge_of_row(usage) == pytest.approx(charge)


def test_a_month_that_is_absent_counts_as_a_month():
    assert trend_of_group([(APRIL, 16.0), (JANUARY, 10.0), (FEBRUARY, 12.0)]) == pytest.approx(2)


def test_a_year_has_twelve_months():
    assert trend_of_group([(date(2024, 12, 1), 9.0), (JANUARY, 6.0)]) == pytest.approx(-3)


@pytest.mark.parametrize("known", [[], [(JANUARY, 3.0)]])
def test_less_than_two_known_months_have_no_trend(known):
    assert trend_of_group([*known, (FEBRUARY, None), (APRIL, None)]) is None
