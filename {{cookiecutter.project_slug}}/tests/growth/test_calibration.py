"""Intervals hold what they promise, at each length of history."""

import numpy as np
import pytest

from {{ cookiecutter.package_name }}.growth.calibration import (
    error_quantiles,
    error_scale,
    length_edges,
    weighted_quantiles,
)


def quantiles(errors, lengths, steps, probabilities=(0.05, 0.95), horizon=3):
    arrays = (np.asarray(values) for values in (errors, lengths, steps))
    return error_quantiles(*arrays, horizon, 12, probabilities)


@pytest.mark.parametrize("level", [50, 90])
def test_each_length_of_history_has_quantiles_of_its_own_errors(level):
    random = np.random.default_rng(0)
    lengths = np.repeat([2, 4, 8, 20, 40, 80], 2000)
    spread = np.repeat([6.0, 5.0, 4.0, 3.0, 2.0, 1.0], 2000)
    errors, steps = random.normal(0, spread), np.tile([1, 2, 3, 1], 3000)
    found = quantiles(errors, lengths, steps, (0.5 - level / 200, 0.5 + level / 200))
    again = random.normal(0, spread)
    groups = np.digitize(lengths, length_edges(12))
    inside = (found[groups, 0, steps - 1] <= again) & (again <= found[groups, 1, steps - 1])
    for group in range(6):
        assert inside[groups == group].mean() == pytest.approx(level / 100, abs=0.03), group


def test_errors_of_near_months_count_and_those_of_far_ones_do_not():
    errors = np.where(np.arange(2000) % 2 == 0, 1.0, 9.0)
    steps = np.where(np.arange(2000) % 2 == 0, 1, 9)
    found = quantiles(errors, np.full(2000, 40), steps, (0.5,), horizon=9)
    near, far = found[4, 0, 0], found[4, 0, 8]
    assert (near, far) == (pytest.approx(1, abs=0.1), pytest.approx(9, abs=0.1))


def test_without_errors_they_are_taken_to_be_normal_and_to_grow():
    found = quantiles([], [], [], (0.05, 0.95))
    assert found[:, 1, 0] == pytest.approx(1.645, abs=0.1)
    assert found[:, 0, 0] == pytest.approx(-1.645, abs=0.1)
    assert (found[:, 1, 2] > found[:, 1, 0]).all()


def test_a_weight_counts_like_so_many_values():
    values, weights = np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 98.0])
    assert weighted_quantiles(values, weights, (0.5,))[0] == pytest.approx(3, abs=0.03)


def test_the_scale_is_the_usual_change_over_a_season_or_a_month():
    months = np.arange(36)
    seasonal = 100 + 50 * np.cos(2 * np.pi * months / 12) + np.where(months // 12 % 2, 6, 0)
    assert error_scale(seasonal, 12) == pytest.approx(6)
    assert error_scale(np.array([10.0, 14.0, 10.0, 14.0]), 12) == pytest.approx(4)
    assert error_scale(np.array([10.0, 14.0]), 12) == 12
    assert error_scale(np.full(30, 100.0), 12) == pytest.approx(2)
