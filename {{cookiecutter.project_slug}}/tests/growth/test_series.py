"""The forecast of one customer's series: the rules by length, and what may never happen."""

import numpy as np
import pytest

from {{ cookiecutter.package_name }}.growth.series import (
    forecast_series,
    is_dormant,
    theta_and_ces,
)

SEASON = 12


def usage(months: int, growth=0.01, season=0.3, noise=0.05, seed=0) -> np.ndarray:
    """A season, a growth and a little noise."""
    month = np.arange(months)
    noise = np.random.default_rng(seed).normal(0, noise, months)
    return 100 * np.exp(growth * month + noise) * (1 + season * np.cos(2 * np.pi * month / SEASON))


def forecast(series, horizon=6, season=SEASON, level=90):
    return forecast_series(np.array(series, dtype=float), horizon, season, level)


@pytest.mark.parametrize(
    ("months", "model"),
    [
        (1, "mean"),
        (2, "mean"),
        (3, "mean+smoothing"),
        (11, "mean+smoothing"),
        (12, "last-season+smoothing"),
        (23, "last-season+smoothing"),
        (24, "theta+ces"),
        (100, "theta+ces"),
    ],
)
def test_the_length_of_a_history_decides_on_its_model(months, model):
    assert forecast(usage(months)).model == model


def test_months_that_are_not_known_do_not_make_a_history_longer():
    series = usage(30)
    series[5:20] = np.nan
    assert forecast(series).model == "last-season+smoothing"


@pytest.mark.parametrize("season", [1, 3, 4, 5, 12])
@pytest.mark.parametrize("months", [1, 2, 3, 12, 24, 25, 26, 60])
def test_every_length_and_season_gives_a_forecast_within_its_bounds(months, season):
    values, lower, upper, _ = forecast(usage(months), horizon=30, season=season)
    assert len(values) == len(lower) == len(upper) == 30
    assert (lower >= 0).all() and (lower <= values).all() and (values <= upper).all()
    assert (values < 10 * usage(months).max()).all()


def test_a_growing_season_is_carried_on():
    whole = usage(72)
    values = forecast(whole[:60], horizon=12).forecast
    assert np.abs(values / whole[60:] - 1).mean() < 0.08


def test_the_forecast_is_the_mean_of_two_models_that_differ():
    theta, ces = theta_and_ces(usage(48), 6, SEASON, 90).forecasts
    assert not np.allclose(theta, ces, rtol=0.005)
    np.testing.assert_allclose(forecast(usage(48)).forecast, (theta + ces) / 2, rtol=0.002)


def test_about_nine_in_ten_months_lie_within_the_bounds():
    inside = []
    for seed in range(100):
        series = usage(60, noise=0.1, seed=seed)
        _, lower, upper, _ = forecast(series[:48], horizon=12)
        inside.append((lower <= series[48:]) & (series[48:] <= upper))
    assert 0.82 <= np.mean(inside) <= 0.96  # the level itself is uncertain after four years


def test_a_higher_level_gives_wider_bounds():
    half, most = forecast(usage(48), level=50), forecast(usage(48), level=99)
    assert (most.upper > half.upper).all() and (most.lower < half.lower).all()


@pytest.mark.parametrize("unit", [1e-12, 1e-3, 1e9, 1e200])
@pytest.mark.parametrize("months", [2, 8, 20, 48])
def test_the_unit_of_usage_does_not_matter(months, unit):
    ours, theirs = forecast(usage(months)), forecast(unit * usage(months))
    for values, scaled in zip(ours[:3], theirs[:3], strict=True):
        np.testing.assert_allclose(scaled / unit, values, rtol=1e-3)


@pytest.mark.parametrize("months", [2, 8, 20, 48])
def test_constant_usage_stays_as_it_is(months):
    np.testing.assert_allclose(forecast(np.full(months, 7.0)).forecast, 7, rtol=1e-6)


def test_a_gap_is_bridged():
    series = usage(60, season=0)
    with_gap = series.copy()
    with_gap[30:33] = np.nan
    np.testing.assert_allclose(forecast(with_gap).forecast, forecast(series).forecast, rtol=0.05)


def test_the_horizon_begins_after_the_last_month_even_if_that_is_not_known():
    series = usage(48)
    unknown = np.append(series, [np.nan, np.nan])
    np.testing.assert_allclose(
        forecast(unknown, horizon=4).forecast, forecast(series, horizon=6).forecast[2:]
    )


def test_months_before_the_first_known_one_do_not_matter():
    np.testing.assert_array_equal(
        forecast(np.append([np.nan] * 3, usage(48))).forecast, forecast(usage(48)).forecast
    )


def test_a_mean_of_two_months_is_given_or_taken_whole():
    values, lower, upper, _ = forecast([10, 30])
    assert values.tolist() == [20] * 6
    assert lower.tolist() == [0] * 6
    assert upper.tolist() == [40] * 6


@pytest.mark.parametrize("series", [[0], [0] * 40, [*usage(40), 0, 0, 0], [5, 0, 0, 5, 0, 0, 0]])
def test_who_has_gone_will_use_nothing(series):
    values, lower, upper, model = forecast(series)
    assert model == "zero"
    assert not (values.any() or lower.any() or upper.any())


@pytest.mark.parametrize(
    "series", [[5, 0, 0], [5, 0, 0, 0, 5, 0, 0, 0], [0, 0, 0, 5], [5, 0, 5, 0, 5, 0, 5], [5]]
)
def test_a_pause_no_longer_than_those_before_is_no_end(series):
    assert not is_dormant(np.array(series, dtype=float))


def test_usage_now_and_then_is_forecast():
    series = np.where(np.arange(48) % 3 == 0, 9.0, 0.0)
    values = forecast(series, horizon=12).forecast
    assert values.mean() == pytest.approx(3, rel=0.5)


def test_nothing_known_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="usage is known in no month"):
        forecast([np.nan, np.nan])


def test_what_overflows_is_refused_with_the_model():
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=r"mean\+smoothing gives no"):
        forecast([1e308, 1e308, 1.7e308])
