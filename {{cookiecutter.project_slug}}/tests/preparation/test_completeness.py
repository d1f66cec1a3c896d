"""The last period is cut unless it ends as earlier ones do."""

from datetime import datetime, timedelta

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.preparation.completeness import (
    Period,
    judge,
    last_complete,
    name_of,
)

LATER = datetime(2030, 1, 1)
DAY = timedelta(days=1)


def months(*silent_days: int) -> list[Period]:
    """Months of 2024 whose last events are so many days before their last days."""
    starts = [datetime(2024, month, 1) for month in range(1, 13)] + [datetime(2025, 1, 1)]
    return [
        Period(start, end, end - (silent + 0.5) * DAY, 10)
        for start, end, silent in zip(starts, starts[1:], silent_days, strict=False)
    ]


@pytest.mark.parametrize(
    ("silent_days", "is_complete"),
    [
        ([0], True),
        ([1], False),
        ([0, 0, 0], True),
        ([0, 0, 1], False),
        ([0, 1, 1], True),  # closed on Sundays
        ([0, 8, 0, 8], True),  # with few periods, the longest silence is usual
        ([0] * 10 + [9], False),
        ([0] * 9 + [9, 9], False),  # one in ten was an exception
        ([0] * 8 + [9, 9, 9], True),
        ([20, 25, 12, 22], True),  # a shop with an event a month
    ],
)
def test_a_month_is_complete_if_its_end_is_as_silent_as_usual(silent_days, is_complete):
    verdict = judge(months(*silent_days), "month", LATER)
    assert verdict.is_complete == is_complete
    assert (verdict.silence, verdict.unit) == (silent_days[-1], "days")


def test_days_and_hours_count_in_hours_and_minutes():
    day = Period(datetime(2024, 1, 1), datetime(2024, 1, 2), datetime(2024, 1, 1, 21, 59), 1)
    hour = Period(datetime(2024, 1, 1, 8), datetime(2024, 1, 1, 9), datetime(2024, 1, 1, 8, 58), 1)
    assert (judge([day], "day", LATER).silence, judge([day], "day", LATER).unit) == (2, "hours")
    assert (judge([hour], "hour", LATER).silence, judge([hour], "hour", LATER).unit) == (
        1,
        "minutes",
    )


def test_the_period_of_now_is_never_complete():
    found = months(0, 0)
    assert not judge(found, "month", found[-1].end - timedelta(seconds=1)).is_complete
    assert judge(found, "month", found[-1].end).is_complete


def test_what_is_not_complete_is_cut_unless_it_is_named():
    found = months(0, 0, 20)
    assert last_complete(found, "month", LATER, None, "events")[0] == found[1]
    assert last_complete(found, "month", LATER, found[2].start + DAY, "events")[0] == found[2]
    assert last_complete(found, "month", LATER, datetime(2024, 12, 1), "events")[0] == found[1]


def test_events_of_later_periods_do_not_make_that_of_now_complete():
    """Bookings, or a clock that is fast."""
    found = months(0, 0, 0, 25)
    now = found[2].end - DAY
    assert last_complete(found, "month", now, None, "events")[0] == found[1]
    assert last_complete(found, "month", now, found[2].start, "events")[0] == found[2]


def test_a_table_without_a_complete_period_is_refused_with_what_helps():
    with pytest.raises(BadInputError, match=r"^events: the only month .* --as-of 2024-01$"):
        last_complete(months(20), "month", LATER, None, "events")


@pytest.mark.parametrize(
    ("frequency", "name"),
    [("hour", "2024-01-01T08"), ("day", "2024-01-01"), ("week", "2024-01-01"), ("year", "2024-01")],
)
def test_periods_are_named_as_an_option_takes_them(frequency, name):
    assert name_of(datetime(2024, 1, 1, 8), frequency) == name
