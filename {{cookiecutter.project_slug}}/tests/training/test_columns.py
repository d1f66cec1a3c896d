"""The columns of any table become numbers and categories; kinds are inferred once."""

from datetime import date
from decimal import Decimal

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.training.columns import as_kinds, kinds


def test_types_and_contents_tell_numbers_from_categories(make_table):
    schema = (
        "whole int, decimal decimal(5,2), text string, digits string, flag boolean, day date, "
        "`with.dot` double"
    )
    rows = [
        (1, Decimal("1.50"), "a", "1.5", True, date(2024, 1, 1), 1.0),
        (2, Decimal("2.50"), "b", " 2 ", False, date(2024, 1, 2), 2.0),
        (3, None, None, "", None, None, None),
    ]
    assert kinds(make_table(rows, schema)) == {
        "whole": "number",
        "decimal": "number",
        "text": "category",
        "digits": "number",
        "flag": "category",
        "day": "number",
        "with.dot": "number",
    }


def test_a_few_texts_among_numbers_do_not_make_a_category(spark):
    """Blanks and 'n/a' occur in numeric columns of CSV files."""
    mostly = spark.range(100).selectExpr("if(id < 3, 'n/a', string(id)) AS amount")
    half = spark.range(100).selectExpr("if(id < 50, 'n/a', string(id)) AS amount")
    assert kinds(mostly) == {"amount": "number"}
    assert kinds(half) == {"amount": "category"}


def test_what_is_the_same_in_all_rows_is_left_out(make_table):
    frame = make_table(
        [("x", 1, None, None), ("x", 2, None, "y")], "same string, n int, none int, once string"
    )
    assert kinds(frame) == {"n": "number", "once": "category"}


@pytest.mark.parametrize(
    ("schema", "row", "told"),
    [
        ("a array<int>", ([1],), "column a is of type array<int>"),
        ("a string", ("x",), "every column is the same"),
    ],
)
def test_a_table_from_which_nothing_can_be_learned_is_refused(make_table, schema, row, told):
    with pytest.raises(BadInputError, match=told):
        kinds(make_table([row, row], schema))


def test_what_is_no_number_is_null_and_what_is_no_text_is_empty(make_table):
    frame = make_table(
        [("1e3", " a "), ("", ""), (None, None), ("n/a", "b"), ("NaN", "c"), ("inf", "d")],
        "amount string, plan string",
    )
    rows = frame.select(as_kinds(frame, {"plan": "category", "amount": "number"})).collect()
    assert [tuple(row) for row in rows] == [
        *[("a", 1000.0), ("", None), ("", None)],
        *[("b", None), ("c", None), ("d", None)],
    ]


def test_dates_count_days(spark):
    frame = spark.sql("SELECT DATE'1970-01-02' AS day, TIMESTAMP'1970-01-03 12:00:00' AS time")
    [row] = frame.select(as_kinds(frame, {"day": "number", "time": "number"})).collect()
    assert tuple(row) == (1.0, 2.0)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"plan": "category", "region": "category"}, "needs 1 columns .* for example region"),
        ({"usage": "category"}, "needs column usage as a category, but the table has double"),
        ({"flag": "number"}, "needs column flag as a number, but the table has boolean"),
    ],
)
def test_a_table_that_is_not_the_models_is_refused(make_table, wanted, told):
    frame = make_table([("a", 1.0, True)], "plan string, usage double, flag boolean")
    with pytest.raises(BadInputError, match=told):
        as_kinds(frame, wanted)


def test_a_table_of_keys_alone_is_refused(make_table):
    with pytest.raises(BadInputError, match="no column to learn from"):
        kinds(make_table([("a",)], "customer_id string").drop("customer_id"))


def test_dates_in_text_count_days_as_dates_do(make_table):
    frame = make_table(
        [("1970-01-02",), (" 1970-01-03 ",), ("1970-01-04T10:00:00Z",), ("04.01.1970",), ("1970",)],
        "day string",
    )
    rows = frame.select(as_kinds(frame, {"day": "number"})).collect()
    assert [row.day for row in rows] == [1.0, 2.0, 3.0, None, 1970.0]
    assert kinds(frame.where("day LIKE '1970-%'")) == {"day": "number"}
