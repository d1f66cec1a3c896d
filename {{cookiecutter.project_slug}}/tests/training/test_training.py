"""A classifier learns from mixed columns, is reproducible, and scores in Spark."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.training import (
    ON_ALL_NODES,
    ON_ONE_NODE,
    TRAINERS,
    learnable,
    scikit_learn,
    train,
)
from {{ cookiecutter.package_name }}.training.columns import LABEL
from {{ cookiecutter.package_name }}.training.scoring import probabilities, score


@pytest.fixture(scope="module")
def table(spark):
    """Young customers and those in the north churn more; one column has nulls, another is noise."""
    return (
        spark.range(4000)
        .selectExpr(
            "concat('C', id) AS customer_id",
            "double(pmod(hash(id, 1), 60)) AS age",
            "IF(pmod(hash(id, 2), 2) = 0, 'north', 'south') AS region",
            "IF(pmod(hash(id, 3), 4) = 0, NULL, double(pmod(hash(id, 3), 10))) AS noise",
            "pmod(hash(id, 4), 1000) / 1000 AS draw",
        )
        .selectExpr(
            "customer_id",
            "age",
            "region",
            "noise",
            "draw < 0.1 + 0.4 * int(age < 20) + 0.3 * int(region = 'north') AS churned",
        )
        .cache()
    )


@pytest.fixture
def few_trees(monkeypatch):
    """Few trees, for tests of a model's input and not of its quality."""
    monkeypatch.setitem(scikit_learn.TREES, "max_iter", 10)


@pytest.fixture(scope="module")
def model(table):
    return train(table, learnable(table))


def test_numbers_and_categories_are_learned_from(table, model):
    rows = score(table, model).toPandas()
    auc = roc_auc_score(rows["churned"], rows["churn_probability"])
    truth = 0.1 + 0.4 * (rows["age"] < 20) + 0.3 * (rows["region"] == "north")
    assert auc > roc_auc_score(rows["churned"], truth) - 0.01
    assert np.abs(rows["churn_probability"] - truth).mean() < 0.05


@pytest.mark.slow
def test_the_same_seed_gives_the_same_model_wherever_rows_lie(table, model):
    again = train(table.repartition(5), learnable(table))
    first, second = (
        score(table, m).toPandas().set_index("customer_id")["churn_probability"].sort_index()
        for m in (model, again)
    )
    assert (first == second).all()


def test_the_label_and_the_keys_are_not_learned_from(table, model):
    assert set(model.kinds) == {"age", "region", "noise"}


def test_categories_and_gaps_that_training_did_not_see_are_scored(make_table, model):
    strange = make_table(
        [("a", None, "moon", None), ("b", 1e300, None, -5.0)],
        "customer_id string, age double, region string, noise double",
    )
    assert all(0 < row.churn_probability < 1 for row in score(strange, model).collect())


def test_a_batch_at_a_time_is_scored_by_one_estimator(model, table):
    rows = table.limit(30).select(*model.kinds).toPandas()
    whole = model.estimator.predict_proba(rows)[:, 1]
    batches = [rows.iloc[:10], rows.iloc[10:]]
    scored = np.concatenate(list(probabilities(model.estimator, iter(batches))))
    assert scored == pytest.approx(whole, rel=1e-12)


def test_a_bounded_number_of_rows_is_trained_on(table, few_trees):
    model = train(table, learnable(table), most_rows=500)
    [encoder] = [
        step
        for step in model.estimator.named_estimators_["trees"].named_steps.values()
        if step.__class__.__name__ == "HistGradientBoostingClassifier"
    ]
    assert encoder._raw_predict(np.zeros((1, encoder.n_features_in_))).shape == (1, 1)
    sizes = [predictor[0].nodes["count"][0] for predictor in encoder._predictors]
    assert 350 < max(sizes) < 650


def test_rows_of_unknown_outcome_are_left_out(make_table, table, few_trees):
    unknown = make_table([("x", 1.0, "x", 1.0, None)], table.schema)
    both = table.unionByName(unknown)
    first, second = (train(t, learnable(table)) for t in (table, both))
    row = table.limit(1)
    assert score(row, first).collect() == score(row, second).collect()


@pytest.mark.parametrize("outcome", ["true", "false", "null"])
def test_one_outcome_alone_cannot_be_learned_from(table, outcome):
    columns = learnable(table)
    with pytest.raises(
        BadInputError, match="a model needs rows that churned and rows that did not"
    ):
        train(table.selectExpr(*columns, "customer_id", f"boolean({outcome}) AS {LABEL}"), columns)


@pytest.mark.parametrize("kept", ["age", "region"])
def test_numbers_alone_and_categories_alone_are_learned_from(table, kept, few_trees):
    columns = {kept: learnable(table)[kept]}
    estimator = train(table, columns).estimator
    rows = table.select(kept, "churned").toPandas()
    assert roc_auc_score(rows["churned"], estimator.predict_proba(rows[[kept]])[:, 1]) > 0.6


def test_few_rows_are_learned_from_without_a_warning(table, recwarn):
    few = table.limit(40).cache()
    model = train(few, learnable(table))
    assert 0 < model.estimator.predict_proba(few.select(*model.kinds).toPandas())[0, 1] < 1
    assert not [str(w.message) for w in recwarn.list if "sklearn" in str(w.filename)]


def test_another_seed_draws_other_rows(table, monkeypatch):
    drawn = {}
    monkeypatch.setitem(
        ON_ONE_NODE,
        "sklearn",
        lambda rows, kinds, seed: drawn.update({seed: set(rows["customer_id"])}),
    )
    for seed in (0, 1):
        train(table, learnable(table), seed=seed, most_rows=500)
    assert len(drawn[0] & drawn[1]) < 150  # an eighth of them is expected


def test_every_trainer_runs_on_one_node_or_on_all():
    assert {*ON_ONE_NODE, *ON_ALL_NODES} == set(TRAINERS)
