"""Scores are what they claim to be."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.churn import scores
from {{ cookiecutter.package_name }}.churn.scores import (
    by_decile,
    calibration,
    collect,
    measure,
)
from {{ cookiecutter.package_name }}.errors import BadInputError


def predictions(churned, chance):
    return pd.DataFrame({"churned": churned, "churn_probability": chance})


def test_perfect_predictions_have_the_best_scores():
    found = measure(predictions([1] * 10 + [0] * 90, [1.0] * 10 + [0.0] * 90))
    assert (found.roc_auc, found.pr_auc, found.brier, found.ece) == (1, 1, 0, 0)
    assert found.lift_at_10 == pytest.approx(10)
    assert (found.rows, found.churned) == (100, 0.1)


def test_a_constant_chance_ranks_nobody_and_is_calibrated_if_it_is_the_share():
    found = measure(predictions([1, 0, 0, 0] * 25, [0.25] * 100))
    assert found.roc_auc == 0.5
    assert found.ece == pytest.approx(0)
    assert found.lift_at_10 == pytest.approx(1)


def test_chances_that_are_twice_too_high_are_not_calibrated():
    random = np.random.default_rng(0)
    chance = random.uniform(0, 0.5, 20_000)
    churned = (random.uniform(size=20_000) < chance).astype(int)
    assert measure(predictions(churned, chance)).ece < 0.01
    assert measure(predictions(churned, 2 * chance)).ece == pytest.approx(0.25, abs=0.02)


def test_groups_are_of_equal_size_and_in_order():
    rows = predictions([0, 1] * 50, np.arange(100) / 100)
    groups = calibration(rows)
    assert groups["rows"].tolist() == [10] * 10
    assert groups["probability"].is_monotonic_increasing
    assert by_decile(rows)["probability"].is_monotonic_decreasing


def test_the_order_of_rows_of_one_chance_does_not_matter():
    chance = [0.2] * 50
    first, last = [1] * 5 + [0] * 45, [0] * 45 + [1] * 5
    scores_of_first = asdict(measure(predictions(first, chance)))
    assert scores_of_first == pytest.approx(asdict(measure(predictions(last, chance))))


@pytest.mark.parametrize("outcome", [0, 1])
def test_one_outcome_alone_cannot_be_measured(outcome):
    with pytest.raises(BadInputError, match="some of both"):
        measure(predictions([outcome] * 5, [0.5] * 5))


def test_no_row_cannot_be_measured():
    with pytest.raises(BadInputError, match="0 of 0 rows"):
        measure(predictions([], []).astype({"churned": int}))


def test_a_bounded_number_of_rows_reaches_the_driver_and_always_the_same(spark, monkeypatch):
    monkeypatch.setattr(scores, "ROWS", 100)
    rows = spark.range(5000).selectExpr(
        "string(id) AS customer_id", "id % 2 = 0 AS churned", "0.5 AS churn_probability"
    )
    first, again = collect(rows, ["customer_id"]), collect(rows.repartition(7), ["customer_id"])
    assert 50 < len(first) < 150
    pd.testing.assert_frame_equal(first, again)


def test_rows_of_unknown_outcome_are_not_measured(make_table):
    rows = make_table(
        [("a", True, 0.9), ("b", None, 0.1)],
        "customer_id string, churned boolean, churn_probability double",
    )
    assert collect(rows, ["customer_id"])["customer_id"].tolist() == ["a"]
