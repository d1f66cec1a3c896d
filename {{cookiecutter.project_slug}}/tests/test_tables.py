"""Tables are read as they are meant, refused in one clear line, and never lost."""

from datetime import date, datetime

import pandas as pd
import pytest
from pyspark.testing import assertDataFrameEqual

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.tables import USAGE, BadTableError

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)


@pytest.fixture
def csv(tmp_path):
    def write(text: str, name: str = "usage.csv") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def expected(make_usage):
    return make_usage([("a", JANUARY, 1.5), ("a", FEBRUARY, None), ("b", JANUARY, 0.0)])


def refusal(spark, source: str) -> str:
    with pytest.raises(BadTableError) as refused:
        tables.read(spark, source, USAGE).count()
    message = str(refused.value)
    assert "\n" not in message
    assert source in message
    return message


def test_csv_is_read_with_columns_in_any_order_and_others_left_out(spark, csv, expected):
    source = csv(
        "month,note,usage,customer_id\n2025-01-01,x,1.5,a\n2025-02-01,,,a\n2025-01-01,,0,b\n"
    )
    assertDataFrameEqual(tables.read(spark, source, USAGE), expected)


def test_csv_keeps_leading_zeros_quotes_and_commas_in_customer_ids(spark, csv, make_usage):
    source = csv('customer_id,month,usage\n007,2025-01-01,1\n"a ""b"", c",2025-01-01,2\n')
    assertDataFrameEqual(
        tables.read(spark, source, USAGE),
        make_usage([("007", JANUARY, 1.0), ('a "b", c', JANUARY, 2.0)]),
    )


def test_csv_with_a_byte_order_mark_as_excel_writes_it(spark, csv, make_usage):
    source = csv("\ufeffcustomer_id,month,usage\na,2025-01-01,1\n")
    assertDataFrameEqual(tables.read(spark, source, USAGE), make_usage([("a", JANUARY, 1.0)]))


def test_parquet_is_read_from_a_folder_and_from_a_file_that_pandas_wrote(spark, tmp_path, expected):
    folder, file = str(tmp_path / "usage"), str(tmp_path / "my usage.parquet")
    expected.write.parquet(folder)
    pd.DataFrame(
        {
            "usage": [1.5, None, 0],
            "customer_id": ["a", "a", "b"],
            "month": [datetime(2025, 1, 1), datetime(2025, 2, 1), datetime(2025, 1, 1)],
        }
    ).to_parquet(file)
    assertDataFrameEqual(tables.read(spark, folder, USAGE), expected)
    assertDataFrameEqual(tables.read(spark, file, USAGE), expected)


def test_whole_numbers_become_usage_and_customer_ids(spark, tmp_path, make_usage):
    source = str(tmp_path / "usage")
    numbers = spark.createDataFrame([(7, JANUARY, 3)], "customer_id long, month date, usage int")
    numbers.write.parquet(source)
    assertDataFrameEqual(tables.read(spark, source, USAGE), make_usage([("7", JANUARY, 3.0)]))


def test_a_catalog_table_is_read_by_name(spark, expected):
    expected.createOrReplaceTempView("usage_in_catalog")
    assertDataFrameEqual(tables.read(spark, "usage_in_catalog", USAGE), expected)


@pytest.mark.parametrize("name", ["absent", "absent.csv", "folder/absent", "no_schema.absent"])
def test_an_absent_table_is_refused(spark, name):
    assert "no such path or catalog table" in refusal(spark, name)


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1 not really PAR1", b"a,b\n1,2\n"])
def test_a_file_that_is_not_parquet_is_refused(spark, tmp_path, content):
    path = tmp_path / "usage.parquet"
    path.write_bytes(content)
    assert "cannot be read" in refusal(spark, str(path))


def test_a_folder_without_files_is_refused(spark, tmp_path):
    assert "no files in it" in refusal(spark, str(tmp_path))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            "a,2025-01-01,1\na,2025-02-01,-5\nb,2025-01-01,-1\n",
            "column usage is negative in 2 of 3 rows",
        ),
        ("a,2025-01-01,NaN\n", "column usage is not a finite number in 1 of 1 rows"),
        ("a,2025-01-01,Infinity\n", "column usage is not a finite number in 1 of 1 rows"),
        ("a,2025-01-01,many\n", "column usage is not a double in 1 of 1 rows"),
        ("a,2025-13-01,1\n", "column month is not a date in 1 of 1 rows"),
        ("a,2025-01-15,1\n", "column month is not the first day of a month in 1 of 1 rows"),
        (",2025-01-01,1\n", "column customer_id is null in 1 of 1 rows"),
        ("a,,1\n", "column month is null in 1 of 1 rows"),
        ("a,2025-01-01,1\na,2025-02\n", "column count is not as in the header in 1 of 2 rows"),
        ("a,2025-01-01,1,2\n", "column count is not as in the header in 1 of 1 rows"),
        ("a,2025-01-01,1\nb,2025-01-01,2\na,2025-01-01,3\n", "more than once in 2 rows"),
        ("", "no rows"),
    ],
)
def test_a_bad_row_is_refused_with_column_count_and_example(spark, csv, rows, told):
    message = refusal(spark, csv("customer_id,month,usage\n" + rows))
    assert told in message
    assert not rows or '"customer_id":' in message


def test_the_example_is_a_bad_row(spark, csv):
    rows = "a,2025-01-01,1\nbad,2025-01-01,-5\n"
    message = refusal(spark, csv("customer_id,month,usage\n" + rows))
    assert '{"customer_id":"bad","month":"2025-01-01","usage":"-5"}' in message


def test_a_missing_column_is_refused_with_those_that_are_there(spark, csv):
    message = refusal(spark, csv("customer_id,month,units\na,2025-01-01,1\n"))
    assert "column usage is missing" in message
    assert "customer_id, month, units" in message


def test_a_csv_without_even_a_header_is_refused(spark, csv):
    assert "column customer_id is missing" in refusal(spark, csv(""))


@pytest.mark.parametrize(
    ("schema", "row", "told"),
    [
        (
            "customer_id string, month date, usage string",
            ("a", JANUARY, "1"),
            "usage is of type string",
        ),
        (
            "customer_id string, month date, usage boolean",
            ("a", JANUARY, True),
            "usage is of type boolean",
        ),
        (
            "customer_id string, month string, usage double",
            ("a", "2025", 1.0),
            "month is of type string",
        ),
        (
            "customer_id double, month date, usage double",
            (7.0, JANUARY, 1.0),
            "customer_id is of type double",
        ),
    ],
)
def test_a_stored_type_that_needs_guessing_is_refused(spark, tmp_path, schema, row, told):
    source = str(tmp_path / "usage")
    spark.createDataFrame([row], schema).write.parquet(source)
    assert told in refusal(spark, source)


def test_an_error_that_is_not_the_sources_fault_stays_as_it_is(spark, csv, monkeypatch):
    def fail(*_):
        return spark.sql("SELECT raise_error('elsewhere')").collect()

    monkeypatch.setattr(tables, "_check_rows", fail)
    with pytest.raises(Exception, match="elsewhere"):
        tables.read(spark, csv("customer_id,month,usage\na,2025-01-01,1\n"), USAGE)


def numbers(spark, *values):
    return spark.createDataFrame([(value,) for value in values], "number int")


def read_back(spark, path):
    return sorted(row.number for row in spark.read.parquet(str(path)).collect())


def test_writing_twice_replaces_and_leaves_nothing_else(spark, tmp_path):
    tables.write({"one": numbers(spark, 1), "two": numbers(spark, 2)}, tmp_path)
    tables.write({"one": numbers(spark, 3), "two": numbers(spark, 4, 5)}, tmp_path)
    assert read_back(spark, tmp_path / "one") == [3]
    assert read_back(spark, tmp_path / "two") == [4, 5]
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}


def test_writing_leaves_other_files_in_the_folder_alone(spark, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    tables.write({"one": numbers(spark, 1)}, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_table_can_be_replaced_by_what_is_read_from_it(spark, tmp_path):
    tables.write({"one": numbers(spark, 1, 2)}, tmp_path)
    doubled = spark.read.parquet(str(tmp_path / "one")).selectExpr("number * 2 AS number")
    tables.write({"one": doubled}, tmp_path)
    assert read_back(spark, tmp_path / "one") == [2, 4]


def test_a_write_that_fails_leaves_all_earlier_tables(spark, tmp_path):
    tables.write({"one": numbers(spark, 1), "two": numbers(spark, 2)}, tmp_path)
    broken = numbers(spark, 3).selectExpr("CAST(raise_error('broken') AS int) AS number")
    with pytest.raises(Exception, match="broken"):
        tables.write({"one": numbers(spark, 9), "two": broken}, tmp_path)
    assert read_back(spark, tmp_path / "one") == [1]
    assert read_back(spark, tmp_path / "two") == [2]


def test_a_run_killed_while_tables_change_places_loses_nothing(spark, tmp_path):
    first = spark.createDataFrame([("a", JANUARY, 1.0)], USAGE.schema)
    tables.write({"usage": first}, tmp_path)

    # the earlier table has been moved away, the new one is not yet in its place
    (tmp_path / "usage").rename(tmp_path / ".usage.earlier")
    assertDataFrameEqual(tables.read(spark, str(tmp_path / "usage"), USAGE), first)

    tables.write(
        {"usage": first.selectExpr("customer_id", "month", "usage + 1 AS usage")}, tmp_path
    )
    assert tables.read(spark, str(tmp_path / "usage"), USAGE).first().usage == 2.0
    assert {path.name for path in tmp_path.iterdir()} == {"usage"}
