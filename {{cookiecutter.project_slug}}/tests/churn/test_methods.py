"""What the methods are worth on customers whose truth is known. Bounds hold for the seed."""

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from {{ cookiecutter.package_name }} import simulate
from {{ cookiecutter.package_name }}.churn import METHODS, recency
from {{ cookiecutter.package_name }}.churn.scores import measure
from {{ cookiecutter.package_name }}.periods import months_before
from {{ cookiecutter.package_name }}.training.scoring import score

from .conftest import HORIZON


def known(simulated):
    """Customers of the holdout with the model's probability, and their true one as `truth`."""
    evaluation = simulated.evaluation
    cutoff = months_before(simulate.LAST_MONTH, HORIZON)
    truth = simulate.churn_probability(simulated.population, cutoff, HORIZON)
    scored = score(evaluation.holdout, evaluation.measured).join(
        truth.withColumnRenamed("churn_probability", "truth"), "customer_id"
    )
    return scored.select("recency", "tenure", "churn_probability", "truth").toPandas()


def expected_auc(rows, column):
    """The area that is to be expected, whoever then churns: each row counts for both outcomes."""
    outcome = np.repeat([1, 0], len(rows))
    weight = np.concatenate([rows["truth"], 1 - rows["truth"]])
    return roc_auc_score(outcome, np.tile(rows[column], 2), sample_weight=weight)


def test_the_model_ranks_nearly_like_the_truth(simulated):
    """Which knows each customer's parameters, and is 0.92; recency alone is 0.75."""
    rows = known(simulated)
    model, truth, recency = (
        expected_auc(rows, column) for column in ("churn_probability", "truth", "recency")
    )
    assert model >= 0.9 * truth
    assert model - recency >= 0.4 * (truth - recency)


@pytest.mark.slow
def test_of_those_who_still_use_it_nearly_ranks_like_the_truth(many_simulated):
    """With two years of history. Newer customers' parameters cannot be known by anybody."""
    rows = known(many_simulated)
    active = rows[(rows["recency"] == 0) & (rows["tenure"] >= 24)]
    assert expected_auc(active, "churn_probability") >= 0.95 * expected_auc(active, "truth")


def test_each_month_of_silence_halves_what_is_left_of_a_chance_to_return(spark):
    rows = spark.range(3).selectExpr("double(id) AS recency")
    predicted = recency.predict(rows, rows).orderBy("recency").collect()
    assert [row.churn_probability for row in predicted] == [0, 0.5, 0.75]


def test_as_many_churn_as_the_model_says(simulated):
    """Within four standard errors, for the truth's own calibration error is 0.02 of so few."""
    truth = known(simulated)["truth"]
    error = math.sqrt((truth * (1 - truth)).sum())
    predicted = simulated.evaluation.predicted["all-customers"]
    said = predicted["churn_probability"].sum()
    assert said == pytest.approx(truth.sum(), abs=4 * error)
    assert said == pytest.approx(predicted["churned"].sum(), abs=4 * error)


@pytest.mark.slow
def test_probabilities_come_true(many_simulated):
    assert measure(many_simulated.evaluation.predicted["all-customers"]).ece <= 0.03


def test_a_customers_own_history_tells_more_than_recency_alone(simulated):
    predicted = simulated.evaluation.predicted
    own, recency = measure(predicted["per-customer"]), measure(predicted["recency"])
    assert own.roc_auc > recency.roc_auc + 0.02
    assert own.pr_auc > recency.pr_auc


@pytest.mark.slow
def test_the_model_over_all_customers_is_better_than_their_own_histories(many_simulated):
    predicted = many_simulated.evaluation.predicted
    together, own = measure(predicted["all-customers"]), measure(predicted["per-customer"])
    assert together.roc_auc > own.roc_auc
    assert together.brier < own.brier


def test_the_model_over_all_customers_never_loses_to_the_rfm_baseline(simulated):
    predicted = simulated.evaluation.predicted
    together, rfm = measure(predicted["all-customers"]), measure(predicted["rfm"])
    assert together.roc_auc >= rfm.roc_auc
    assert together.pr_auc >= rfm.pr_auc
    assert together.brier <= rfm.brier


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_each_row_a_probability(simulated, method):
    holdout = simulated.evaluation.holdout
    training = simulated.evaluation.data.where("cutoff < '2025-07-01'")
    predicted = METHODS[method](training, holdout)
    assert set(predicted.columns) == {*holdout.columns, "churn_probability"}
    assert predicted.count() == holdout.count()
    assert predicted.where("churn_probability BETWEEN 0 AND 1").count() == holdout.count()
