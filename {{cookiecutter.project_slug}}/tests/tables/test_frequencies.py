"""The frequency of a table is found from its times, and tables of two frequencies are refused."""

from datetime import date, datetime, time, timedelta
from itertools import accumulate

import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.periods import FREQUENCIES
from {{ cookiecutter.package_name }}.tables import USAGE
from {{ cookiecutter.package_name }}.tables.frequencies import LAST, find, last_used

STARTS = {
    "hour": datetime(2025, 3, 29, 22),
    "day": datetime(2024, 2, 27),
    "week": datetime(2020, 12, 23),
    "month": datetime(2023, 12, 1),
    "quarter": datetime(2023, 11, 1),
    "year": datetime(1999, 7, 1),
}
"""Frequency -> the first of a table's periods: before clocks change, a leap day, and week 53; weeks
begin on Wednesdays, quarters in November and years in July."""


def times(name, count):
    """Return starts of consecutive periods."""
    frequency, start = FREQUENCIES[name], STARTS[name]
    if frequency.hours:
        return [start + number * timedelta(hours=frequency.hours) for number in range(count)]
    starts = [frequency.before(start, -number) for number in range(count)]
    return [datetime(first.year, first.month, first.day) for first in starts]


def refusal(rows_at):
    with pytest.raises(BadInputError) as refused:
        find(rows_at, None, "T")
    return str(refused.value)


@pytest.mark.parametrize("name", FREQUENCIES)
def test_each_frequency_is_found_wherever_its_periods_start(name):
    starts = times(name, 40)
    found = find(dict.fromkeys(starts, 3), None, "T")
    assert found.frequency.name == name
    assert all(map(found.is_start, starts))
    assert not found.is_start(starts[5] + timedelta(minutes=7))


@pytest.mark.parametrize("name", ["week", "month", "quarter", "year"])
def test_a_few_rows_at_other_times_break_the_rule_of_the_others(name):
    starts = times(name, 12)
    wrong = starts[3] + timedelta(days=2)
    found = find({**dict.fromkeys(starts, 5), wrong: 1}, None, "T")
    assert found.frequency.name == name
    assert not found.is_start(wrong)


@pytest.mark.parametrize("name", ["month", "quarter", "year"])
@pytest.mark.parametrize("day", [15, LAST])
def test_periods_that_another_day_stands_for_start_on_their_first_day(name, day):
    """Ends of months are usual in finance; as days, all between them would count as zero usage."""
    starts = times(name, 12)
    months = FREQUENCIES[name].months
    dated = {
        start: start.replace(day=15)
        if day == 15
        else datetime.combine(FREQUENCIES[name].before(start, -1), time()) - timedelta(days=1)
        for start in starts
    }
    found = find(dict.fromkeys(dated.values(), 3), None, "T")
    assert (found.frequency.name, found.day) == (name, day)
    assert found == find(dict.fromkeys(dated.values(), 3), FREQUENCIES[name], "T")
    assert all(found.is_start(time) for time in dated.values())
    assert [found.start(time) for time in dated.values()] == [start.date() for start in starts]
    assert not found.is_start(datetime(2024, 3, 14))
    if months == 1:
        days = dict.fromkeys(dated.values(), 3)
        assert find(days, FREQUENCIES["day"], "T").frequency.name == "day"


def test_dates_a_month_apart_on_no_common_day_are_refused():
    dates = [datetime(2025, 1, 30), datetime(2025, 2, 28), datetime(2025, 3, 29)]
    dates += [datetime(2025, 4, 27), datetime(2025, 5, 26)]
    rows_at = dict.fromkeys(dates, 1)
    assert "for example 2025-04-27 and 2025-05-26. Write the first day" in refusal(rows_at)
    assert find(rows_at, FREQUENCIES["day"], "T").frequency.name == "day"


def test_months_that_are_dated_by_their_last_friday_are_no_weeks():
    """Periods of 4, 4 and 5 weeks are usual in retail; as weeks, three of four would be unused."""
    steps = [timedelta(weeks=weeks) for weeks in (4, 4, 5, 4, 4, 5)]
    rows_at = dict.fromkeys(accumulate(steps, initial=datetime(2025, 1, 31)), 1)
    assert "Write the first day of each month, or say that the other weeks" in refusal(rows_at)
    assert find(rows_at, FREQUENCIES["week"], "T").frequency.name == "week"


@pytest.mark.parametrize("hours", [-2, -1, 5.5, 8])
def test_midnight_of_another_time_zone_is_refused_and_not_taken_for_an_hour(hours):
    for name, count in (("month", 2), ("month", 9), ("day", 9), ("week", 9)):
        shifted = dict.fromkeys((t + timedelta(hours=hours) for t in times(name, count)), 1)
        assert f"{count} of {count} rows have a time of day" in refusal(shifted)
        assert find(shifted, FREQUENCIES["hour"], "T").frequency.name == "hour"


def test_one_or_a_few_months_are_months_as_before():
    assert find({datetime(2025, 1, 1): 9}, None, "T").frequency.name == "month"
    assert find(dict.fromkeys(times("quarter", 3), 1), None, "T").frequency.name == "month"


@pytest.mark.parametrize(("longer", "name"), [("week", "day"), ("month", "day"), ("day", "hour")])
def test_a_table_of_two_frequencies_is_refused_unless_one_is_given(longer, name):
    each = {"week": 7, "month": 30, "day": 24}[longer]
    start = datetime(2025, 1, 1)
    short = [start + timedelta(hours=FREQUENCIES[name].hours * at) for at in range(6 * each)]
    is_long = {
        "week": lambda time: time.weekday() == 2,
        "month": lambda time: time.day == 1,
        "day": lambda time: time.hour == 0,
    }[longer]
    rows_at = {time: 10 + 10 * is_long(time) for time in short}
    told = refusal(rows_at)
    assert f"rows of each {name} and of each {longer} are mixed: 20 rows at" in told
    assert told.endswith(f"--frequency {name}")
    assert find(rows_at, FREQUENCIES[name], "T").frequency.name == name


def test_days_with_more_rows_on_one_weekday_or_with_gaps_are_days():
    days = times("day", 60)
    busy = {day: 14 if day.weekday() == 5 else 10 for day in days}
    assert find(busy, None, "T").frequency.name == "day"
    some = {day: 10 for day in days if day.weekday() in (0, 2, 4)}
    assert find(some, None, "T").frequency.name == "day"


@pytest.fixture
def read(spark, tmp_path):
    """Read a usage table of these lines."""

    def read_lines(lines, header="customer_id,day,usage", **options):
        source = tmp_path / "table.csv"
        source.write_text("\n".join([header, *lines]))
        return tables.read_with_notes(spark, str(source), USAGE, **options)

    return read_lines


def test_days_are_read_as_dates_from_a_column_of_that_name(read):
    lines = [f"a,{day:%Y-%m-%d},{day.day}" for day in times("day", 20)]
    found = read(lines, as_of=datetime(2024, 3, 1, 23, 59, 59))
    assert (found.frequency.name, found.period, found.months) == ("day", "period", 4)
    assert (found.left_out, found.rows.schema["month"].dataType.simpleString()) == (16, "date")
    assert found.rows.agg(F.max("month")).first()[0] == date(2024, 3, 1)


def test_hours_are_read_as_a_wall_clock_shows_them(read):
    """Zones are not looked at: the hour that clocks skip is one like any other."""
    lines = [f"a,{hour:%Y-%m-%dT%H:%M}:00+01:00,1" for hour in times("hour", 30)]
    found = read(lines, header="customer_id,Hour,usage")
    assert (found.frequency.name, found.period, found.months) == ("hour", "period", 30)
    assert found.rows.agg(F.min("month")).first()[0] == STARTS["hour"]
    assert found.rows.schema["month"].dataType.simpleString() == "timestamp_ntz"


@pytest.mark.parametrize(
    ("end", "last"),
    [("2025-09-30", "2025-09-30"), ("2025-10-31", "2025-12-31"), ("2025-12-31", "2025-12-31")],
)
def test_a_quarter_that_is_dated_by_its_end_is_used_by_the_name_of_its_start(end, last):
    days = ("03-31", "06-30", "09-30", "12-31")
    ends = {datetime.fromisoformat(f"{year}-{day}"): 9 for year in (2024, 2025) for day in days}
    assert last_used(ends, datetime.fromisoformat(end), None, "T") == datetime.fromisoformat(last)


def test_ends_of_months_are_read_as_their_months_and_other_days_are_refused(read):
    ends = ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    lines = [f"a,{day},1" for day in ends]
    found = read(lines, header="customer_id,date,usage")
    assert found.frequency.name == "month"
    assert "dates are the last day of each month, and are read as the first" in found.warnings[0]
    months = [row.month for row in found.rows.orderBy("month").collect()]
    assert months == [date(2024, month, 1) for month in range(1, 5)]
    with pytest.raises(BadInputError, match="not the last day of a month in 1 of 5 rows"):
        read([*lines, "a,2024-02-28,1"], header="customer_id,date,usage")


@pytest.mark.parametrize(
    ("texts", "name", "last"),
    [
        (["2021", "2022", "2023", "2024"], "year", date(2024, 1, 1)),
        (["2024-Q1", "2024Q2", "2024 q3", "2024-Q4"], "quarter", date(2024, 10, 1)),
        (["2020-W51", "2020-W52", "2020W53", "2021-W01"], "week", date(2021, 1, 4)),
    ],
)
def test_years_quarters_and_weeks_are_read_by_their_names(read, texts, name, last):
    found = read([f"a,{text},1" for text in texts], header="customer_id,period,usage")
    assert (found.frequency.name, found.months) == (name, 4)
    assert found.rows.agg(F.max("month")).first()[0] == last


@pytest.mark.parametrize(
    "text", ["2021-W53", "2021-W00", "2021-Q5", "202101", "2021-01", "1/2021", "21"]
)
def test_periods_that_there_are_not_are_refused(read, text):
    with pytest.raises(BadInputError, match="column month is not a date in 1 of 2 rows"):
        read(["a,2020-12-28,1", f"a,{text},1"], header="customer_id,week,usage")


@pytest.mark.parametrize("year", [1999, 2023])
def test_quarters_that_begin_in_other_months_for_each_customer_are_refused(read, year):
    """As months they would have two of three without usage."""
    lines = [f"c{at % 3},{date(year + at // 12, at % 12 + 1, 1)},1" for at in range(24)]
    header = "customer_id,month,usage"
    with pytest.raises(BadInputError, match=r"one month of a quarter only.*--frequency month"):
        read(lines, header=header)
    with pytest.raises(BadInputError, match="one month of a quarter only"):
        read([*lines, lines[0]], header=header, max_rejected=0.5)
    assert read(lines, header=header, frequency=FREQUENCIES["month"]).frequency.name == "month"


def test_bad_times_are_refused_with_the_rule_of_the_table(read):
    lines = [f"a,{day:%Y-%m-%d},1" for day in times("week", 9)]
    with pytest.raises(BadInputError, match=r"not a Wednesday in 1 of 10 rows.*--frequency day"):
        read([*lines, "a,2021-01-01,1"])
    with pytest.raises(BadInputError, match="column month is not a date in 1 of 10 rows"):
        read([*lines, "a,2020-12-23 10:30,1"])
    found = read([*lines, "a,2021-01-01,1", "a,2020-12-23 10:30,1"], max_rejected=0.2)
    assert found.reasons == {"month is not a date": 1, "month is not a Wednesday": 1}
    assert (found.rows.count(), found.rejected.count()) == (9, 2)
