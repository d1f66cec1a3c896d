"""Rows that break a rule are counted by reason and set aside; too many are refused."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.preparation.events import Columns, Style, open_events
from {{ cookiecutter.package_name }}.preparation.survey import (
    accepted,
    refuse_above,
    rejected,
    survey,
)

TODAY = date(2024, 6, 30)
COLUMNS = Columns("Customer ID", "When", ("Quantity", "Price"))
BAD = {
    ",2024-01-01,1,1": "Customer ID is null",
    " ,2024-01-01,1,1": "Customer ID is null",
    "a,,1,1": "When is null",
    "a,01/02/2024,1,1": "When is a date of which day and month cannot be told apart",
    "a,2024-02-30,1,1": "When is not a time",
    "a,1704067200000,1,1": "When is a whole number",
    "a,1899-12-31,1,1": "When is before 1900",
    "a,2024-07-02,1,1": "When is after today (2024-06-30)",
    "a,2024-01-01,,1": "Quantity is null",
    'a,2024-01-01,1,"1,50"': "Price is written with a decimal comma",
    'a,2024-01-01,1,"1,500"': ("Price is a number with thousands or with decimals after its comma"),
    "a,2024-01-01,1,free": "Price is not a number",
    "a,2024-01-01,1e300,1e300": "Quantity*Price is not a finite number",
    "a,2024-01-01,1": "count is not as in the header",
}
GOOD = ["\u00a0a ,2024-01-31 10:00,2,£1.50", "b,2024-02-01,-1,3", "b,2024-03-01,1,3"]


@pytest.fixture
def open_csv(spark, tmp_path):
    """Open events of a CSV file."""

    def open_lines(lines, columns=COLUMNS):
        source = tmp_path / "events.csv"
        source.write_text("\n".join(["Customer ID,When,Quantity,Price", *lines]))
        return open_events(spark, str(source), columns, Style(), {}, TODAY)

    return open_lines


def test_each_bad_row_has_its_reason_and_its_stored_values(open_csv):
    events = open_csv([*BAD, *GOOD])
    found = survey(events, "month", None)
    assert found.total == len(BAD) + len(GOOD)
    assert sum(found.broken) == len(BAD)
    aside = rejected(events, found).collect()
    assert sorted(row.reason for row in aside) == sorted(BAD.values())
    [free] = [row.stored for row in aside if row.reason == "Price is not a number"]
    assert '"Customer ID":"a","When":"2024-01-01","Quantity":"1","Price":"free"' in free

    used = accepted(events, found, datetime(2024, 3, 1)).collect()
    assert sorted(map(tuple, used)) == [
        ("a", datetime(2024, 1, 31, 10), 3.0),
        ("b", datetime(2024, 2, 1), -3.0),
    ]
    assert [period.events for period in found.periods] == [1, 1, 1]
    assert found.periods[0].end == datetime(2024, 2, 1)
    assert found.returns == (1, -3.0)
    assert "invisible" in found.warnings[0]


@pytest.mark.usefixtures("berlin")
def test_events_far_from_all_others_are_set_aside_and_open_no_empty_decades(open_csv):
    """A date of 1900 or 1970 stands for an unknown one."""
    months = [f"a,2024-{month:02}-{day:02},1,1" for month in (1, 2, 3) for day in range(1, 16)]
    events = open_csv([*months, "b,1970-01-01,1,1"])
    found = survey(events, "month", None)
    assert found.rejected == {"When is far from all others": 1}
    assert found.periods[0].start == datetime(2024, 1, 1)
    assert [row.reason for row in rejected(events, found).collect()] == list(found.rejected)
    assert accepted(events, found, datetime(2024, 4, 1)).count() == len(months)


def test_rows_after_the_last_period_to_use_are_counted_and_not_checked(open_csv):
    events = open_csv([*GOOD, ",2024-05-01,1,1", "a,2030-01-01,x,1"])
    found = survey(events, "quarter", datetime(2024, 2, 1))
    assert (found.total, found.left_out, found.rejected) == (3, 2, {})


def test_more_bad_rows_than_the_share_are_refused_with_counts_and_an_example(open_csv):
    events = open_csv([*GOOD, ",2024-01-01,1,1"])
    found = survey(events, "month", None)
    refuse_above(events, found, 0.25)
    with pytest.raises(BadInputError) as refused:
        refuse_above(events, found, 0.24)
    message = str(refused.value)
    assert "1 of 4 rows break a rule" in message
    assert "1 because Customer ID is null" in message
    assert '{"Customer ID":null,"When":"2024-01-01","Quantity":"1","Price":"1"}' in message
    assert message.endswith("--max-rejected 0.25")


@pytest.mark.parametrize(
    ("times", "told"),
    [
        (["12/1/2023 8:26", "1/31/2024 9:00"], "--time-format 'M/d/yyyy H:mm'."),
        (["01-02-2024", "31-01-2024"], "--time-format 'd-M-yyyy'."),
        (["01/02/2024"], "--time-format 'd/M/yyyy' or 'M/d/yyyy'."),
    ],
)
def test_ambiguous_dates_are_refused_with_the_pattern_that_fits_all(open_csv, times, told):
    events = open_csv([f"a,{time},1,1" for time in times], Columns("Customer ID", "When"))
    with pytest.raises(BadInputError) as refused:
        refuse_above(events, survey(events, "month", None), 0.5)
    assert str(refused.value).endswith(told)


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_times_of_pandas_are_instants_only_with_a_zone(spark, tmp_path, zone):
    """Their nanoseconds come to Spark as numbers, and their other columns as they are."""
    source = tmp_path / "events.parquet"
    when = pd.Timestamp("2024-01-31 23:30", tz=zone).as_unit("ns")
    pd.DataFrame({"Who": [7], "When": [when], "Paid": ["£1.50"]}).to_parquet(source)
    columns, style = Columns("Who", "When", ("Paid",)), Style(zone="Europe/Berlin")
    events = open_events(spark, str(source), columns, style, {}, TODAY)
    [row] = accepted(events, survey(events, "month", None), datetime(2024, 3, 1)).collect()
    assert row.time == datetime(2024, 1, 31, 23, 30) + (timedelta(hours=1) if zone else timedelta())
    assert (row.customer_id, row.amount) == ("7", 1.5)


def test_a_table_without_rows_is_refused(open_csv):
    events = open_csv([])
    with pytest.raises(BadInputError, match="there are no rows"):
        refuse_above(events, survey(events, "month", None), 1.0)


def test_a_missing_column_is_refused(open_csv):
    with pytest.raises(BadInputError, match="column Client is missing"):
        open_csv(GOOD, Columns("Client", "When"))
