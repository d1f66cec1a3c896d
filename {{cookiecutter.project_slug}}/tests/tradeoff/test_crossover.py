"""A crossover is found if and only if there is one."""

import numpy as np
import pytest

from {{ cookiecutter.package_name }}.tradeoff.crossover import (
    Curve,
    crossover,
    fit_curve,
    size_at,
)

SIZES = [10_000, 30_000, 100_000, 300_000, 1_000_000]


def measured(fixed, factor, power=1.0, noise=0.0, seed=0):
    """Measurements of a curve, with errors proportional to the cost."""
    errors = np.random.default_rng(seed).normal(0, noise, len(SIZES))
    return [(fixed + factor * n**power) * np.exp(e) for n, e in zip(SIZES, errors, strict=True)]


def found(first, second):
    curves = [fit_curve(SIZES, costs) for costs in (first, second)]
    return crossover(*curves, SIZES[0], SIZES[-1])


@pytest.mark.parametrize("at", [20_000, 150_000, 700_000])
def test_a_crossing_of_two_lines_is_found_where_it_is(at):
    # 1 + n / 10,000 and fixed + n / 40,000 are equal at `at`
    first = measured(1, 1e-4)
    second = measured(1 + at * (1e-4 - 2.5e-5), 2.5e-5)
    assert found(first, second) == pytest.approx(at, rel=0.05)


def test_a_crossing_of_a_line_and_a_power_is_found_where_it_is():
    first, second = measured(0.1, 1e-7, 1.5), measured(20, 2e-5)
    truth = next(n for n in range(10_000, 10**6, 100) if 0.1 + 1e-7 * n**1.5 > 20 + 2e-5 * n)
    assert found(first, second) == pytest.approx(truth, rel=0.05)


def test_a_crossing_is_found_through_the_noise():
    near = [
        found(measured(1, 1e-4, noise=0.05, seed=2 * s), measured(12, 2.5e-5, 1, 0.05, 2 * s + 1))
        for s in range(50)
    ]
    truth = (12 - 1) / (1e-4 - 2.5e-5)
    told = [at for at in near if at is not None]
    assert len(told) >= 40
    assert np.median(told) == pytest.approx(truth, rel=0.1)
    assert np.quantile(np.abs(np.log(np.array(told) / truth)), 0.9) < np.log(1.5)


def test_unsteady_costs_of_tenths_of_a_second_do_not_hide_a_crossing():
    models = [1, 10, 100, 1_000, 10_000]
    loop = fit_curve(models, [0.03, 0.05, 0.53, 4.1, 32.1])
    spark = fit_curve(models, [0.31, 0.53, 0.73, 2.0, 19.8])
    assert 30 < crossover(loop, spark, 1, 10_000) < 500


def test_there_is_no_crossing_where_one_way_is_always_slower():
    assert found(measured(1, 1e-4), measured(3, 2e-4)) is None
    assert found(measured(3, 2e-4), measured(1, 1e-4)) is None


def test_a_crossing_beyond_what_was_measured_is_not_claimed():
    assert found(measured(1, 1e-5), measured(30, 0.9e-5)) is None


@pytest.mark.slow
def test_the_same_curve_measured_twice_does_not_cross_itself():
    told = [
        found(measured(1, 1e-4, noise=0.1, seed=2 * s), measured(1, 1e-4, 1, 0.1, 2 * s + 1))
        for s in range(200)
    ]
    assert sum(at is not None for at in told) <= 10


def test_lines_that_touch_within_the_noise_do_not_cross():
    assert crossover(Curve(1, 1e-4, 1, 0.1), Curve(1.1, 0.95e-4, 1, 0.1), 1e4, 1e6) is None


def test_a_curve_is_fitted_to_one_size_and_to_two():
    assert fit_curve([10], [3.0]).at([10, 1000]).tolist() == pytest.approx([3, 3])
    assert fit_curve([10, 100], [2.0, 11.0]).at([10, 100]).tolist() == pytest.approx([2, 11])


def test_a_curve_is_what_was_measured():
    curve = fit_curve(SIZES, measured(2, 1e-6, 1.3))
    assert curve.at(SIZES) == pytest.approx(measured(2, 1e-6, 1.3), rel=0.01)
    assert curve.power == pytest.approx(1.3, abs=0.05)
    assert curve.error < 0.01


def test_memory_ends_where_its_line_reaches_what_there_is():
    assert size_at([1_000, 2_000, 3_000], [30, 50, 70], 1_010) == pytest.approx(50_000)
    assert size_at([1_000, 2_000], [30, 30], 1_000) is None
    assert size_at([1_000], [30], 1_000) is None
