"""All trainers learn the same effects; their models are stored and scored in the same way."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from pyspark.ml.linalg import Vectors
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from {{ cookiecutter.package_name }} import job, lifecycle, simulate
from {{ cookiecutter.package_name }}.training import (
    TRAINERS,
    Model,
    deep_learning,
    installed,
    learnable,
    mllib,
    scikit_learn,
    train,
)
from {{ cookiecutter.package_name }}.training.preparation import inverse_penalty
from {{ cookiecutter.package_name }}.training.scoring import score

from jobs import compare_training, promote_model, score_churn, train_churn

needs_tensorflow = pytest.mark.skipif(
    not deep_learning.is_installed(), reason="the extra tensorflow is not installed"
)
# the first model of MLlib takes Java seconds
MARKS = {"tensorflow": needs_tensorflow, "mllib": pytest.mark.slow}
EACH = [pytest.param(name, marks=MARKS.get(name, ())) for name in TRAINERS]


@pytest.fixture(scope="module")
def table(spark):
    """Old customers and those in the south churn more; a number and a text contain nulls."""
    return (
        spark.range(4000)
        .selectExpr(
            "concat('C', id) AS customer_id",
            "double(pmod(hash(id, 1), 60)) AS `the age`",
            "IF(pmod(hash(id, 2), 5) = 0, NULL, double(pmod(hash(id, 2), 10))) AS noise",
            "element_at(array('north', 'south', NULL), int(1 + pmod(hash(id, 3), 3))) AS region",
            "pmod(hash(id, 4), 1000) / 1000 AS draw",
        )
        .selectExpr(
            *("customer_id", "`the age`", "noise", "region"),
            "0.05 + 0.4 * `the age` / 60 + IF(region = 'south', 0.3, 0) AS truth",
            "draw < 0.05 + 0.4 * `the age` / 60 + IF(region = 'south', 0.3, 0) AS churned",
        )
        .cache()
    )


@pytest.fixture(scope="module")
def trained(table):
    """Name of a trainer -> its model of half of the rows."""
    models = {}

    def get(name):
        if name not in models:
            half = table.where("hash(customer_id) % 2 = 0").drop("truth")
            models[name] = train(half, learnable(half), name)
        return models[name]

    return get


@pytest.mark.parametrize("name", EACH)
def test_a_trainer_ranks_others_nearly_as_the_truth_does(name, table, trained):
    others = table.where("hash(customer_id) % 2 != 0")
    rows = score(others, trained(name)).toPandas()
    auc, best = (roc_auc_score(rows["churned"], rows[c]) for c in ("churn_probability", "truth"))
    assert best - 0.02 < auc < best + 0.02
    assert np.abs(rows["churn_probability"] - rows["truth"]).mean() < 0.06


def test_a_number_that_no_row_of_the_sample_has_is_no_error_and_tells_nothing(monkeypatch):
    """A sample of 200,000 rows often has no value of a column that three in a million have."""
    monkeypatch.setitem(scikit_learn.TREES, "max_iter", 20)
    age = np.linspace(0, 1, 400)
    rows = pd.DataFrame({"churned": age > 0.7, "age": age, "rare": np.nan})
    estimator = scikit_learn.fit(rows, {"age": "number", "rare": "number"}, 0)
    unknown, known = (rows.assign(rare=value)[["age", "rare"]] for value in (np.nan, 3.0))
    found = estimator.predict_proba(unknown)
    np.testing.assert_allclose(estimator.predict_proba(known), found)
    assert roc_auc_score(rows["churned"], found[:, 1]) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("name", EACH)
def test_a_model_of_any_trainer_is_stored_and_comes_back_as_it_was(name, table, trained, store):
    model = trained(name)
    version = lifecycle.register(
        "churn", model, {}, {}, {}, table, ["customer_id"], "# Card", Figure()
    )
    found = lifecycle.load("churn", version).model
    first, second = (score(table, m).orderBy("customer_id").toPandas() for m in (model, found))
    assert (first["churn_probability"] == second["churn_probability"]).all()
    assert not list(store.rglob("*.pkl"))


@pytest.mark.slow
@pytest.mark.parametrize("name", EACH[1:])
def test_the_jobs_train_promote_and_use_a_model_of_any_trainer(name, spark, tmp_path, store):
    """tests/jobs checks the same for the default trainer."""
    population = simulate.population(spark, 1000, months=30, seed=1)
    path, output = str(tmp_path / "usage"), str(tmp_path / "scores")
    simulate.usage(population, seed=1).write.parquet(path)
    usage = ["--usage", path, "--horizon", "3"]
    assert job.run(train_churn.main, [*usage, "--trainer", name]) == 0
    assert job.run(promote_model.main, []) == 0
    assert job.run(score_churn.main, [*usage, "--output", output]) == 0
    probabilities = spark.read.parquet(output).toPandas()["churn_probability"]
    assert len(probabilities) == 1000
    assert probabilities.between(0, 1).all()
    assert probabilities.nunique() > 100


@pytest.mark.slow
@pytest.mark.parametrize("name", EACH)
def test_the_same_seed_trains_the_same_model(name, table, trained):
    half = table.where("hash(customer_id) % 2 = 0").drop("truth")
    again = train(half, learnable(half), name)
    rows = table.limit(200).cache()
    first, second = (score(rows, m).toPandas() for m in (trained(name), again))
    assert first["churn_probability"].to_numpy() == pytest.approx(
        second["churn_probability"].to_numpy(), rel=1e-9
    )


def test_what_mllib_has_fitted_gives_its_chances_without_spark():
    fitted = SimpleNamespace(coefficients=Vectors.dense([2.0, -1.0]), intercept=0.5)
    probabilities = mllib.as_scikit_learn(fitted).predict_proba([[1.0, 1.0], [0.0, 3.0]])
    assert probabilities[:, 1] == pytest.approx([1 / (1 + np.exp(-1.5)), 1 / (1 + np.exp(2.5))])


@pytest.mark.slow
def test_mllib_minimises_what_scikit_learn_minimises(table, trained):
    prepare, regression = trained("mllib").estimator
    half = table.where("hash(customer_id) % 2 = 0").toPandas()
    half["region"] = half["region"].fillna("")
    inputs = prepare.transform(half[list(trained("mllib").kinds)])
    alone = LogisticRegression(C=inverse_penalty(len(half)), max_iter=1000, tol=1e-8)
    alone.fit(inputs, half["churned"])
    ours, theirs = (m.predict_proba(inputs)[:, 1] for m in (regression, alone))
    assert np.abs(ours - theirs).max() < 0.01


@pytest.mark.slow
def test_only_a_sample_of_bounded_size_comes_to_the_driver_for_mllib(table, monkeypatch):
    sizes = []

    def counted(*arguments):
        sample = mllib_sample(*arguments)
        sizes.append(len(sample))
        return sample

    mllib_sample = mllib.collect_sample
    monkeypatch.setattr(mllib, "SAMPLE", 300)
    monkeypatch.setattr(mllib, "collect_sample", counted)
    train(table.drop("truth"), learnable(table.drop("truth")), "mllib")
    assert 200 < sizes[0] < 400
    assert len(sizes) == 1


@needs_tensorflow
def test_a_network_is_loaded_once_however_many_batches_are_scored(table, trained):
    model = trained("tensorflow")
    rows = table.limit(300).toPandas()
    rows["region"] = rows["region"].fillna("")
    deep_learning.network.cache_clear()
    for start in range(0, 300, 50):
        model.estimator.predict_proba(rows[start : start + 50][list(model.kinds)])
    assert deep_learning.network.cache_info().misses == 1


@pytest.fixture
def no_tensorflow(monkeypatch):
    monkeypatch.setattr(deep_learning, "is_installed", lambda: False)
    deep_learning.import_keras.cache_clear()


def test_a_trainer_that_is_not_installed_is_told_in_one_line_before_spark_starts(
    no_tensorflow, capsys, monkeypatch
):
    for module in (train_churn, compare_training):
        monkeypatch.setattr(module, "get_spark", lambda *_, **__: pytest.fail("started"))
    usage = ["--usage", "nowhere", "--horizon", "3", "--trainer", "tensorflow"]
    assert job.run(train_churn.main, usage) == 2
    assert job.run(compare_training.main, ["--trainers", "tensorflow"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all("uv sync --extra tensorflow" in line for line in lines)
    assert installed() == ["sklearn", "mllib"]


def test_a_network_whose_library_is_gone_is_told_in_one_line(no_tensorflow):
    network = deep_learning.Network(prepare=FakePreparation(), stored=b"")
    with pytest.raises(deep_learning.NotInstalledError, match="uv sync --extra tensorflow"):
        network.predict_proba(None)


def test_a_stored_model_whose_library_is_gone_is_told_in_one_line_before_it_is_used(
    table, store, monkeypatch
):
    network = deep_learning.Network(prepare=None, stored=b"")
    monkeypatch.setattr(deep_learning.Network, "packages", ())
    lifecycle.register(
        *("churn", Model({"noise": "number"}, network), {}, {}, {}),
        *(table, ["customer_id"], "# Card", Figure()),
    )
    monkeypatch.setattr(deep_learning.Network, "packages", ("tensorflow_of_tomorrow",))
    with pytest.raises(lifecycle.NoModelError, match="--extra tensorflow_of_tomorrow`") as raised:
        lifecycle.load("churn", "challenger")
    assert "\n" not in str(raised.value)


class FakePreparation:
    def transform(self, rows):
        return np.zeros((1, 1))
