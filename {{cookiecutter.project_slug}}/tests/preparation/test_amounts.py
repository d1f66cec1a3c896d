"""Amounts are read with their currency and thousands, and not guessed."""

import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }}.preparation import amounts

ENGLISH = {
    "12": 12.0,
    "-1.5": -1.5,
    "1e3": 1000.0,
    "£4.95": 4.95,
    "-£4.95": -4.95,
    "$-4.95": -4.95,
    "12.50 €": 12.5,
    "EUR 3": 3.0,
    "1,234.50": 1234.5,
    "1,234,567": 1234567.0,
    "1'234.5": 1234.5,
    "1 234": 1234.0,
    "12,50": None,
    "1,23,4": None,
    "1.234,50": None,
    "many": None,
    "NaN": None,
    "": None,
}
GERMAN = {"12,50": 12.5, "1.234,50": 1234.5, "1.234": 1234.0, "-3": -3.0, "1.5": None}


@pytest.mark.parametrize(
    ("decimal", "expected"),
    [
        (None, ENGLISH | {"1,234": None}),
        (".", ENGLISH | {"1,234": 1234.0}),
        (",", GERMAN | {"1,234": 1.234}),
    ],
)
def test_amounts_are_read_by_the_decimal_sign(make_table, decimal, expected):
    rows = make_table([(text,) for text in expected], "text string")
    value = amounts.number(amounts.bare(F.col("text")), decimal)
    assert {row.text: row.value for row in rows.withColumn("value", value).collect()} == expected
