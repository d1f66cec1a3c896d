"""The baseline repeats the last season."""

from datetime import date

import pytest

from {{ cookiecutter.package_name }}.growth import seasonal_naive


def forecast(usage, **settings):
    return sorted(seasonal_naive.forecast(usage, **settings).collect())


@pytest.fixture
def two_seasons(make_usage):
    """Seasons of three months, the second of which is 2 higher."""
    values = [1.0, 5.0, 9.0, 3.0, 7.0, 11.0]
    return make_usage([("a", date(2024, 1 + i, 1), value) for i, value in enumerate(values)])


def test_the_same_month_of_the_last_season_is_used_again(two_seasons):
    rows = forecast(two_seasons, horizon=7, season=3)
    assert [row.forecast for row in rows] == [3, 7, 11, 3, 7, 11, 3]
    assert [row.month.month for row in rows] == [7, 8, 9, 10, 11, 12, 1]


def test_the_interval_grows_with_the_seasons_ahead_and_never_falls_below_zero(two_seasons):
    rows = forecast(two_seasons, horizon=6, season=3, level=90)
    # all changes over a season are 2; the normal quantile is 1.645
    assert rows[1].upper == pytest.approx(7 + 1.645 * 2, abs=0.001)
    assert rows[4].upper == pytest.approx(7 + 1.645 * 2 * 2**0.5, abs=0.001)
    assert rows[1].lower == pytest.approx(7 - 1.645 * 2, abs=0.001)
    assert rows[0].lower == 0


def test_a_month_that_is_not_known_is_forecast_as_the_last_known(make_usage):
    usage = make_usage(
        [("a", date(2024, 1, 1), 4.0), ("a", date(2024, 2, 1), 6.0), ("a", date(2024, 3, 1), None)]
    )
    assert [row.forecast for row in forecast(usage, horizon=4, season=3)] == [4, 6, 6, 4]


def test_under_a_season_the_interval_is_the_forecast_give_or_take_all_of_it(make_usage):
    [row] = forecast(make_usage([("a", date(2024, 1, 1), 4.0)]), horizon=1)
    assert (row.forecast, row.lower, row.upper) == (4, 0, 8)
