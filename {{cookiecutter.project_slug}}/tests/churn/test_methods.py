"""What the methods are worth on customers whose hazard is known. Bounds hold for the seed."""

import numpy as np
import pytest
from pyspark.sql import functions as F
from sklearn.metrics import roc_auc_score

from {{ cookiecutter.package_name }}.churn import METHODS, recency
from {{ cookiecutter.package_name }}.churn.scores import measure
from {{ cookiecutter.package_name }}.training.scoring import score


def known(simulated):
    """Customers of the holdout with the model's chance and their true hazard."""
    evaluation = simulated.evaluation
    truth = simulated.population.select("customer_id", "hazard")
    scored = score(evaluation.holdout, evaluation.model).join(truth, "customer_id")
    columns = ["recency", "tenure", "churn_probability", "hazard"]
    return scored.select(*columns, F.col("churned").cast("int")).toPandas()


def auc(rows, column):
    return roc_auc_score(rows["churned"], rows[column])


def test_the_model_ranks_at_least_as_well_as_the_true_hazard(simulated):
    """Better, in fact: the hazard does not know who has been silent for some months."""
    rows = known(simulated)
    assert auc(rows, "churn_probability") > 1.1 * auc(rows, "hazard")


def expected_auc(rows, column):
    """The area that is to be expected, whoever then churns: each row counts for both outcomes."""
    outcome = np.repeat([1, 0], len(rows))
    weight = np.concatenate([rows["hazard"], 1 - rows["hazard"]])
    return roc_auc_score(outcome, np.tile(rows[column], 2), sample_weight=weight)


@pytest.mark.slow
def test_of_those_who_still_use_it_nearly_ranks_like_the_true_hazard(many_simulated):
    """With two years of history. Newer customers' growth cannot be known by anybody."""
    rows = known(many_simulated)
    active = rows[(rows["recency"] == 0) & (rows["tenure"] >= 24)]
    assert expected_auc(active, "churn_probability") >= 0.97 * expected_auc(active, "hazard")


def test_each_month_of_silence_halves_what_is_left_of_a_chance_to_return(spark):
    rows = spark.range(3).selectExpr("double(id) AS recency")
    predicted = recency.predict(rows, rows).orderBy("recency").collect()
    assert [row.churn_probability for row in predicted] == [0, 0.5, 0.75]


def test_chances_come_true(simulated):
    assert measure(simulated.evaluation.predicted["all-customers"]).ece <= 0.03


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


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_each_row_a_chance_between_0_and_1(simulated, method):
    holdout = simulated.evaluation.holdout
    training = holdout.where("customer_id < 'C00000600'")
    predicted = METHODS[method](training, holdout)
    assert set(predicted.columns) == {*holdout.columns, "churn_probability"}
    assert predicted.count() == holdout.count()
    assert predicted.where("churn_probability BETWEEN 0 AND 1").count() == holdout.count()
