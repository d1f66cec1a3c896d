"""Scoring tells which columns are not as they were in training, and refuses what is of no use."""

import re

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.training.drift import check_columns
from {{ cookiecutter.package_name }}.training.profile import profile

KINDS = {"amount": "number", "since": "number", "plan": "category"}
AMOUNT = {"amount": "number"}
TRAINED = (
    "double(id) AS amount",
    "date_add(DATE'2024-01-01', int(id)) AS since",
    "if(id % 2 = 0, 'Monthly', 'One year') AS plan",
)


@pytest.fixture(scope="module")
def found(spark):
    """What the columns held in training."""
    return profile(spark.range(200).selectExpr(*TRAINED), KINDS)


def check(spark, found, **columns):
    amount, since, plan = TRAINED
    given = [
        f"{columns['amount']} AS amount" if "amount" in columns else amount,
        f"{columns['since']} AS since" if "since" in columns else since,
        f"{columns['plan']} AS plan" if "plan" in columns else plan,
    ]
    return check_columns(spark.range(100).selectExpr(*given), KINDS, found, "table")


def test_a_profile_holds_counts_ranges_and_levels(found):
    assert found["amount"] == {
        **{"rows": 200, "known": 200, "smallest": 0.0, "largest": 199.0, "date": False}
    }
    assert found["since"]["date"]
    assert found["plan"] == {"rows": 200, "known": 200, "levels": ["Monthly", "One year"]}


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"since": "string(date_add(DATE'2024-01-01', int(id)))"},
        {"since": "concat(date_add(DATE'2024-01-01', int(id)), 'T00:00:00Z')"},
        {"amount": "string(id)", "plan": "concat(' ', if(id % 2 = 0, 'Monthly', 'One year'))"},
        {"amount": "if(id < 9, NULL, double(id))"},
        {"amount": "double(id + 199)"},
    ],
    ids=[
        "the same",
        "dates as text",
        "times as text",
        "numbers as text",
        "a few nulls",
        "time moved on",
    ],
)
def test_what_is_as_it_was_in_training_is_not_told(spark, found, columns):
    assert check(spark, found, **columns) == []


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"amount": "if(id < 15, NULL, double(id))"}, "amount .* 85 of 100 .* 15 are null"),
        ({"amount": "if(id < 15, 'n/a', string(id))"}, "15 are no numbers, for example 'n/a'"),
        ({"amount": "double(id + 1000)"}, "100 lie far outside training's range .0 to 199"),
        ({"plan": "if(id < 15, 'Daily', 'Monthly')"}, "15 are unknown categories, .* 'Daily'"),
    ],
)
def test_what_has_moved_is_told_with_the_column_the_rows_and_an_example(
    spark, found, columns, told
):
    [line] = check(spark, found, **columns)
    assert line.startswith("table: column ")
    assert re.search(told, line)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"amount": "double(NULL)"}, "amount .* 0 of 100 .* are null .*--customers"),
        ({"amount": "'a'"}, "100 are no numbers, for example 'a'"),
        ({"amount": "DATE'2024-01-01'"}, "amount .* no numbers, for example '2024-01-01'"),
        ({"since": "'31.12.2024'"}, "since .* no dates like 2024-12-31, for example '31.12.2024'"),
        ({"since": "id"}, "since .* no dates like 2024-12-31"),
        ({"plan": "upper(if(id % 2 = 0, 'Monthly', 'One year'))"}, "training wrote 'Monthly'"),
        ({"plan": "'Daily'", "amount": "'a'"}, "and 1 more columns"),
    ],
)
def test_a_column_of_no_use_to_the_model_is_refused(spark, found, columns, told):
    with pytest.raises(BadInputError, match=told) as refused:
        check(spark, found, **columns)
    assert "\n" not in str(refused.value)


def test_a_single_row_may_lack_what_training_had_and_a_column_that_was_empty_stays_so(spark):
    often = profile(spark.range(20).selectExpr("if(id < 10, NULL, double(id)) AS amount"), AMOUNT)
    null = spark.range(1).selectExpr("double(NULL) AS amount")
    assert len(check_columns(null, AMOUNT, often, "table")) == 1
    never = {"amount": often["amount"] | {"known": 0, "smallest": None, "largest": None}}
    assert check_columns(null, AMOUNT, never, "table") == []


def test_the_values_with_the_most_rows_are_kept_of_many(spark):
    many = spark.range(500).selectExpr("if(id < 250, string(id), 'often') AS plan")
    found = profile(many, {"plan": "category"})["plan"]
    assert len(found["levels"]) == 100
    assert "often" in found["levels"]
    assert found["known"] == 250 + 99
