"""Events become one row per customer and period, without gaps, by one shuffle."""

from datetime import date, datetime

import pytest
from pyspark.sql import Observation

from {{ cookiecutter.package_name }}.preparation.usage import usage_by_period
from {{ cookiecutter.package_name }}.processing.plan import physical_plan
from {{ cookiecutter.package_name }}.tables import USAGE

EVENTS = "customer_id string, time timestamp_ntz, amount double"


@pytest.fixture(scope="module")
def prepared(make_table):
    """The usage of events: (customer, period) -> usage."""

    def prepare(events, frequency, last, **options):
        usage = usage_by_period(make_table(events, EVENTS), frequency, last, **options)
        assert usage.columns == USAGE.schema.names
        rows = usage.collect()
        found = {(customer, period): amount for customer, period, amount in rows}
        assert len(found) == len(rows)
        return found

    return prepare


def test_months_are_summed_and_filled_from_a_customers_first_event_to_the_last_month(prepared):
    events = [
        ("a", datetime(2024, 1, 31, 23, 59), 1.0),
        ("a", datetime(2024, 1, 1), 2.0),
        ("a", datetime(2024, 3, 1), 4.0),
        ("b", datetime(2024, 2, 29, 12), 8.0),
    ]
    assert prepared(events, "month", datetime(2024, 4, 1)) == {
        ("a", date(2024, 1, 1)): 3.0,
        ("a", date(2024, 2, 1)): 0.0,
        ("a", date(2024, 3, 1)): 4.0,
        ("a", date(2024, 4, 1)): 0.0,
        ("b", date(2024, 2, 1)): 8.0,
        ("b", date(2024, 3, 1)): 0.0,
        ("b", date(2024, 4, 1)): 0.0,
    }


@pytest.mark.parametrize(
    ("frequency", "periods"),
    [
        ("day", [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]),
        ("week", [date(2024, 12, 23), date(2024, 12, 30), date(2025, 1, 6)]),  # week 1 of 2025
        ("quarter", [date(2024, 7, 1), date(2024, 10, 1), date(2025, 1, 1)]),
        ("year", [date(2023, 1, 1), date(2024, 1, 1), date(2025, 1, 1)]),
        ("hour", [datetime(2024, 2, 29, 22), datetime(2024, 2, 29, 23), datetime(2024, 3, 1)]),
    ],
)
def test_periods_of_each_frequency_follow_each_other(prepared, frequency, periods):
    first, _, last = (datetime(*period.timetuple()[:4], 30) for period in periods)
    start = datetime(*periods[-1].timetuple()[:4])
    found = prepared([("a", first, 1.0), ("a", last, 1.0)], frequency, start)
    assert list(found.values()) == [1.0, 0.0, 1.0]
    if frequency != "hour":  # which Python shows in the zone of this machine
        assert [period for _, period in found] == periods


def test_returns_are_subtracted_within_their_period_down_to_zero_and_told(prepared):
    january, february = datetime(2024, 1, 5), datetime(2024, 2, 5)
    events = [
        *(("a", january, amount) for amount in (5.0, -2.0)),
        *(("a", february, amount) for amount in (5.0, -8.0)),
        *(("b", february, amount) for amount in (0.1, 0.2, -0.3)),  # in floats not exactly 0
    ]
    observed = Observation()
    net = prepared(events, "month", datetime(2024, 2, 1), observed=observed)
    assert list(net.values()) == [3.0, 0.0, 0.0]
    assert observed.get == {"negative": 1, "clipped": -3.0}
    dropped = prepared(events, "month", datetime(2024, 2, 1), returns="drop")
    assert list(dropped.values()) == [5.0, 5.0, pytest.approx(0.3)]


def test_the_plan_has_one_shuffle(make_table):
    events = make_table([("a", datetime(2024, 1, 1), 1.0)], EVENTS)
    plan = physical_plan(usage_by_period(events, "month", datetime(2024, 2, 1)))
    assert plan.count("Exchange") == 1
