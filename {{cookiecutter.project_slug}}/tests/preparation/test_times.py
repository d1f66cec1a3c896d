"""Times of one meaning are read, and others are not guessed."""

from datetime import date, datetime

import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }}.preparation.times import (
    has_zone,
    suggested_formats,
    with_local_times,
)

JULY = datetime(2024, 7, 5, 8, 26)
READ = {
    "2024-07-05": datetime(2024, 7, 5),
    "2024-07-05 08:26": JULY,
    "2024-7-5T8:26:00.000": JULY,
    "2024-07-05T06:26:00Z": JULY,  # Berlin is two hours before UTC in July, and one in January
    "2024-07-04 21:26:00-0900": JULY,
    "2024-01-05T07:26:00+00:00": datetime(2024, 1, 5, 8, 26),
    "2024/07/05 08:26": JULY,
    "20240705": datetime(2024, 7, 5),
    " 05.07.2024 08:26 ": JULY,
    "5 Jul 2024": datetime(2024, 7, 5),
    "05-JUL-2024 08:26": JULY,
    "July 5, 2024 08:26": JULY,
    "2024-02-29": datetime(2024, 2, 29),
    "2023-02-29": None,
    "01/02/2024": None,
    "31/12/2024": None,
    "05.07.24": None,
    "2024-07": None,
    "08:26": None,
    "2024-07-05 8:26 PM": None,
    "yesterday": None,
}


@pytest.fixture(scope="module")
def read_times(make_table):
    """Read times as text in Berlin."""

    def read(texts, time_format=None):
        rows = make_table([(text,) for text in texts], "t string")
        times = with_local_times(rows, "t", "time", "Europe/Berlin", time_format)
        return {row.t: row.time for row in times.collect()}

    return read


def test_forms_of_one_meaning_are_read_and_all_others_are_null(read_times):
    assert read_times(READ) == READ


def test_a_pattern_reads_what_is_ambiguous_without_it(read_times):
    assert read_times(["7/5/2024 8:26"], "M/d/yyyy H:mm") == {"7/5/2024 8:26": JULY}
    with_offset = read_times(["5/7/24 06:26 +00:00", "x"], "d/M/yy HH:mm xxx")
    assert with_offset == {"5/7/24 06:26 +00:00": JULY, "x": None}


def test_numbers_since_1970_are_instants(make_table):
    rows = make_table([(1720160760, "1720160760500")], "seconds long, millis string")
    rows = with_local_times(rows, "seconds", "a", "Europe/Berlin", "epoch")
    [row] = with_local_times(rows, "millis", "b", "UTC", "epoch-ms").collect()
    assert (row.a, row.b) == (JULY, datetime(2024, 7, 5, 6, 26, 0, 500_000))


def test_a_number_that_is_no_time_is_null(make_table):
    rows = make_table([("20240131120000",), ("99999999999999",), ("x",)], "time string")
    found = with_local_times(rows, "time", "read", "UTC", "epoch").collect()
    assert [row.read for row in found] == [None, None, None]


def test_instants_are_converted_and_times_without_a_zone_are_not(spark):
    rows = spark.sql(
        "SELECT TIMESTAMP'2024-03-31 01:30:00' AS instant, DATE'2024-03-31' AS day, "
        "TIMESTAMP_NTZ'2024-03-31 01:30:00' AS written"
    )
    for name in rows.columns:
        rows = with_local_times(rows, name, name, "Europe/Berlin", None)
    [row] = rows.collect()
    assert row.instant == datetime(2024, 3, 31, 3, 30)  # clocks went from 2 to 3 at that hour
    assert (row.day, row.written) == (datetime(2024, 3, 31), datetime(2024, 3, 31, 1, 30))


@pytest.mark.parametrize(
    ("example", "formats"),
    [
        ("12/1/2010 8:26", ("d/M/yyyy H:mm", "M/d/yyyy H:mm")),
        ("1-2-24", ("d-M-yy", "M-d-yy")),
        ("01.02.24 10:30:15", ("d.M.yy H:mm:ss", "M.d.yy H:mm:ss")),
        ("1/2/2024 10:30 PM", ("d/M/yyyy h:mm a", "M/d/yyyy h:mm a")),
    ],
)
def test_the_suggested_patterns_read_the_example(make_table, example, formats):
    assert suggested_formats(example) == formats
    rows = make_table([(example,)], "t string")
    read = [F.try_to_timestamp("t", F.lit(pattern)).cast("date") for pattern in formats]
    [(day_first, month_first)] = rows.select(*read).collect()
    assert (day_first.day, day_first.month) == (month_first.month, month_first.day)
    assert date(2010, 1, 1) <= day_first < date(2025, 1, 1)


def test_a_pattern_has_a_zone_outside_quotes_only():
    assert has_zone("yyyy-MM-dd HH:mm xxx")
    assert not has_zone("yyyy-MM-dd'T'HH:mm:ss'Z'")
