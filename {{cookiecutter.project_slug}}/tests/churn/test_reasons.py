"""Reasons add up to the score, and name what raises it."""

import numpy as np
import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.churn import reasons
from {{ cookiecutter.package_name }}.churn.description import feature_names
from {{ cookiecutter.package_name }}.churn.reason_words import GROUPS, in_words
from {{ cookiecutter.package_name }}.periods import FREQUENCIES, MONTH
from {{ cookiecutter.package_name }}.training import Model


class Product:
    """A probability in which features depend on each other."""

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        plan = np.where(rows["plan"] == "basic", 0.3, 0.1)
        probability = plan * (1 + rows["recency"]) * np.where(rows["tenure"] > 5, 0.5, 1)
        return np.column_stack([1 - probability, probability])


COLUMNS = {"recency": "number", "tenure": "number", "plan": "category", "unused": "number"}
MODEL = Model(COLUMNS, Product())
TYPICAL = pd.DataFrame({"recency": [0.0], "tenure": [10.0], "plan": ["pro"], "unused": [1.0]})
ROWS = pd.DataFrame(
    {
        "recency": [0.0, 2.0, 1.0],
        "tenure": [10.0, 3.0, 20.0],
        "plan": ["pro", "basic", "basic"],
        "unused": [5.0, 6.0, np.nan],
    }
)


@pytest.fixture(scope="module")
def explained():
    return reasons.shapley_values(MODEL.estimator, ROWS, TYPICAL, reasons.groups_of([*COLUMNS]))


def test_effects_and_the_base_add_up_to_the_probability(explained):
    base, effects = explained
    assert base == pytest.approx(0.05)
    added = base + effects.sum(axis=1)
    np.testing.assert_allclose(added, Product().predict_proba(ROWS)[:, 1], rtol=1e-12)


def test_who_is_typical_has_no_effects_and_what_changes_nothing_has_none(explained):
    _, effects = explained
    names = list(reasons.groups_of([*COLUMNS]))
    assert effects[0] == pytest.approx(0)
    assert effects[:, names.index("unused")] == pytest.approx(0)


def test_effects_of_few_features_are_near_the_exact_values(explained):
    """For plan and pause of the last row: the means over the two orders."""
    _, effects = explained
    names = list(reasons.groups_of([*COLUMNS]))
    plan = ((0.15 - 0.05) + (0.30 - 0.10)) / 2
    pause = ((0.10 - 0.05) + (0.30 - 0.15)) / 2
    assert effects[2, names.index("plan")] == pytest.approx(plan)
    assert effects[2, names.index("pause")] == pytest.approx(pause)


def test_the_strongest_reasons_are_told_first_and_the_others_are_summed(explained):
    base, effects = explained
    told = reasons.strongest(base, effects, ROWS, reasons.groups_of([*COLUMNS]))
    assert list(told) == list(reasons.COLUMNS)
    strong = told[["effect_1", "effect_2", "effect_3"]].abs().to_numpy()
    assert (np.diff(strong, axis=1) <= 1e-12).all()
    assert {*told.loc[1, ["reason_1", "reason_2", "reason_3"]]} == {
        "no usage for 2 months",
        "a customer for 3 months",
        "plan: basic",
    }
    assert told.loc[1, "other_effects"] == pytest.approx(0)


def test_spark_adds_the_same_in_batches_and_runs_the_model_once(make_table, run_twice):
    ids = pd.Series(list("abc"), name="customer_id")
    known = ROWS.replace({np.nan: None})
    rows = make_table(
        list(pd.concat([ids, known], axis=1).itertuples(index=False, name=None)),
        "customer_id string, recency double, tenure double, plan string, unused double",
    )
    typical = reasons.typical_row(rows, MODEL)
    assert typical.iloc[0].to_list() == [1.0, 10.0, "basic", 5.5]
    explained = reasons.with_reasons(rows, MODEL, typical)
    assert explained.columns == [*rows.columns, *reasons.COLUMNS]
    assert run_twice(explained.where("effect_1 > 0")) == []
    found = {row.customer_id: row for row in explained.collect()}
    effects = ("base_probability", "effect_1", "effect_2", "effect_3", "other_effects")
    assert sum(found["b"][name] for name in effects) == pytest.approx(0.9)


def test_every_feature_of_usage_belongs_to_one_reason():
    grouped = [column for members in GROUPS.values() for column in members]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) == {name for f in FREQUENCIES.values() for name in feature_names(f)}


@pytest.mark.parametrize(
    ("reason", "row", "words"),
    [
        ("pause", {"recency": 0.0}, "usage in the last month"),
        ("pause", {"recency": 1.0}, "no usage for 1 month"),
        ("frequency", {"frequency_12": 3.0, "tenure": 40.0}, "usage in 3 of the last 12 months"),
        ("frequency", {"frequency_12": 3.0, "tenure": 5.0}, "usage in 3 of the last 5 months"),
        ("size", {"mean_usage": 12.345}, "uses 12.35 in a month with usage"),
        ("size", {"mean_usage": float("nan")}, "how much: unknown"),
        ("trend", {"growth": -0.0305}, "usage shrinks by 3 % a month"),
        ("trend", {"growth": 0.0}, "usage is steady"),
        ("plan", {"plan": "basic"}, "plan: basic"),
        ("plan", {"plan": ""}, "plan: unknown"),
        ("charge", {"charge": float("nan")}, "charge: unknown"),
    ],
)
def test_reasons_are_in_plain_words(reason, row, words):
    assert in_words(reason, row, MONTH) == words


@pytest.mark.parametrize(
    ("name", "reason", "row", "words"),
    [
        ("week", "pause", {"recency": 13.0}, "no usage for 13 weeks"),
        ("week", "frequency", {"frequency_52": 9.0, "tenure": 60.0}, "in 9 of the last 52 weeks"),
        ("day", "frequency", {"frequency_91": 9.0, "tenure": 30.0}, "in 9 of the last 30 days"),
        ("hour", "size", {"mean_usage": 3.0}, "uses 3 in an hour with usage"),
        ("day", "trend", {"growth": -0.002}, "usage shrinks by 6 % a month"),
        ("quarter", "trend", {"growth": 0.03}, "usage grows by 3 % a quarter"),
        ("year", "age", {"tenure": 1.0}, "a customer for 1 year"),
    ],
)
def test_reasons_name_the_periods_of_the_usage(name, reason, row, words):
    assert in_words(reason, row, FREQUENCIES[name]).endswith(words)
