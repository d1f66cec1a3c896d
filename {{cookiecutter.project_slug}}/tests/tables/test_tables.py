"""Tables are read as they are meant, or refused in one clear line."""

import gzip
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.errors import BadInputError, UnavailableError
from {{ cookiecutter.package_name }}.tables import USAGE, reading

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)


@pytest.fixture
def csv(tmp_path):
    def write(text: str, name: str = "usage.csv") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


THREE_ROWS = [("a", JANUARY, 1.5), ("a", FEBRUARY, None), ("b", JANUARY, 0.0)]
ONE_ROW = [("a", JANUARY, 1.0)]


def held(usage):
    """The rows of a table, which must have all columns of usage in their types."""
    assert usage.schema.simpleString() == USAGE.schema.simpleString()
    return sorted(tuple(row) for row in usage.collect())


def refusal(spark, source: str) -> str:
    with pytest.raises(BadInputError) as refused:
        tables.read(spark, source, USAGE).count()
    message = str(refused.value)
    assert "\n" not in message
    assert source in message
    return message


def test_csv_is_read_with_columns_in_any_order_and_others_left_out(spark, csv):
    source = csv(
        "month,note,usage,customer_id\n2025-01-01,x,1.5,a\n2025-02-01,,,a\n2025-01-01,,0,b\n"
    )
    assert held(tables.read(spark, source, USAGE)) == THREE_ROWS


def test_csv_keeps_leading_zeros_quotes_and_commas_in_customer_ids(spark, csv):
    source = csv('customer_id,month,usage\n007,2025-01-01,1\n"a ""b"", c",2025-01-01,2\n')
    assert held(tables.read(spark, source, USAGE)) == [
        ("007", JANUARY, 1.0),
        ('a "b", c', JANUARY, 2.0),
    ]


def test_csv_with_a_byte_order_mark_as_excel_writes_it(spark, csv):
    source = csv("\ufeffcustomer_id,month,usage\na,2025-01-01,1\n")
    assert held(tables.read(spark, source, USAGE)) == ONE_ROW


def test_parquet_is_read_from_a_folder_and_from_a_file_that_pandas_wrote(
    spark, tmp_path, make_usage
):
    folder, file = str(tmp_path / "usage"), str(tmp_path / "my usage.parquet")
    make_usage(THREE_ROWS).write.parquet(folder)
    pd.DataFrame(
        {
            "usage": [1.5, None, 0],
            "customer_id": ["a", "a", "b"],
            "month": [datetime(2025, 1, 1), datetime(2025, 2, 1), datetime(2025, 1, 1)],
        }
    ).to_parquet(file)
    assert held(tables.read(spark, folder, USAGE)) == THREE_ROWS
    assert held(tables.read(spark, file, USAGE)) == THREE_ROWS


def test_whole_numbers_become_usage_and_customer_ids(spark, tmp_path, make_table):
    source = str(tmp_path / "usage")
    numbers = make_table([(7, JANUARY, 3)], "customer_id long, month date, usage int")
    numbers = numbers.withColumn("customer_id", F.col("customer_id").cast("decimal(20,0)"))
    numbers.write.parquet(source)
    assert held(tables.read(spark, source, USAGE)) == [("7", JANUARY, 3.0)]


def test_a_table_that_pandas_wrote_can_be_read_again_and_again(spark, tmp_path, make_table):
    """Its nanoseconds need a setting of Spark, which outlives the first reading."""
    file, plain = str(tmp_path / "usage.parquet"), str(tmp_path / "plain")
    pd.DataFrame(
        {"customer_id": ["a"], "month": [datetime(2025, 1, 1)], "usage": [1.0]}
    ).to_parquet(file)
    first = tables.read(spark, file, USAGE)
    second = tables.read(spark, file, USAGE)
    make_table([("a", 202501, 1.0)], "customer_id string, month long, usage double").write.parquet(
        plain
    )
    third = tables.read(spark, plain, USAGE)
    assert held(first) == held(second) == held(third) == ONE_ROW


def test_months_without_a_time_zone_are_read(spark, tmp_path):
    source = str(tmp_path / "usage")
    spark.sql(
        "SELECT 'a' AS customer_id, TIMESTAMP_NTZ '2025-01-01 00:00:00' AS month, 1D AS usage"
    ).write.parquet(source)
    assert held(tables.read(spark, source, USAGE)) == ONE_ROW


def test_compressed_csv_is_read(spark, tmp_path):
    path = tmp_path / "USAGE.CSV.gz"
    path.write_bytes(gzip.compress(b"customer_id,month,usage\na,2025-01-01,1\n", mtime=0))
    assert held(tables.read(spark, str(path), USAGE)) == ONE_ROW


def test_a_path_is_a_path_and_not_a_pattern(spark, tmp_path):
    folder = tmp_path / "v[1] {a,b}*"
    folder.mkdir()
    (folder / "usage.csv").write_text("customer_id,month,usage\na,2025-01-01,1\n")
    assert held(tables.read(spark, str(folder / "usage.csv"), USAGE)) == ONE_ROW


def test_a_relative_path_starts_where_the_caller_is(spark, csv, tmp_path, monkeypatch):
    """Spark's own process may be in another folder."""
    csv("customer_id,month,usage\na,2025-01-01,1\n")
    monkeypatch.chdir(tmp_path)
    assert held(tables.read(spark, "usage.csv", USAGE)) == ONE_ROW


@pytest.fixture
def catalog(spark, make_usage, tmp_path):
    """Tables in the catalog, one with a name that must be quoted."""
    spark.sql(f"CREATE DATABASE shop LOCATION '{tmp_path / 'shop'}'")
    usage = make_usage(THREE_ROWS)
    usage.write.saveAsTable("shop.usage")
    usage.createOrReplaceTempView("`my-usage`")
    yield
    spark.sql("DROP DATABASE shop CASCADE")
    spark.sql("DROP VIEW `my-usage`")


def test_a_catalog_table_is_read_by_name(spark, catalog):
    for name in ("shop.usage", "spark_catalog.shop.usage", "`my-usage`"):
        assert held(tables.read(spark, name, USAGE)) == THREE_ROWS


@pytest.mark.parametrize(
    "name",
    [
        *("absent", "absent.csv", "folder/absent", "no_schema.absent", "no_catalog.schema.absent"),
        *("usage.2025.parquet", "a b", "", " ", "x" * 300),
    ],
)
def test_an_absent_table_is_refused(spark, name):
    assert "no such path or catalog table" in refusal(spark, name)


@pytest.mark.parametrize("name", ["usage.parquet", "usage.csv.gz"])
@pytest.mark.parametrize("content", [b"PAR1", b"PAR1 not really PAR1", b"a,b\n1,2\n"])
def test_a_damaged_file_is_refused(spark, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert "a file is damaged" in refusal(spark, str(path))


def test_a_file_of_another_program_is_called_what_it_is(spark, tmp_path):
    for name, content in {"u.xlsx": b"PK\x03\x04", "u.feather": b"ARROW1\0\0"}.items():
        (tmp_path / name).write_bytes(content)
        assert "save it as" in refusal(spark, str(tmp_path / name))


def test_a_folder_without_files_is_refused(spark, tmp_path):
    assert "no files in it" in refusal(spark, str(tmp_path))


@pytest.mark.parametrize(
    ("usage", "told"), [(float("nan"), "not a finite number"), (float("-inf"), "negative")]
)
def test_stored_usage_that_is_no_number_is_refused(spark, tmp_path, make_usage, usage, told):
    source = str(tmp_path / "usage")
    make_usage([("a", JANUARY, usage)]).write.parquet(source)
    assert told in refusal(spark, source)


def test_a_stored_time_of_day_is_refused_as_a_month(spark, tmp_path):
    source = str(tmp_path / "usage")
    spark.sql(
        "SELECT 'a' AS customer_id, TIMESTAMP '2025-01-01 13:45:00' AS month, 1D AS usage"
    ).write.parquet(source)
    assert "column month is not a date in 1 of 1 rows" in refusal(spark, source)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            "a,2025-01-01,1\na,2025-02-01,-5\nb,2025-01-01,-1\n",
            "column usage is negative in 2 of 3 rows",
        ),
        (
            "a,2025-01-01,inf\na,2025-02-01,1d\na,2025-03-01,many\n",
            "column usage is not a double in 3 of 3 rows",
        ),
        (
            "a,2025-01-01,NA\na,2025-02-01,-\na,2025-03-01,NaN\n",
            "column usage is a word or a sign for a missing value in 3 of 3 rows",
        ),
        ("a,2025-01-01,1e999\n", "column usage is not a finite number in 1 of 1 rows"),
        (
            "a,2025-13-01,1\na,1/2/2025,1\na,2025-01-01T99,1\n",
            "column month is not a date in 3 of 3 rows",
        ),
        ("a,2025-01-15,1\n", "column month is not the first day of a month in 1 of 1 rows"),
        (",2025-01-01,1\n", "column customer_id is null in 1 of 1 rows"),
        ("  ,2025-01-01,1\n", "column customer_id is empty in 1 of 1 rows"),
        ("a,,1\n", "column month is null in 1 of 1 rows"),
        (
            "a,2025-01-01,1\na,2025-02\na,2025-03-01,1,2\n",
            "column count is not as in the header in 2 of 3 rows",
        ),
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
            "customer_id string, month double, usage double",
            ("a", 202501.0, 1.0),
            "month is of type double",
        ),
        (
            "customer_id double, month date, usage double",
            (7.0, JANUARY, 1.0),
            "customer_id is of type double",
        ),
    ],
)
def test_a_stored_type_that_needs_guessing_is_refused(
    spark, tmp_path, make_table, schema, row, told
):
    source = str(tmp_path / "usage")
    make_table([row], schema).write.parquet(source)
    assert told in refusal(spark, source)


def test_an_error_that_is_not_the_sources_fault_stays_as_it_is(spark, csv, monkeypatch):
    def fail(*_):
        return spark.sql("SELECT raise_error('elsewhere')").collect()

    monkeypatch.setattr(reading, "check_rows", fail)
    with pytest.raises(Exception, match="elsewhere"):
        tables.read(spark, csv("customer_id,month,usage\na,2025-01-01,1\n"), USAGE)


@pytest.fixture
def two_years(spark, tmp_path):
    """Usage of two customers to the end of 2025, and a row of 2099; and the path of its table."""
    months = "explode(sequence(DATE'2024-01-01', DATE'2025-12-01', INTERVAL 1 MONTH))"
    customers = "explode(array('a', 'b')) AS customer_id"
    usage = spark.sql(f"SELECT {customers}, month FROM (SELECT {months} AS month)")
    late = spark.sql("SELECT 'a' AS customer_id, DATE'2099-01-01' AS month")
    source = str(tmp_path / "usage")
    usage.union(late).selectExpr("*", "1D AS usage").coalesce(1).write.parquet(source)
    return source


def test_rows_after_today_are_refused_and_can_be_left_out(spark, two_years):
    today, december = date(2026, 1, 31), date(2025, 12, 1)
    with pytest.raises(BadInputError, match=r"after today \(2026-01-31\) in 1 of 49 rows.*2025-12"):
        tables.read(spark, two_years, USAGE, today=today)
    read = tables.read_with_notes(spark, two_years, USAGE, as_of=december, today=today)
    assert (read.rows.count(), read.left_out, read.warnings) == (48, 1, ())
    earlier = tables.read_with_notes(spark, two_years, USAGE, as_of=date(2025, 6, 1), today=today)
    assert earlier.rows.agg(F.max("month")).first()[0] == date(2025, 6, 1)
    assert earlier.left_out == 13


def test_what_is_left_out_is_not_checked_and_what_has_no_month_is(spark, csv):
    source = csv("customer_id,month,usage\na,2025-01-01,1\n,2025-02-01,-5\na,2025-02-01,x\n")
    read = tables.read_with_notes(spark, source, USAGE, as_of=JANUARY)
    assert (held(read.rows), read.left_out) == (ONE_ROW, 2)
    source = csv("customer_id,month,usage\na,2025-01-01,1\na,2025-13-01,1\n")
    with pytest.raises(BadInputError, match="month is not a date in 1 of 2 rows"):
        tables.read(spark, source, USAGE, as_of=JANUARY)


def test_a_good_table_is_gone_through_twice(spark, two_years, monkeypatch):
    """Each look at rows collects them: one aggregate by month, and one of the keys."""
    collected = []
    collect = type(spark.range(1)).collect
    monkeypatch.setattr(
        type(spark.range(1)), "collect", lambda frame: collected.append(1) or collect(frame)
    )
    tables.read(spark, two_years, USAGE, as_of=date(2025, 12, 1))
    assert len(collected) == 2


@pytest.mark.parametrize("change", ["replace", "remove"])
def test_a_file_that_changes_while_it_is_read_can_be_read_again(spark, csv, monkeypatch, change):
    source = csv("customer_id,month,usage\na,2025-01-01,1\n")
    check_rows = reading.check_rows

    def change_and_check(*arguments):
        if change == "remove":
            Path(source).unlink()
        else:
            csv("customer_id,month,usage\na,2025-01-01,1\nb,2025-01-01,1\n")
        return check_rows(*arguments)

    monkeypatch.setattr(reading, "check_rows", change_and_check)
    with pytest.raises(UnavailableError, match="Try again"):
        tables.read(spark, source, USAGE)


def test_a_table_whose_input_changed_meanwhile_leaves_the_earlier_one(spark, csv, tmp_path):
    source = csv("customer_id,month,usage\na,2025-01-01,1\n")
    read = tables.read_with_notes(spark, source, USAGE)
    tables.write_table(read.rows, tmp_path / "out", read.check_unchanged)
    csv("customer_id,month,usage\na,2025-01-01,1\nb,2025-01-01,1\n")
    with pytest.raises(UnavailableError, match="its files changed"):
        tables.write_table(read.rows, tmp_path / "out", read.check_unchanged)
    assert held(spark.read.parquet(str(tmp_path / "out"))) == ONE_ROW


def test_a_month_of_sign_up_that_no_calendar_has_is_refused(spark, csv):
    source = csv("customer_id,signup_month,plan\na,0001-01-01,basic\nb,,pro\n", "customers.csv")
    with pytest.raises(BadInputError, match=r"signup_month is out of range .* in 1 of 2 rows"):
        tables.read(spark, source, tables.CUSTOMERS)
