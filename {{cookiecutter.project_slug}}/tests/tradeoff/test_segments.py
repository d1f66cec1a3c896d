"""Each segment gets its own model, the same from every method."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pyspark.sql import functions as F
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from {{ cookiecutter.package_name }}.processing.plan import physical_plan
from {{ cookiecutter.package_name }}.tradeoff import many
from {{ cookiecutter.package_name }}.tradeoff.segments import (
    SEGMENT,
    fit,
    fit_each,
    probability,
)

FEATURES = ["age", "noise"]


@pytest.fixture(scope="module")
def rows(spark):
    """Even segments: old customers churn; odd ones: young customers; segment 7: all customers."""
    return (
        spark.range(1200)
        .selectExpr(
            "concat('C', id) AS customer_id",
            "DATE'2025-01-01' AS cutoff",
            "int(id % 8) AS segment",
            "double(pmod(hash(id, 1), 60)) AS age",
            "double(pmod(hash(id, 2), 10)) AS noise",
            "pmod(hash(id, 3), 100) AS draw",
        )
        .selectExpr(
            *("customer_id", "cutoff", "segment", "age", "noise"),
            "segment = 7 OR draw < IF(segment % 2 = 0, age, 60 - age) AS churned",
        )
        .cache()
    )


@pytest.mark.slow
def test_each_segment_has_the_model_that_scikit_learn_fits_to_it_alone(rows):
    found = {row[SEGMENT]: row.weights for row in fit_each(rows, FEATURES, "churned").collect()}
    assert set(found) == set(range(8))
    for segment in range(7):
        own = rows.where(F.col(SEGMENT) == segment).toPandas()
        scaler = StandardScaler().fit(own[FEATURES].to_numpy())
        alone = LogisticRegression(tol=1e-8).fit(
            scaler.transform(own[FEATURES].to_numpy()), own["churned"]
        )
        weights = alone.coef_[0] / scaler.scale_
        intercept = alone.intercept_[0] - weights @ scaler.mean_
        assert found[segment][0] == pytest.approx(intercept, rel=0.01, abs=1e-2)
        assert found[segment][1:] == pytest.approx(weights, rel=0.01, abs=1e-3)
        assert np.sign(found[segment][1]) == (1 if segment % 2 == 0 else -1)


def test_a_segment_of_one_outcome_gets_the_chance_of_laplaces_rule(rows):
    [row] = fit_each(rows.where("segment = 7"), FEATURES, "churned").collect()
    assert row.weights == [pytest.approx(np.log(151)), 0, 0]


def test_a_feature_that_never_varies_has_no_weight():
    values = np.array([[0, 1, 5.0], [1, 2, 5.0], [1, 3, 5.0], [0, 0, 5.0]])
    weights = fit(values)
    assert weights[2] == 0
    assert weights[1] > 0


def test_chances_come_of_the_weights_in_the_same_row(rows):
    models = fit_each(rows, FEATURES, "churned")
    scored = rows.join(models, SEGMENT).select("*", probability(FEATURES).alias("probability"))
    [row] = scored.where("customer_id = 'C10'").collect()
    logit = row.weights[0] + row.weights[1] * row.age + row.weights[2] * row.noise
    assert row.probability == pytest.approx(1 / (1 + np.exp(-logit)))


def test_segments_are_rows_gathered_by_one_shuffle_and_not_groups(rows):
    plan = physical_plan(fit_each(rows, FEATURES, "churned"))
    assert plan.count("Exchange") == 1
    assert "ArrowEvalPython" in plan
    assert "InPandas" not in plan


@pytest.mark.parametrize(
    "start",
    [ThreadPoolExecutor, pytest.param(many.pool_of_processes, marks=pytest.mark.slow)],
    ids=["threads", "processes"],
)
def test_the_three_ways_train_the_same_models(rows, start, tmp_path):
    rows.write.parquet(str(tmp_path / "rows"))
    stored = rows.sparkSession.read.parquet(str(tmp_path / "rows"))
    with start() as pool:
        found = {
            method: many.train_many(method, tmp_path / "rows", stored, FEATURES, pool)
            for method in many.METHODS
        }
    for weights in found.values():
        assert set(weights) == set(range(8))
        for segment, expected in found["loop"].items():
            assert weights[segment] == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_customers_keep_their_segment_and_gaps_are_filled(make_table):
    rows = make_table(
        [("a", None, True), ("b", 2.0, False), ("a", 1.0, False)],
        "customer_id string, age double, churned boolean",
    ).withColumn("cutoff", F.lit("2025-01-01").cast("date"))
    found = many.in_segments(rows, 5, ["age"]).collect()
    assert [row.age for row in found] == [0.0, 2.0, 1.0]
    assert found[0].segment == found[2].segment
    assert all(0 <= row.segment < 5 for row in found)
