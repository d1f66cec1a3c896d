"""What a model over all customers is told: right, relative to the customer, and of the past."""

import numpy as np
import pytest

from {{ cookiecutter.package_name }}.growth.features import (
    ALPHAS,
    exponential_smoothing,
    features,
    lag,
    pad_histories,
    seasonal_index,
    slope,
)

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # `features` ignores them too

STEPS = np.arange(1, 14)[None, :]
SHAPE = 1 + 0.5 * np.cos(2 * np.pi * np.arange(12) / 12)


def seasonal(years: int, noise: float = 0.0) -> np.ndarray:
    """Usage whose cutoff falls on the peak of the season; shape (1, months)."""
    months = np.arange(1 - 12 * years, 1)
    random = np.random.default_rng(0).normal(0, noise, len(months))
    return (100 * SHAPE[months % 12] * np.exp(random))[None, :]


def described(usage, steps=STEPS, season=12):
    return features(
        pad_histories(list(usage), season), np.repeat(steps, len(usage), axis=0), season
    )


def test_the_seasonal_index_starts_at_the_cutoffs_month():
    index, trust = seasonal_index(seasonal(4), 12)
    np.testing.assert_allclose(index[0], SHAPE, atol=0.02)
    assert trust[0, 0] > 0.99


def test_noise_is_not_taken_for_a_season():
    usage = 100 * np.exp(np.random.default_rng(1).normal(0, 0.2, (200, 60)))
    assert np.median(seasonal_index(usage, 12)[1]) < 0.3


def test_under_two_seasons_of_ratios_no_season_is_trusted():
    assert seasonal_index(seasonal(2), 12)[1][0, 0] == 0


@pytest.mark.parametrize("season", [3, 4, 7])
def test_odd_and_even_seasons_are_recovered(season):
    shape = 1 + 0.1 * np.arange(season)
    months = np.arange(1 - 10 * season, 1)
    usage = shape[months % season][None, :]
    np.testing.assert_allclose(seasonal_index(usage, season)[0][0], shape / shape.mean(), rtol=0.01)


def test_exponential_smoothing_skips_what_is_not_known():
    level, absolute, squared = exponential_smoothing(np.array([[np.nan, 10, np.nan, 20]]))
    np.testing.assert_allclose(level[0], 10 + ALPHAS * 10)
    np.testing.assert_allclose(absolute[0], 10)
    np.testing.assert_allclose(squared[0], 100)


def test_a_slope_is_the_change_per_month():
    line = 5.0 + 3 * np.arange(10)
    line[4] = np.nan
    assert slope(line[None, :])[0, 0] == pytest.approx(3)


def test_a_lag_is_the_same_month_so_many_seasons_before():
    months = np.arange(30.0)[None, :]  # the cutoff is month 29
    steps = np.array([[1, 12, 13, 24]])
    # months 30, 41, 42 and 53
    assert lag(months, steps, 12, 1)[0].tolist() == [18, 29, 18, 29]
    assert lag(months, steps, 12, 2)[0].tolist() == [6, 17, 6, 17]
    assert np.isnan(lag(months, steps, 12, 3)[0]).tolist() == [True, False, True, False]


def test_the_reference_carries_season_and_trend_on():
    months = np.arange(-59, 14)
    usage = SHAPE[months % 12] * (200 + months)
    known, future = usage[:60], usage[60:]
    reference = described([known]).baseline[0]
    # of the trend, Theta takes half
    np.testing.assert_allclose(reference, future, rtol=0.05)
    assert (reference <= future * 1.02).all()


def test_size_changes_reference_and_unit_but_no_feature():
    usage = seasonal(5, noise=0.1)
    small, large = described(usage), described(1000 * usage)
    np.testing.assert_allclose(large.baseline, 1000 * small.baseline)
    np.testing.assert_allclose(large.scale, 1000 * small.scale)
    for name, values in small.columns.items():
        np.testing.assert_allclose(large.columns[name], values, err_msg=name, atol=1e-9)


def test_customers_of_other_lengths_in_the_batch_do_not_matter():
    short, long = seasonal(3, noise=0.1)[0], seasonal(9, noise=0.1)[0]
    alone, beside = described([short]), described([long, short])
    np.testing.assert_allclose(beside.baseline[1], alone.baseline[0])
    for name, values in alone.columns.items():
        np.testing.assert_allclose(beside.columns[name][1], values[0], err_msg=name, atol=1e-9)


@pytest.mark.parametrize("months", [1, 2, 5, 13, 30])
@pytest.mark.parametrize("season", [1, 4, 12])
def test_every_length_of_history_has_a_reference(months, season):
    usage = seasonal(5, noise=0.1)[:, -months:]
    known = described(usage, season=season)
    assert np.isfinite(known.baseline).all() and (known.baseline >= 0).all()
    assert np.isfinite(known.scale).all() and (known.scale > 0).all()


def test_a_month_in_which_nobody_buys_does_not_blow_the_level_up():
    usage = seasonal(5)
    usage[:, ::12] = 0
    assert described(usage).baseline.max() < 2 * usage.max()
