"""A usage table's periods are counted, and a change is noticed by the check meant for it."""

from datetime import date, datetime

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.monitoring.inputs import (
    Period,
    by_period,
    check_names,
    check_vintages,
    checks,
)
from {{ cookiecutter.package_name }}.monitoring.limits import Rates

JANUARY, FEBRUARY, MARCH = (date(2025, month, 1) for month in (1, 2, 3))


def test_rows_nulls_usage_and_customers_who_come_and_go_are_counted(make_table):
    usage = make_table(
        [
            ("a", JANUARY, 1.0),
            ("a", FEBRUARY, 2.0),
            ("a", MARCH, 0.0),  # gone in March
            ("b", JANUARY, 1.0),
            ("b", MARCH, 3.0),  # gone in February, and back: not new
            ("c", JANUARY, None),
            ("c", MARCH, 5.0),  # unknown before: new with its first usage
        ],
        "customer_id string, period date, usage double",
    )
    assert by_period(usage) == [
        Period("2025-01-01", rows=3, nulls=1, usage=2.0, active=2, new=2, gone=0),
        Period("2025-02-01", rows=1, nulls=0, usage=2.0, active=1, new=0, gone=1),
        Period("2025-03-01", rows=3, nulls=0, usage=8.0, active=2, new=1, gone=1),
    ]


def test_so_few_rows_come_to_the_driver_whatever_pauses_customers_make(make_table, monkeypatch):
    """A row per pair of a period and the previous one would be 38 million for a year of hours."""
    days = [date(2025, 1, 1 + number) for number in range(20)]
    pairs = [(first, second) for first in days for second in days if first < second]
    rows = [(f"{pair[0]}, {pair[1]}", day, 1.0) for pair in pairs for day in pair]
    usage = make_table(rows, "customer_id string, period date, usage double")
    collect, collected = type(usage).collect, []

    def counting(frame):
        found = collect(frame)
        collected.extend(found)
        return found

    monkeypatch.setattr(type(usage), "collect", counting)
    assert sum(period.new for period in by_period(usage)) == len(pairs)
    assert len(collected) == 2 * len(days)


def test_predictions_from_weeks_are_refused_for_usage_of_months():
    """Each month without a row of a week would count as one without usage."""
    months = [Period(f"2025-0{month}-01", 1, 0, 1.0, 1, 0, 0) for month in range(1, 5)]
    vintages = [date(2024, 12, 30), date(2025, 1, 27), date(2025, 2, 1), date(2025, 5, 5)]
    check_vintages([vintages[0], *vintages[2:]], months, "scores")  # one before, one after it
    with pytest.raises(BadInputError, match=r"1 of 2 vintages, for example 2025-01-27.*--freq"):
        check_vintages(vintages, months, "scores")
    hours = [Period("2025-03-30 01:00:00", 1, 0, 1.0, 1, 0, 0)]
    check_vintages([datetime(2025, 3, 30, 1)], hours, "forecasts")


def history(**changed):
    """Two years of an ordinary company; `changed` are figures of the last month."""
    ordinary = [
        Period(f"{n:02}", 1000 + 3 * n, 2, (1000 + 3 * n) * (50 + n % 5), 900, 9 + n % 3, 8 + n % 2)
        for n in range(24)
    ]
    return [*ordinary[:-1], ordinary[-1]._replace(**changed)]


@pytest.mark.parametrize(
    ("changed", "noticed"),
    [
        ({}, set()),
        ({"usage": 1000 * 53_000.0}, {"usage"}),  # a unit error
        ({"rows": 500, "usage": 500 * 53.0}, {"rows"}),  # a lost file
        ({"rows": 2138, "usage": 2138 * 53.0}, {"rows"}),  # a month that comes twice
        ({"nulls": 100}, {"nulls"}),
        ({"new": 200}, {"new"}),
        ({"gone": 200}, {"gone"}),
    ],
)
def test_a_change_is_noticed_by_the_check_that_is_meant_for_it(changed, noticed):
    found = checks(history(**changed), Rates())
    assert {check.watched.name for check in found if check.status == "act"} == noticed


def test_columns_are_compared_with_those_of_the_check_before():
    first, more, same = (
        check_names(["id", "usage"], before, "2025-12-01")
        for before in (None, ["id", "unit"], ["id", "usage"])
    )
    assert [check.status for check in (first, more, same)] == ["ok", "watch", "ok"]
    assert more.reason.endswith("since the last check: unit, usage")
