"""Churn by any calendar: the same rules hold for hours, days, weeks, quarters and years."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.churn import coverage
from {{ cookiecutter.package_name }}.churn.description import describe, feature_names
from {{ cookiecutter.package_name }}.churn.evaluation import cutoffs_until
from {{ cookiecutter.package_name }}.churn.features import at_risk, features
from {{ cookiecutter.package_name }}.churn.windows import WINDOWS, shortest_count
from {{ cookiecutter.package_name }}.periods import FREQUENCIES

WEEK, DAY = FREQUENCIES["week"], FREQUENCIES["day"]

CUTOFFS = {
    "hour": datetime(2025, 3, 30, 1),
    "week": date(2020, 12, 21),
}
"""Before an hour that clocks skip, and before week 53."""


def used(ago, periods):
    """A history with a usage of 2, so many periods before its last."""
    history = np.zeros(periods)
    history[[periods - 1 - back for back in ago]] = 2.0
    return history


@pytest.fixture
def usage(spark):
    """Turn usage by customer and number of periods after the cutoff into a table."""

    def make(name, customers):
        frequency, cutoff = FREQUENCIES[name], CUTOFFS[name]
        rows = [
            (customer, frequency.before(cutoff, -after), usage)
            for customer, history in customers.items()
            for after, usage in history.items()
        ]
        kind = "timestamp_ntz" if name == "hour" else "date"
        return spark.createDataFrame(rows, f"customer_id string, month {kind}, usage double")

    return make


def test_uses_are_counted_in_the_windows_of_a_frequency():
    weeks = describe(pd.Series([used([0, 12, 13, 25, 26, 51, 52], 60), used([3], 10)]), WEEK)
    assert list(weeks) == list(feature_names(WEEK))
    assert weeks["frequency_13"].tolist() == [2, 1]
    assert weeks["frequency_26"].tolist() == [4, 1]
    assert weeks["frequency_52"].tolist() == [6, 1]
    assert weeks["frequency"].tolist() == [7, 1]
    assert weeks["recency"].tolist() == [0, 3]
    assert weeks["recent_usage"].tolist() == [4 / 13, 2 / 10]  # of the last 13, or of all
    days = describe(pd.Series([used([0, 6, 7, 27, 28, 90, 91], 100)]), DAY).iloc[0]
    assert days[["frequency_7", "frequency_28", "frequency_91"]].tolist() == [2, 4, 6]
    assert days["recent_usage"] == 4 / 7


def test_a_use_a_window_ago_fades_as_much_in_weeks_as_in_months():
    """By 0.8 in a third of the first window."""
    months, weeks = (describe(pd.Series([used([0], 1)]), FREQUENCIES[n]) for n in ("month", "week"))
    assert months["recent_frequency"].tolist() == weeks["recent_frequency"].tolist() == [1]
    for frequency, span in ((FREQUENCIES["month"], 3), (WEEK, 13)):
        worth = 0.8 ** (3 * np.arange(20) / span)
        [found] = describe(pd.Series([used([span], 20)]), frequency)["recent_frequency"]
        assert found == pytest.approx(0.8**3 / worth.sum())


def test_the_wave_is_that_of_the_season_and_years_have_none():
    days = np.arange(70)
    weekly = 100 * np.exp(0.2 * np.cos(2 * np.pi * days / 7))
    assert describe(pd.Series([weekly]), DAY)["season"][0] == pytest.approx(0.2, abs=0.01)
    years = describe(pd.Series([np.exp(0.1 * np.arange(8))]), FREQUENCIES["year"]).iloc[0]
    assert years["season"] == 0
    assert years["growth"] == pytest.approx(0.1, abs=0.01)


def test_months_are_described_to_the_last_digits_as_by_earlier_versions():
    """Models that were trained by those are still used."""
    history = np.array([3.0, 0, 4, 5, 0, 0, 6, 4, np.nan, 5, 0, 7, 8, 0])
    found = describe(pd.Series([history])).iloc[0]
    assert found[list(OF_EARLIER_VERSIONS)].to_dict() == pytest.approx(
        OF_EARLIER_VERSIONS, rel=1e-12
    )


OF_EARLIER_VERSIONS = {
    "frequency_3": 2.0,
    "frequency_6": 3.0,
    "frequency_12": 7.0,
    "recent_frequency": 0.5771489778369081,
    "recent_usage": 5.0,
    "level": 1.9865049271315376,
    "growth": 0.055147331980608144,
    "season": 0.11926252287026463,
    "volatility": 0.14233525109507286,
    "change": 0.13303277387308252,
}


def test_long_histories_are_described_in_parts_which_change_nothing(monkeypatch):
    histories = pd.Series([used([number], 60) for number in range(5)])
    whole = describe(histories, WEEK)
    monkeypatch.setattr("{{ cookiecutter.package_name }}.churn.description.CELLS", 120)
    pd.testing.assert_frame_equal(describe(histories, WEEK), whole)


@pytest.mark.parametrize("name", CUTOFFS)
def test_who_churns_and_what_was_known_at_the_cutoff_is_told_in_any_period(usage, make_table, name):
    frequency, cutoff = FREQUENCIES[name], CUTOFFS[name]
    end = frequency.before(cutoff, -2)
    rows = usage(
        name,
        {
            "gone": {-4: 1.0, -1: 3.0},
            "back at last": {-4: 1.0, 0: 1.0, 2: 5.0},
            "unknown": {-4: 1.0, 0: 1.0, 1: None},
            "gone before": {-4: 1.0},
            "later": {1: 1.0},
        },
    )
    next_day = frequency.before(cutoff, -1)
    customers = make_table(
        [
            ("gone", None, "at the cutoff", date(2020, 1, 1)),
            ("gone", None, "later", date(next_day.year, next_day.month, next_day.day)),
        ],
        "customer_id string, signup_month date, plan string, valid_from date",
    )
    described = features(rows, [cutoff], 2, end, customers, frequency)
    found = {row.customer_id: row for row in described.withColumn("stays", at_risk(2)).collect()}
    assert {customer: (row.churned, row.stays) for customer, row in found.items()} == {
        "gone": (True, True),
        "back at last": (False, True),
        "unknown": (None, True),
        "gone before": (True, False),
    }
    assert found["gone"].cutoff == cutoff
    assert (found["gone"].tenure, found["gone"].recency) == (5, 1)
    if name != "hour":  # attributes have dates
        assert found["gone"].plan == "at the cutoff"


def test_cutoffs_of_weeks_are_a_month_apart_and_those_of_hours_fall_all_over_the_day():
    weeks = cutoffs_until(CUTOFFS["week"], WEEK)
    assert weeks == [WEEK.before(CUTOFFS["week"], back) for back in range(0, 48, 4)]
    hours, days = (
        cutoffs_until(datetime(2025, 3, 30, 1), FREQUENCIES["hour"]),
        cutoffs_until(date(2024, 2, 28), DAY),
    )
    assert len({cutoff.hour for cutoff in hours}) == 12
    assert len({cutoff.weekday() for cutoff in days}) == 7


def test_customers_are_stale_after_the_weeks_or_days_of_three_months(usage):
    rows = usage("week", {"stale": {-12: 1.0}, "fresh": {-11: 1.0}, "now": {0: 1.0}})
    covered = coverage.by_customer(rows, CUTOFFS["week"], WEEK)
    found = coverage.count(covered, None)
    assert (found.stale, found.a_stale) == (1, "stale")
    [line] = found.lines(WEEK)
    assert line == "1 customers have no row in the last 12 weeks (stale), for example stale"


def test_every_frequency_has_windows_and_its_shortest_is_what_rfm_takes():
    assert list(WINDOWS) == list(FREQUENCIES)
    for name, windows in WINDOWS.items():
        names = feature_names(FREQUENCIES[name])
        assert shortest_count(names) == f"frequency_{min(windows.recent)}" == windows.counts[0]
