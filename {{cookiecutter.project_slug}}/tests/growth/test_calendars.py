"""Forecasts start after the last period and repeat its season, whatever the length of a period."""

from datetime import date, datetime

import pytest

from {{ cookiecutter.package_name }}.growth import METHODS
from {{ cookiecutter.package_name }}.growth.backtest import backtest
from {{ cookiecutter.package_name }}.growth.history import from_own_ends
from {{ cookiecutter.package_name }}.growth.totals import totals
from {{ cookiecutter.package_name }}.periods import FREQUENCIES

pytestmark = pytest.mark.usefixtures("few_tasks")

LASTS = {
    "hour": (datetime(2025, 3, 30, 1), [datetime(2025, 3, 30, 2), datetime(2025, 3, 30, 3)]),
    "day": (date(2024, 2, 28), [date(2024, 2, 29), date(2024, 3, 1)]),
    "week": (date(2020, 12, 21), [date(2020, 12, 28), date(2021, 1, 4)]),
    "quarter": (date(2024, 8, 1), [date(2024, 11, 1), date(2025, 2, 1)]),
}
"""Frequency -> the last known period, and the two after it: over an hour that clocks skip, a leap
day, week 53 and the end of a year."""


@pytest.fixture
def usage(spark):
    """Usage of 3, 1, 4, 1, 5 in the last five periods, and nothing before for a year and more.

    One customer has a row in each of the five; the other's last row is two periods earlier.
    """

    def make(name):
        frequency, (last, _) = FREQUENCIES[name], LASTS[name]
        rows = [
            (customer, frequency.before(last, end + back), usage)
            for customer, end in (("a", 0), ("b", 2))
            for back, usage in enumerate([5.0, 1.0, 4.0, 1.0, 3.0])
        ]
        kind = "timestamp_ntz" if name == "hour" else "date"
        return spark.createDataFrame(rows, f"customer_id string, month {kind}, usage double")

    return make


@pytest.mark.parametrize(
    "name", ["week", *(pytest.param(n, marks=pytest.mark.slow) for n in LASTS if n != "week")]
)
def test_forecasts_follow_the_last_period_and_repeat_a_season(usage, name):
    frequency, (last, ahead) = FREQUENCIES[name], LASTS[name]
    naive = METHODS["seasonal-naive"]
    of_table = naive(usage(name), 2, 2, 90, (), frequency).cache()
    found = {(row.customer_id, row.month): row.forecast for row in of_table.collect()}
    assert found == {
        **dict(zip([("a", month) for month in ahead], [1.0, 5.0], strict=True)),
        **dict.fromkeys([("b", month) for month in ahead], 0.0),
    }
    own = from_own_ends(naive, frequency)(usage(name), 2, 2, 90, (), frequency).collect()
    assert {(row.customer_id, row.month): row.forecast for row in own} == {
        **dict(zip([("a", month) for month in ahead], [1.0, 5.0], strict=True)),
        ("b", frequency.before(last, 1)): 1.0,
        ("b", last): 5.0,
    }


def test_growth_of_days_is_against_the_same_weekday_a_year_before(spark):
    frequency = FREQUENCIES["day"]
    rows = spark.sql(
        "SELECT 'a' AS customer_id, day AS month, 1D + weekday(day) AS usage "
        "FROM (SELECT explode(sequence(DATE'2024-01-01', DATE'2025-06-30')) AS day)"
    )
    forecasts = METHODS["seasonal-naive"](rows, 7, 7, 90, (), frequency)
    for row in totals(rows, forecasts, 7, 7, 90, frequency).collect():
        assert row.forecast == row.year_before == 1 + row.period.weekday()


@pytest.mark.slow
def test_the_default_beats_the_seasonal_naive_on_days_with_noise(spark):
    """Weeks that repeat, with noise of a fifth and unknown days: a backtest of both."""
    rows = spark.sql(
        "SELECT concat('C', id) AS customer_id, day AS month, IF(rand(1) < 0.02, NULL,"
        " (10 + weekday(day) * (1 + id % 3)) * exp(0.2 * randn(2))) AS usage "
        "FROM (SELECT id, explode(sequence(DATE'2024-01-01', DATE'2024-10-31')) AS day"
        " FROM range(30))"
    ).cache()
    methods = {name: METHODS[name] for name in ("combination", "seasonal-naive")}
    scores, _ = backtest(rows, methods, 14, 7, 90, 2, FREQUENCIES["day"])
    ours, naive = (score.mase for score in scores)
    assert ours < 0.85 * naive
    assert 0.8 < scores[0].coverage < 0.97
