"""What a model is measured on, it was not trained on."""

from datetime import date

import pytest
from pyspark.sql import functions as F
from sklearn.dummy import DummyClassifier

from {{ cookiecutter.package_name }} import training
from {{ cookiecutter.package_name }}.churn import evaluation
from {{ cookiecutter.package_name }}.churn.evaluation import (
    at_cutoffs,
    cross_validated,
    on_latest_cutoff,
)
from {{ cookiecutter.package_name }}.churn.importance import importance
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.training import Model, scikit_learn


@pytest.fixture(scope="module")
def table(spark):
    """Who has a high score churns; everything else is noise."""
    return spark.range(1000).selectExpr(
        "concat('C', id) AS customer_id",
        "double(pmod(hash(id, 1), 100)) AS score",
        "double(pmod(hash(id, 2), 100)) AS noise",
        "pmod(hash(id, 1), 100) > 70 AS churned",
    )


@pytest.fixture(scope="module")
def validated(table):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(scikit_learn.TREES, "max_iter", 10)
        return cross_validated(table, "sklearn", seed=0)


def test_the_holdout_is_the_latest_month_whose_outcome_is_known(simulated):
    holdout = simulated.evaluation.holdout
    assert [row.cutoff for row in holdout.select("cutoff").distinct().collect()] == [
        date(2025, 9, 1)
    ]
    assert holdout.where("churned IS NULL").isEmpty()
    assert simulated.evaluation.protocol.startswith("temporal holdout: customers at 2025-09-01")


@pytest.mark.slow
def test_what_happened_after_the_latest_cutoff_does_not_change_the_model(simulated, monkeypatch):
    """Usage after it is altered, so outcomes of the holdout are, and the training's must not be."""
    monkeypatch.setitem(scikit_learn.TREES, "max_iter", 10)
    usage = simulated.usage.where("customer_id < 'C00000300'")
    later = F.col("month") > F.lit(date(2025, 9, 1))
    altered = usage.withColumn("usage", F.when(later, 1.0).otherwise(F.col("usage")))
    nobody = F.col("customer_id") == "C00000000"  # so that some outcome of the holdout is known
    altered = altered.withColumn("usage", F.when(later & nobody, 0.0).otherwise(F.col("usage")))
    before = on_latest_cutoff(usage, None, 3, "sklearn", seed=0)
    after = on_latest_cutoff(altered, None, 3, "sklearn", seed=0)
    column = "churn_probability"
    first, second = (e.predicted["all-customers"] for e in (before, after))
    assert first[column].tolist() == second[column].tolist()
    assert first["churned"].tolist() != second["churned"].tolist()


def test_the_outcomes_of_earlier_cutoffs_are_known_at_the_latest(make_usage):
    usage = make_usage([("a", date(2024, month, 1), 1.0) for month in range(1, 13)])
    described, latest = at_cutoffs(usage, None, 3, date(2024, 12, 1))
    assert latest == date(2024, 9, 1)
    cutoffs = sorted(row.cutoff for row in described.select("cutoff").collect())
    assert cutoffs == [*(date(2024, month, 1) for month in range(1, 7)), latest]


def always_tenths(count):
    """What gives everybody a chance of so many tenths."""
    return DummyClassifier().fit([[0]] * 10, [number < count for number in range(10)])


@pytest.mark.slow
def test_the_trainer_is_told_the_seed(make_usage, monkeypatch):
    monkeypatch.setitem(
        training.ON_ONE_NODE, "sklearn", lambda rows, kinds, seed: always_tenths(seed)
    )
    monkeypatch.setattr(evaluation, "METHODS", {})  # others are not asked
    months = [date(2024, month, 1) for month in range(1, 13)]
    stays, leaves = ([(c, m, 1.0) for m in months[:n]] for c, n in (("a", 12), ("b", 6)))
    found = on_latest_cutoff(make_usage([*stays, *leaves]), None, 1, "sklearn", seed=7)
    for model in (found.measured, found.model):
        assert model.estimator.members["trainer"].predict_proba([[0]])[0, 1] == 0.7


def test_every_customer_is_predicted_by_a_model_that_has_not_seen_it(table, monkeypatch):
    seen = []

    def one_tenth_more_each_time(rows, columns, trainer, seed):
        seen.append({row.customer_id for row in rows.collect()})
        return Model({"score": "number"}, always_tenths(len(seen)))

    monkeypatch.setattr(evaluation, "train", one_tenth_more_each_time)
    monkeypatch.setattr(evaluation, "FOLDS", 2)
    [predicted] = cross_validated(table, "sklearn", seed=0).predicted.values()
    models = (10 * predicted["churn_probability"]).round().astype(int)
    assert set(models) == {1, 2}
    for customer, model in zip(predicted["customer_id"], models, strict=True):
        assert customer not in seen[model - 1]


def test_every_customer_is_predicted_once_and_a_fifth_of_them_is_the_holdout(validated):
    [(method, predicted)] = validated.predicted.items()
    assert method == "all-customers"
    assert predicted["customer_id"].nunique() == len(predicted) == 1000
    assert validated.protocol == "stratified 5-fold cross-validation, seed 0"
    assert validated.rows + validated.holdout.count() == 1000
    assert 190 <= validated.holdout.count() <= 210


@pytest.mark.slow
def test_outcomes_that_nothing_tells_of_are_not_predicted(table):
    """A model that had seen the rows would seem to know them."""
    noise = table.withColumn("churned", F.expr("hash(customer_id, 9) % 2 = 0"))
    predicted = cross_validated(noise, "sklearn", seed=0).predicted["all-customers"]
    ranks = predicted["churn_probability"].rank()
    assert abs(ranks.corr(predicted["churned"])) < 0.1


def test_a_history_that_is_too_short_is_told_with_what_is_needed(make_usage):
    usage = make_usage([("a", date(2024, month, 1), 1.0) for month in range(1, 7)])
    with pytest.raises(BadInputError, match="no customer has a history of 7 months up to 2024"):
        on_latest_cutoff(usage, None, 3, "sklearn", seed=0)


def test_too_few_churners_for_the_folds_are_told(table):
    few = table.withColumn("churned", F.expr("customer_id IN ('C1', 'C2')"))
    with pytest.raises(BadInputError, match="2 rows are of the rarer outcome"):
        cross_validated(few, "sklearn", seed=0)


def test_what_the_model_looks_at_is_worth_more_than_noise(validated):
    worth = importance(validated.holdout, validated.measured, validated.keys, seed=0)
    again = importance(validated.holdout, validated.measured, validated.keys, seed=0)
    assert worth["score"].mean > 0.3
    assert worth["score"].mean > 5 * worth["score"].spread > 0
    assert abs(worth["noise"].mean) < 2 * worth["noise"].spread < 0.04
    assert worth == again
