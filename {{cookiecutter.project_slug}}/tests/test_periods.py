from datetime import date

from {{ cookiecutter.package_name }}.periods import (
    last_month,
    month_index,
    month_index_column,
    months_before,
)


def test_months_are_counted_back_over_years():
    assert months_before(date(2024, 3, 1), 0) == date(2024, 3, 1)
    assert months_before(date(2024, 3, 1), 15) == date(2022, 12, 1)


def test_the_last_month_is_the_tables_and_not_the_last_with_known_usage(make_usage):
    usage = make_usage([("a", date(2024, 2, 1), 1.0), ("b", date(2024, 7, 1), None)])
    assert last_month(usage) == date(2024, 7, 1)


def test_months_have_the_same_number_in_python_and_in_spark(spark):
    months = [date(1999, 12, 1), date(2000, 1, 1), date(2025, 1, 1)]
    found = spark.createDataFrame([(month,) for month in months], "month date")
    numbers = found.select("month", month_index_column("month").alias("number")).orderBy("month")
    assert [month_index(month) for month in months] == [-1, 0, 300]
    assert [row.number for row in numbers.collect()] == [-1, 0, 300]
