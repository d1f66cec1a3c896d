"""Customers who use something now and then: their expected usage, learned from past origins."""

import numpy as np
import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }}.growth import intermittent
from {{ cookiecutter.package_name }}.growth.intermittent import (
    CELLS,
    NOTHING_KNOWN,
    Sums,
    forecast_irregular,
    is_dormant,
    is_irregular,
    state,
    takes,
)

NINE_TENTHS = (0.05, 0.95)


def learned(histories, horizon=3) -> intermittent.Returns:
    sums = Sums.empty()
    for history in histories:
        sums.add(np.array(history, dtype=float), horizon)
    return sums.returns()


@pytest.fixture(scope="module")
def buyers():
    """Two thousand buyers of 30 months, each of whom buys in a third of its months, and stops."""
    random = np.random.default_rng(0)
    stops = random.geometric(0.04, (2000, 1))
    months = np.arange(30)
    buys = (random.random((2000, 30)) < 0.33) & (months < stops)
    return np.where(buys | (months == 0), random.gamma(4, 10, (2000, 30)), 0)


@pytest.mark.parametrize(
    "series", [[5, 0, 0], [5, 0, 0, 0, 5, 0, 0, 0], [0, 0, 0, 5], [5, 0, 5, 0, 5, 0, 5], [5]]
)
def test_a_pause_no_longer_than_those_before_is_no_end(series):
    assert not is_dormant(np.array(series, dtype=float))


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        *(([5, 5, 5, 0], True), ([5, 5, 5, 5, 0], False)),
        *(([5, 0] * 12, True), ([5, 5, 0] * 8, False)),
        *(([5] * 20 + [0] * 3, True), ([0], True)),
    ],
)
def test_who_uses_nothing_in_many_months_or_has_stopped_is_irregular(series, expected):
    assert is_irregular(np.array(series, dtype=float)) == expected


def test_closed_days_are_no_pauses_and_other_days_without_usage_are():
    open_three_days = np.tile([5.0, 5, 5, 0, 0, 0, 0], 8)
    assert not is_irregular(open_three_days, month=30)
    assert not is_irregular(open_three_days[3:], month=30)
    assert is_irregular(np.random.default_rng(0).permutation(open_three_days), month=30)
    assert is_irregular(np.append(open_three_days, np.zeros(91)), month=30)


def test_unknown_hours_move_no_others_to_another_time_of_the_day():
    """Forty office hours of a week, for twelve weeks, of which eight hours are not known."""
    hour = np.arange(12 * 168)
    series = np.where((hour % 24 // 8 == 1) & (hour // 24 % 7 < 5), 5.0, 0.0)
    assert not is_irregular(series, month=720)
    series[-850:-842] = np.nan
    assert not is_irregular(series, month=720)
    sums = Sums.empty(720)
    sums.add(series, 24)
    assert sums.values[0, 0, :2, 0].tolist() == [1, 0]
    assert not takes(series, NOTHING_KNOWN._replace(month=720))


def test_recent_months_have_more_weight_in_the_mean_and_size_is_that_of_active_months():
    recent, long_ago = state(np.array([0, 0, 6.0, 2])), state(np.array([6.0, 2, 0, 0]))
    assert recent.mean > 2 > long_ago.mean
    assert recent.size == long_ago.size == 4
    assert recent.cell != long_ago.cell


def test_forecasts_add_up_to_what_is_bought(buyers):
    known, later = buyers[:, :27], buyers[:, 27:]
    returns = learned(known)
    forecasts = [
        forecast_irregular(series, returns, 3, NINE_TENTHS)[0] if series.any() else np.zeros(3)
        for series in known
    ]
    assert np.sum(forecasts) / later.sum() == pytest.approx(1, abs=0.15)


def test_intervals_hold_nine_months_in_ten_where_enough_are_not_zero(buyers):
    returns = learned(buyers[:, :27])
    inside = []
    for series, later in zip(buyers[:, :27], buyers[:, 27:], strict=True):
        _, (lower, upper), _ = forecast_irregular(series, returns, 3, NINE_TENTHS)
        if upper.any():
            inside.append((lower <= later) & (later <= upper))
    assert 0.87 <= np.mean(inside) <= 0.97


def test_a_customer_who_stopped_is_zero_only_where_such_customers_do_not_return():
    gone = np.array([5.0] * 9 + [0] * 4)
    assert forecast_irregular(gone, NOTHING_KNOWN, 2, NINE_TENTHS)[2] == "zero"
    returning = NOTHING_KNOWN._replace(probability=np.full(CELLS, 0.05))
    values, _, model = forecast_irregular(gone, returning, 2, NINE_TENTHS)
    assert model == "intermittent"
    assert (values > 0).all()


def test_only_months_after_an_origin_count_as_returned():
    """Fifty customers who never came back, and fifty who did after four months of silence."""
    left, back = [5, 5, 0, 0, 0, 0, 0, 0], [5, 5, 0, 0, 0, 0, 5, 0]
    cell = state(np.array(left[:6], dtype=float)).cell
    returns = learned([left] * 50 + [back] * 50, horizon=2)
    assert returns.probability[cell] == pytest.approx(0.5)


def test_a_new_customer_is_taken_for_what_most_are(buyers):
    new = np.array([5.0, 7.0])
    assert takes(new, learned(buyers))
    assert not takes(new, learned(np.full((50, 24), 9.0)))


def test_spark_adds_up_what_each_customer_gives(spark, buyers):
    rows = [(row.tolist(),) for row in buyers[:40]]
    histories = spark.createDataFrame(rows, "usage array<double>").repartition(2)
    found, expected = intermittent.learn(histories, 3), learned(buyers[:40])
    np.testing.assert_allclose(found.share, expected.share)
    assert found.customers == expected.customers == 40
    empty = intermittent.learn(histories.where(F.lit(False)), 3)
    assert empty.customers == 0


def test_the_largest_numbers_are_no_trouble():
    huge = [1e308, 0, 0, 1e308, 0, 0, 0, 0]
    values, _, _ = forecast_irregular(np.array(huge), learned([huge] * 30), 2, NINE_TENTHS)
    assert np.isfinite(values).all()
