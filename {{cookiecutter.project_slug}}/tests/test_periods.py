from datetime import date, datetime

import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }}.periods import (
    FREQUENCIES,
    last_month,
    months_before,
    usage_between,
)

STARTS = {
    "hour": [datetime(1999, 12, 31, 23), datetime(2024, 2, 29, 0), datetime(2025, 3, 30, 2)],
    "day": [date(1999, 12, 31), date(2024, 2, 29), date(2024, 12, 31)],
    "week": [date(1999, 12, 27), date(2020, 12, 28), date(2021, 1, 4)],
    "month": [date(1999, 12, 1), date(2024, 2, 1), date(2024, 12, 1)],
    "quarter": [date(1999, 10, 1), date(2024, 1, 1), date(2024, 11, 1)],
    "year": [date(1999, 1, 1), date(2000, 1, 1), date(2024, 7, 1)],
}
"""Frequency -> starts of periods: a leap day, a year of 53 weeks, a quarter that is not January's,
and an hour that clocks skip in spring."""


def test_months_are_counted_back_over_years():
    assert months_before(date(2024, 3, 1), 0) == date(2024, 3, 1)
    assert months_before(date(2024, 3, 1), 15) == date(2022, 12, 1)


def test_the_last_month_is_the_tables_and_not_the_last_with_known_usage(make_usage):
    usage = make_usage([("a", date(2024, 2, 1), 1.0), ("b", date(2024, 7, 1), None)])
    assert last_month(usage) == date(2024, 7, 1)


@pytest.mark.parametrize("name", FREQUENCIES)
def test_a_missing_row_is_zero_and_an_unknown_usage_stays_unknown(spark, name):
    """Whether a history is complete, or has gaps; rows outside it do not count."""
    frequency, start = FREQUENCIES[name], STARTS[name][1]
    kind = "timestamp_ntz" if name == "hour" else "date"
    periods = [frequency.before(start, -count) for count in range(5)]
    complete = dict(zip(periods, [9.0, 2.0, None, 3.0, 8.0], strict=True))
    gap = {period: usage for period, usage in complete.items() if period != periods[3]}
    rows = spark.createDataFrame(
        [(at, periods[1], periods[3]) for at in (complete, gap)],
        f"at map<{kind}, double>, first {kind}, last {kind}",
    )
    found = rows.select(usage_between("at", "first", "last", frequency)).collect()
    assert [row[0] for row in found] == [[2.0, None, 3.0], [2.0, None, 0.0]]


@pytest.mark.parametrize("name", FREQUENCIES)
def test_periods_have_the_same_number_in_python_and_in_spark(spark, name):
    """And what lies 5 periods earlier has a number that is less by 5, in both."""
    frequency, starts = FREQUENCIES[name], STARTS[name]
    kind = "timestamp_ntz" if name == "hour" else "date"
    rows = spark.createDataFrame([(start,) for start in starts], f"month {kind}")
    earlier = frequency.add("month", -5)
    found = rows.select(
        "month",
        frequency.index_column("month").alias("number"),
        frequency.index_column(earlier).alias("less"),
        earlier.alias("earlier"),
        F.size(F.sequence(earlier, "month", F.expr(frequency.step))).alias("length"),
        frequency.between(earlier, "month").alias("between"),
    ).collect()
    for row in found:
        assert row.number == frequency.index(row.month)
        assert row.less == row.number - 5
        assert row.earlier == frequency.before(row.month, 5)
        assert frequency.index(row.earlier) == row.less
        assert row.length == 6
        assert row.between == 5


def test_every_day_has_24_hours_on_a_wall_clock():
    hour, spring = FREQUENCIES["hour"], datetime(2025, 3, 30)
    assert hour.index(datetime(2025, 3, 31)) - hour.index(spring) == 24
    assert hour.before(datetime(2025, 3, 31), 24) == spring


def test_january_has_number_0_and_so_do_the_first_quarter_and_year_of_2000():
    for name in ("month", "quarter", "year"):
        assert FREQUENCIES[name].index(date(2000, 1, 1)) == 0
