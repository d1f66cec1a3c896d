"""No forecast of any method leaves what history makes plausible."""

import numpy as np
import pytest

from {{ cookiecutter.package_name }}.growth.plausible import is_unused, plausible_range

from .conftest import forecast_by

HORIZON = 12
MONTHS = np.arange(36.0)
STEPS = {
    "10 to 900": (np.repeat([10.0, 900.0], 12), 900),
    "100 to 300": (np.repeat([100.0, 300.0], 12), 300),
    "0.01 to 100": (np.repeat([0.01, 100.0], 12), 100),
    "300 to 100": (np.repeat([300.0, 100.0], 24), 100),
}
ODD = {
    "ramp": (10 + 5 * MONTHS, 120, 250),
    "falling ramp": (np.maximum(200 - 5 * MONTHS, 0), 0, 60),
    "1.5^n": (1.5**MONTHS, 0.5 * 1.5**35, 2.5 * 1.5**35),
    "alternating": (np.where(MONTHS % 2, 100.0, 0), 20, 80),
    "one spike": (np.where(MONTHS == 12, 9000.0, 10), 10, 10),
    "spike at the end": (np.where(MONTHS == 35, 9000.0, 10), 10, 9000),
    "intermittent": (np.where(MONTHS % 5 == 0, 50.0, 0), 5, 20),
    "huge": (np.full(36, 1e308), 0.99e308, 1.01e308),
    "huge steps": (np.repeat([1e300, 1.7e308], 18), 0.8e308, 1.8e308),
}

METHODS = ("per-customer", "all-customers")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_in_level_is_forecast_at_its_new_level(method, step):
    history, level = STEPS[step]
    forecast, _, _ = forecast_by(method, history, HORIZON)
    np.testing.assert_allclose(forecast, level, rtol=0.05)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ODD)
def test_odd_histories_are_forecast_within_reason(method, kind):
    history, least, most = ODD[kind]
    forecast, lower, upper = forecast_by(method, history, HORIZON)
    assert least <= np.mean(forecast / history.max()) * history.max() <= most
    assert np.isfinite([forecast, lower, upper]).all()
    assert (upper <= 3 * min(history.max(), 6e307)).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_month_that_is_unused_in_each_year_is_forecast_as_unused(method):
    year = np.array([0, 0, *np.linspace(50, 90, 10)])
    forecast, _, upper = forecast_by(method, np.tile(year, 5) + np.tile(year, 5) % 7, HORIZON)
    assert not forecast[:2].any() and not upper[:2].any()
    assert forecast[2:].all() and (upper > forecast)[2:].all()


def test_a_forecast_may_leave_the_last_season_by_half_its_range_and_more_with_time():
    low, high = plausible_range(np.array([999.0, *np.linspace(10, 20, 12)]), 12, 12)
    assert (low[-1], high[-1]) == (0, 35)
    assert high[0] == pytest.approx(25 + 10 / 12)
    assert (np.diff(high) > 0).all()


def test_a_period_stays_unused_if_it_was_in_each_of_at_least_four_seasons():
    seasons = np.tile([1.0, 0, 2, 0], (4, 1))
    seasons[2, 3] = 3
    assert is_unused(seasons.ravel(), 6, 4).tolist() == [False, True, False, False, False, True]
    seasons[1, 1] = np.nan
    assert is_unused(seasons.ravel(), 2, 4).tolist() == [False, True]
    seasons[:, 1] = np.nan
    assert not is_unused(seasons.ravel(), 4, 4).any()
    assert not is_unused(np.tile([1.0, 0], 3), 2, 2).any()
    assert is_unused(np.append(np.ones(8), np.tile([1.0, 0], 8)), 2, 2).tolist() == [False, True]
