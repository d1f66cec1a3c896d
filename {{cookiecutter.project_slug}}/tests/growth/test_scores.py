"""Scores are those of the literature."""

from datetime import date

import pytest

from {{ cookiecutter.package_name }}.growth.forecasts import FORECASTS
from {{ cookiecutter.package_name }}.growth.history import change_over
from {{ cookiecutter.package_name }}.growth.scores import score

HISTORY = [date(2024, month, 1) for month in (1, 2, 3, 4)]
FUTURE = [date(2024, month, 1) for month in (5, 6)]


@pytest.fixture
def scored(make_table, make_usage):
    """Score customers who used something in the months of HISTORY and FUTURE."""

    def score_customers(history, actual, forecasts, season=1):
        """Each argument: customer -> values by month; a forecast is (forecast, lower, upper)."""
        frame = make_table(
            [
                (customer, month, *values, "model", None, False)
                for customer, months in forecasts.items()
                for month, values in zip(FUTURE, months, strict=False)
            ],
            FORECASTS,
        )
        known, later = (
            make_usage(
                [
                    (c, m, u)
                    for c, values in table.items()
                    for m, u in zip(dates, values, strict=False)
                ]
            )
            for table, dates in ((history, HISTORY), (actual, FUTURE))
        )
        return {row.customer_id: row for row in score(frame, later, known, season).collect()}

    return score_customers


def test_smape_mase_and_coverage_of_a_customer(scored):
    row = scored(
        {"a": [10.0, 12.0, 10.0, 14.0]},
        {"a": [10.0, 30.0]},
        {"a": [(8.0, 5.0, 9.0), (30.0, 20.0, 30.0)]},
    )["a"]
    assert row.smape == pytest.approx((200 * 2 / 18 + 0) / 2)
    # the naive errors in the history are 2, 2 and 4; the forecast's are 2 and 0
    assert row.mase == pytest.approx(1 / ((2 + 2 + 4) / 3))
    assert row.coverage == 0.5
    assert row.months == 4


def test_mase_compares_with_the_same_month_of_the_last_season(scored):
    row = scored(
        {"a": [10.0, 50.0, 13.0, 55.0]}, {"a": [20.0]}, {"a": [(12.0, 0.0, 99.0)]}, season=2
    )["a"]
    assert row.mase == pytest.approx(8 / ((3 + 5) / 2))


def test_nothing_forecast_and_nothing_used_is_no_error(scored):
    row = scored({"a": [1.0, 2.0]}, {"a": [0.0]}, {"a": [(0.0, 0.0, 0.0)]})["a"]
    assert row.smape == 0
    assert row.coverage == 1


@pytest.mark.parametrize("history", [[5.0], [5.0, 5.0, 5.0], [None, 5.0]])
def test_a_history_without_change_has_no_mase(scored, history):
    row = scored({"a": history}, {"a": [6.0]}, {"a": [(5.0, 4.0, 6.0)]})["a"]
    assert row.mase is None
    assert row.smape == pytest.approx(200 / 11)


def test_months_that_are_not_known_or_not_forecast_are_not_scored(scored):
    rows = scored(
        {"a": [1.0, 2.0], "b": [1.0, 2.0], "c": [1.0, 2.0], "d": [1.0, 2.0]},
        {"a": [None, 2.0], "b": [None, None], "c": [1.0], "d": [1.0]},
        {
            "a": [(9.0, 9.0, 9.0), (2.0, 2.0, 2.0)],
            "b": [(1.0, 1.0, 1.0)],
            "c": [(None, None, None)],
        },
    )
    assert rows.keys() == {"a"}
    assert rows["a"].smape == 0
    assert rows["a"].coverage == 1


def test_a_change_is_that_from_the_same_month_even_where_months_are_missing(make_usage):
    usage = make_usage([("a", date(2024, month, 1), 10.0 * month) for month in (1, 3, 4)])
    rows = usage.withColumn("change", change_over(2)).orderBy("month").collect()
    assert [row.change for row in rows] == [None, 20, None]
