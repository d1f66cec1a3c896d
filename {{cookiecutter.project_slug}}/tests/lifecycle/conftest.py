"""Models of a small table, and a store that the tests of the folder share."""

import shutil
from itertools import count

import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression

from {{ cookiecutter.package_name }} import lifecycle
from {{ cookiecutter.package_name }}.training import Model, learnable, scikit_learn, train

KEYS = ["customer_id"]
NUMBERS = count()


@pytest.fixture(scope="package")
def table(spark):
    """Who uses little churns more."""
    return (
        spark.range(1000)
        .selectExpr(
            "concat('C', id) AS customer_id",
            "double(pmod(hash(id, 1), 100)) AS usage",
            "double(pmod(hash(id, 2), 100)) AS noise",
            "IF(pmod(hash(id, 3), 2) = 0, 'basic', 'premium') AS plan",
            "pmod(hash(id, 4), 100) > 30 + pmod(hash(id, 1), 100) * 0.6 AS churned",
        )
        .cache()
    )


@pytest.fixture(scope="package")
def trained(table):
    """A model as jobs train it, but with few trees."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(scikit_learn.TREES, "max_iter", 10)
        return train(table, learnable(table))


@pytest.fixture(scope="package")
def rows(table):
    return table.toPandas()


@pytest.fixture(scope="package")
def plain(rows, fitted):
    """The smallest of models, for tests of all but what is in it."""
    return fitted(rows["churned"], "usage", "noise")


@pytest.fixture(scope="package")
def bad(rows, fitted):
    """A model of what has nothing to do with who churns."""
    return fitted(rows["noise"] > 50, "usage", "noise")


@pytest.fixture(scope="package")
def fitted(rows):
    """Fit the smallest of models to an outcome."""

    def fitted(outcome, *columns):
        estimator = LogisticRegression().fit(rows[[*columns]], outcome)
        return Model(dict.fromkeys(columns, "number"), estimator)

    return fitted


@pytest.fixture(scope="package")
def shared_store(tmp_path_factory, empty_store):
    return shutil.copytree(empty_store, tmp_path_factory.mktemp("shared") / "models")


@pytest.fixture(autouse=True)
def in_the_shared_store(shared_store, monkeypatch):
    """MLflow opens it once. Tests that change it, or look at all that is in it, have their own."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(shared_store.parent)
    monkeypatch.setattr(lifecycle.comparison, "RESAMPLES", 20)  # of plain differences


@pytest.fixture
def name():
    """Each test's model has a name of its own."""
    return f"churn-{next(NUMBERS)}"


GOOD = {"roc_auc": 0.7, "ece": 0.02, "rows": 1000, "churned": 0.3, "recency_roc_auc": 0.6}
"""Metrics of a model that is good enough on its own."""


@pytest.fixture
def register(table, name):
    def register(model, about=None, rows=table, metrics=GOOD, measured=None):
        return lifecycle.register(
            *(name, model, {"horizon": 3} if about is None else about, {"seed": 0}, metrics),
            *(rows, KEYS, "# Card", Figure(), measured),
        )

    return register
