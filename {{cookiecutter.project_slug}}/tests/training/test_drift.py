"""Scoring tells which columns are not as they were in training, and refuses what is of no use."""

import re

import numpy as np
import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.training.drift import check_columns
from {{ cookiecutter.package_name }}.training.profile import profile
from {{ cookiecutter.package_name }}.training.shares import compared

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
    return check_columns(spark.range(100).selectExpr(*given), KINDS, found, "table")[0]


def test_a_profile_holds_counts_ranges_levels_and_shares(found):
    amount, plan = dict(found["amount"]), dict(found["plan"])
    np.testing.assert_allclose(amount.pop("edges"), np.arange(19, 199, 20), atol=1)
    np.testing.assert_allclose(amount.pop("shares"), [0.1] * 10 + [0])
    assert amount == {
        **{"rows": 200, "known": 200, "smallest": 0.0, "largest": 199.0, "date": False}
    }
    assert found["since"]["date"]
    assert plan == {
        **{"rows": 200, "known": 200, "levels": ["Monthly", "One year"]},
        **{"frequent": ["Monthly", "One year"], "shares": [0.5, 0.5, 0.0]},
    }


def test_shares_of_bins_are_those_of_training_and_of_the_rows_that_are_scored(spark, found):
    rows = spark.range(100).selectExpr(
        "if(id < 20, NULL, double(id)) AS amount",
        TRAINED[1],
        "if(id < 25, 'Monthly', if(id < 75, 'Daily', NULL)) AS plan",
    )
    _, shares = check_columns(rows, KINDS, found, "table")
    now = {(share.feature, share.bin): share.share for share in shares}
    assert now["plan", "Monthly"] == 0.25 and now["plan", "One year"] == 0
    assert now["plan", "other or null"] == 0.75
    assert now["amount", "null"] == pytest.approx(0.2)
    assert sum(share for (name, _), share in now.items() if name == "amount") == pytest.approx(1)
    upper = [share for (_, word), share in now.items() if word.startswith("above 2024-")]
    assert sum(upper) == pytest.approx(0.8, abs=0.02)  # the first 100 of 200 days of training
    assert {share.trained for share in shares if share.feature == "plan"} == {0.5, 0.0}
    before = {name: {**kept} for name, kept in found.items()}
    for kept in before.values():
        del kept["shares"]
    assert check_columns(rows.drop("plan"), AMOUNT, before, "table")[1] == []


@pytest.mark.parametrize(
    ("edges", "is_date", "words"),
    [
        ([1.0, 2.5], False, ["at most 1", "above 1, at most 2.5", "above 2.5"]),
        ([20240101.0, 20240201.0], False, ["above 20240101, at most 20240201"]),
        ([19000.0, 20240131.0], True, ["at most 1.9e+04", "above 2.024e+07"]),
        ([19000.0, 19031.0], True, ["above 2022-01-08, at most 2022-02-08"]),
        ([], False, ["any"]),
    ],
    ids=["numbers", "numbers that are nearly the same", "dates and numbers", "dates", "nulls only"],
)
def test_bins_are_named_by_edges_that_differ_whatever_the_column_holds(edges, is_date, words):
    before = {"edges": edges, "date": is_date, "shares": [0.0] * (len(edges) + 2)}
    found = [share.bin for share in compared("x", [1.0] * 100, 1, 1, before)]
    assert {*words} <= {*found}
    assert len({*found}) == len(found) == len(edges) + 2


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
    assert len(check_columns(null, AMOUNT, often, "table")[0]) == 1
    never = {"amount": often["amount"] | {"known": 0, "smallest": None, "largest": None}}
    assert check_columns(null, AMOUNT, never, "table")[0] == []


def test_the_values_with_the_most_rows_are_kept_of_many(spark):
    many = spark.range(500).selectExpr("if(id < 250, string(id), 'often') AS plan")
    found = profile(many, {"plan": "category"})["plan"]
    assert len(found["levels"]) == 100
    assert "often" in found["levels"]
    assert found["known"] == 250 + 99
