"""The forecast of one customer's series: the rules by length, and what may never happen."""

import numpy as np
import pytest

from {{ cookiecutter.package_name }}.growth.series import (
    forecast_series,
    four_models,
    interpolated,
    theta_and_ces,
)

SEASON = 12


def usage(months: int, growth=0.01, season=0.3, noise=0.05, seed=0) -> np.ndarray:
    """A season, a growth and a little noise."""
    month = np.arange(months)
    noise = np.random.default_rng(seed).normal(0, noise, months)
    return 100 * np.exp(growth * month + noise) * (1 + season * np.cos(2 * np.pi * month / SEASON))


def forecast(series, horizon=6, season=SEASON):
    return forecast_series(np.array(series, dtype=float), horizon, season)


def forecast_usage(series, **settings):
    """The forecast in units of usage."""
    found = forecast(series, **settings)
    return found.unit * found.forecast


@pytest.mark.parametrize(
    ("months", "model"),
    [
        (1, "mean"),
        (2, "mean"),
        (3, "mean+smoothing"),
        (11, "mean+smoothing"),
        (12, "last-season+smoothing"),
        (23, "last-season+smoothing"),
        (24, "median of four"),
        (59, "median of four"),
        (60, "theta+ces"),
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
def test_every_length_and_season_gives_a_forecast(months, season):
    values = forecast_usage(usage(months), horizon=30, season=season)
    assert len(values) == 30
    assert (values >= 0).all()
    assert (values < 10 * usage(months).max()).all()


def test_a_growing_season_is_carried_on():
    whole = usage(72)
    values = forecast_usage(whole[:60], horizon=12)
    assert np.abs(values / whole[60:] - 1).mean() < 0.08


@pytest.mark.parametrize(("months", "models"), [(60, theta_and_ces), (48, four_models)])
def test_the_forecast_is_the_median_of_models_that_differ(months, models):
    series = usage(months)
    forecasts = models(series * 1e6 / series.mean(), 6, SEASON)
    assert not np.allclose(forecasts[0], forecasts[1], rtol=0.005)
    found = forecast(series)
    np.testing.assert_allclose(found.forecast, np.median(forecasts, axis=0), rtol=1e-6)


@pytest.mark.parametrize("unit", [1e-12, 1e-3, 1e9, 1e200])
@pytest.mark.parametrize("months", [2, 8, 20, 48])
def test_the_unit_of_usage_does_not_matter(months, unit):
    ours, theirs = forecast_usage(usage(months)), forecast_usage(unit * usage(months))
    np.testing.assert_allclose(theirs / unit, ours, rtol=1e-3)
    scales = [forecast(u * usage(months)).scale for u in (1, unit)]
    assert scales[0] == pytest.approx(scales[1])


@pytest.mark.parametrize("months", [2, 8, 20, 48])
def test_constant_usage_stays_as_it_is(months):
    np.testing.assert_allclose(forecast_usage(np.full(months, 7.0)), 7, rtol=1e-6)


def test_a_gap_is_bridged():
    series = usage(60, season=0)
    with_gap = series.copy()
    with_gap[30:33] = np.nan
    np.testing.assert_allclose(forecast_usage(with_gap), forecast_usage(series), rtol=0.05)


def test_the_horizon_begins_after_the_last_month_even_if_that_is_not_known():
    series = usage(48)
    unknown = np.append(series, [np.nan, np.nan])
    np.testing.assert_allclose(
        forecast_usage(unknown, horizon=4), forecast_usage(series, horizon=6)[2:]
    )


def test_months_before_the_first_known_one_do_not_matter():
    np.testing.assert_array_equal(
        forecast_usage(np.append([np.nan] * 3, usage(48))), forecast_usage(usage(48))
    )


def test_nothing_known_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="usage is known in no month"):
        forecast([np.nan, np.nan])


def days(count: int, closed=6, seed=0) -> np.ndarray:
    """Days that repeat by the week, with a closed weekday, and noise."""
    week = np.array([10.0, 12, 11, 13, 20, 30, 25])
    week[closed] = 0
    noise = np.random.default_rng(seed).normal(1, 0.05, count)
    return np.tile(week, count // 7 + 1)[:count] * noise


def test_days_repeat_by_the_week_and_what_is_closed_stays_closed():
    whole = days(140)
    found = forecast(whole[:112], horizon=28, season=7)
    values = found.unit * found.forecast
    assert found.model == "ces+median season"
    assert np.abs(values - whole[112:]).mean() < 1.2
    assert not values[6::7].any()


def test_unknown_days_are_filled_from_the_same_weekday():
    history = np.tile([1.0, 2, 3, 4, 5, 6, 70], 4)
    gone = history.copy()
    gone[[6, 13, 15]] = np.nan
    np.testing.assert_allclose(interpolated(gone, 7)[0], history)


def test_hours_repeat_by_the_day_and_by_the_week():
    """Nights are quiet, and so are Sundays; the forecast knows of both."""
    hour = np.arange(24 * 7 * 6)
    is_day, is_sunday = (hour % 24 >= 8), (hour // 24 % 7 == 6)
    noise = np.random.default_rng(1).normal(1, 0.03, len(hour))
    whole = (5 + 95 * is_day * np.where(is_sunday, 0.2, 1)) * noise
    values = forecast_usage(whole[: 24 * 7 * 5], horizon=168, season=168)
    assert np.abs(values - whole[24 * 7 * 5 :]).mean() < 0.08 * whole.mean()
