"""A run replaces its own vintage only; earlier ones stay, and so does a table without vintages."""

from datetime import UTC, date, datetime

import pytest
from pyspark.sql.types import (
    DateType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
)

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.errors import BadInputError

JANUARY, FEBRUARY, MARCH = (date(2025, month, 1) for month in (1, 2, 3))
COLUMNS = StructType(
    [
        StructField("period", StringType()),
        StructField("id", LongType()),
        StructField("as_of", DateType()),
    ]
)


def run(as_of, name="run"):
    return tables.Run(as_of, datetime(2025, 4, 2, tzinfo=UTC), name)


@pytest.fixture
def write(spark, tmp_path):
    """Write a vintage of so many rows; return the folder of the table."""

    def write(as_of, count, keep=None, name="run", **columns):
        frame = spark.range(count).selectExpr("id", "'p' AS month", *columns.values())
        tables.write_vintage(frame, tmp_path / "out", run(as_of, name), keep)
        return tmp_path / "out"

    return write


def counts(spark, output):
    rows = tables.read_vintages(spark, str(output), COLUMNS).groupBy("as_of").count().collect()
    return {row["as_of"]: row["count"] for row in rows}


def test_a_run_replaces_its_own_vintage_and_no_other(spark, write):
    write(JANUARY, 1)
    write(FEBRUARY, 2)
    output = write(JANUARY, 3, name="again")
    assert counts(spark, output) == {JANUARY: 3, FEBRUARY: 2}
    rows = tables.read_vintage(spark, output, JANUARY).collect()
    assert {(row.run_id, row.as_of) for row in rows} == {("again", JANUARY)}
    assert not list(output.glob(".*"))


def test_the_newest_vintage_is_read_unless_another_is_named(spark, write):
    write(FEBRUARY, 2)
    output = write(JANUARY, 1)
    assert tables.read_vintage(spark, output).count() == 2
    with pytest.raises(BadInputError, match="has no vintage 2025-03-01"):
        tables.read_vintage(spark, output, MARCH)


def test_so_many_vintages_stay_as_are_to_be_kept_and_always_the_one_that_is_written(spark, write):
    for as_of in (JANUARY, FEBRUARY, MARCH):
        output = write(as_of, 1, keep=2)
    assert tables.vintages(output) == ["2025-02-01", "2025-03-01"]
    write(JANUARY, 1, keep=2)  # a run of the past
    assert tables.vintages(output) == ["2025-01-01", "2025-03-01"]


def test_a_table_without_vintages_becomes_the_one_of_an_unknown_period(spark, write, tmp_path):
    spark.range(5).write.parquet(str(tmp_path / "out"))
    output = write(JANUARY, 1)
    assert counts(spark, output) == {JANUARY: 1}
    assert spark.read.parquet(str(output)).where("as_of IS NULL").count() == 5
    assert tables.vintages(output) == ["2025-01-01"]


def test_a_run_that_fails_leaves_a_table_without_vintages_as_it_was(spark, tmp_path):
    spark.range(5).write.parquet(str(tmp_path / "out"))
    before = sorted(path.name for path in (tmp_path / "out").iterdir())

    def fail():
        raise BadInputError("input changed")

    with pytest.raises(BadInputError, match="input changed"):
        tables.write_vintage(spark.range(1), tmp_path / "out", run(JANUARY), None, fail)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == before


def test_vintages_may_differ_in_columns_that_are_not_read(spark, write):
    write(JANUARY, 1)
    assert counts(spark, write(FEBRUARY, 2, q10="0.5 AS q10")) == {JANUARY: 1, FEBRUARY: 2}


def test_a_vintage_of_an_hour_is_one_of_its_own(spark, write):
    hours = [datetime(2025, 1, 1, hour) for hour in (0, 13)]
    for hour in hours:
        output = write(hour, 1)
    assert tables.vintages(output) == ["2025-01-01 00:00:00", "2025-01-01 13:00:00"]
    assert [row.as_of for row in tables.read_vintage(spark, output).collect()] == hours[1:]
    columns = StructType([COLUMNS["id"], StructField("as_of", TimestampNTZType())])
    found = tables.read_vintages(spark, str(output), columns).collect()
    assert sorted(row.as_of for row in found) == hours


@pytest.mark.usefixtures("berlin")
def test_the_hour_of_a_vintage_at_a_url_does_not_depend_on_the_machines_time_zone(spark, tmp_path):
    hours = [datetime(2025, 1, 1, hour) for hour in (0, 13)]
    url = f"file://{tmp_path}/out"
    for hour in hours:
        tables.write_vintage(spark.range(1), f"{url}", run(hour), None)
    columns = StructType([COLUMNS["id"], StructField("as_of", TimestampNTZType())])
    found = tables.read_vintages(spark, url, columns).collect()
    assert sorted(row.as_of for row in found) == hours
    assert tables.read_vintage(spark, url, hours[0]).count() == 1


def test_what_is_no_table_of_vintages_is_refused_in_one_line(spark, tmp_path):
    with pytest.raises(BadInputError, match="there is no table of predictions"):
        tables.read_vintages(spark, str(tmp_path / "nowhere"), COLUMNS)
    spark.range(5).selectExpr("id", "'p' AS month").write.parquet(str(tmp_path / "old"))
    with pytest.raises(BadInputError, match="column as_of is missing"):
        tables.read_vintages(spark, str(tmp_path / "old"), COLUMNS)
