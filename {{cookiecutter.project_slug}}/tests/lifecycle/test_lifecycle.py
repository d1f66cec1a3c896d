"""A model is registered, compared, promoted, used and rolled back, in a real MLflow store."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import count
from pathlib import Path

import mlflow
import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from {{ cookiecutter.package_name }} import lifecycle
from {{ cookiecutter.package_name }}.errors import UnavailableError
from {{ cookiecutter.package_name }}.lifecycle import NoModelError
from {{ cookiecutter.package_name }}.training import Model, learnable, scikit_learn, train

KEYS = ["customer_id"]
ABOUT = {"horizon": 3}
NUMBERS = count()


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def trained(table):
    """A model as jobs train it, but with few trees."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(scikit_learn.TREES, "max_iter", 10)
        return train(table, learnable(table))


@pytest.fixture(scope="module")
def rows(table):
    return table.toPandas()


@pytest.fixture(scope="module")
def plain(rows):
    """The smallest of models, for tests of all but what is in it."""
    return fitted(rows, rows["churned"], "usage", "noise")


@pytest.fixture(scope="module")
def bad(rows):
    """A model of what has nothing to do with who churns."""
    return fitted(rows, rows["noise"] > 50, "usage", "noise")


def fitted(rows, outcome, *columns):
    estimator = LogisticRegression().fit(rows[[*columns]], outcome)
    return Model(dict.fromkeys(columns, "number"), estimator)


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory, empty_store):
    return shutil.copytree(empty_store, tmp_path_factory.mktemp("shared") / "models")


@pytest.fixture(autouse=True)
def in_the_shared_store(shared_store, monkeypatch):
    """MLflow opens it once. Tests that change it, or look at all that is in it, have their own."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(shared_store.parent)
    monkeypatch.setattr(lifecycle, "RESAMPLES", 20)  # of plain differences


@pytest.fixture
def name():
    """Each test's model has a name of its own."""
    return f"churn-{next(NUMBERS)}"


@pytest.fixture
def register(table, name):
    def register(model, about=ABOUT):
        return lifecycle.register(
            name, model, about, {"seed": 0}, {"roc_auc": 0.7}, table, KEYS, "# Card", Figure()
        )

    return register


def test_a_registered_model_is_the_challenger_and_comes_back_as_it_was(
    rows, trained, register, name
):
    version = register(trained)
    found = lifecycle.load(name, "challenger")
    assert (found.version, found.model.kinds, found.about) == (version, trained.kinds, ABOUT)
    before, after = (m.estimator.predict_proba(rows[[*m.kinds]]) for m in (trained, found.model))
    assert (after == before).all()
    assert lifecycle.load(name, version).version == version


@pytest.mark.slow
def test_mlflow_tells_its_makers_nothing():
    """It never does in tests and in CI, so this asks a process that knows of neither."""
    asked = (
        f"import {lifecycle.__name__}\n"
        "from mlflow.telemetry.client import get_telemetry_client\n"
        "print(get_telemetry_client())"
    )
    plain = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    told = subprocess.run(
        [sys.executable, "-c", asked], env=plain, capture_output=True, text=True, check=True
    )
    assert told.stdout == "None\n"


def test_a_run_tells_how_the_model_was_made(plain, register, name, shared_store):
    register(plain)
    [run] = mlflow.search_runs(experiment_names=[name], output_format="list")
    assert run.data.params == {"seed": "0"}
    assert run.data.metrics == {"roc_auc": 0.7}
    files = {file.path for file in mlflow.MlflowClient().list_artifacts(run.info.run_id)}
    assert files == {f"{name}.md", f"{name}.png", "environment.txt", "holdout"}
    environment = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/environment.txt")
    assert "scikit-learn==" in environment
    assert {path.name for path in shared_store.iterdir()} == {"mlflow.db", "artifacts"}


def test_a_store_that_another_process_holds_is_told_in_one_line_and_is_as_it_was(
    plain, register, store, monkeypatch
):
    register(plain)
    monkeypatch.setattr(lifecycle, "PATIENCE", 0.1)
    with closing(sqlite3.connect(store / "mlflow.db", isolation_level=None)) as another:
        another.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UnavailableError, match="another process holds it") as refused:
            register(plain)
    assert "\n" not in str(refused.value)
    assert register(plain) == "2"


def test_runs_go_to_the_experiment_that_the_environment_names(plain, register, name, monkeypatch):
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "/Shared/runs")
    version = register(plain)
    [run] = mlflow.search_runs(experiment_names=["/Shared/runs"], output_format="list")
    found = mlflow.MlflowClient().get_model_version(name, version)
    assert found.run_id == run.info.run_id


def test_a_package_under_another_name_does_not_stop_a_registration(
    plain, register, name, monkeypatch
):
    monkeypatch.setattr(lifecycle, "PACKAGES", ("numpy", "no-such-package"))
    register(plain)
    [run] = mlflow.search_runs(experiment_names=[name], output_format="list")
    environment = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/environment.txt")
    assert [line.split("==")[0] for line in environment.splitlines()] == ["numpy"]


def test_the_model_is_stored_in_a_format_without_code(trained, register, store):
    register(trained)
    names = {path.name for path in store.rglob("*") if path.is_file()}
    assert "model.skops" in names
    assert not [name for name in names if name.endswith((".pkl", ".pickle"))]


def test_a_run_names_the_commit_and_tells_of_changes(plain, register, name, store):
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org"]
    for arguments in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run([*git, *arguments], check=True)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    (store.parent / "changed").touch()
    register(plain)
    [run] = mlflow.search_runs(experiment_names=[name], output_format="list")
    assert run.data.tags["git_commit"] == f"{commit} and changes"


def test_the_first_model_has_no_champion_to_be_compared_with(plain, register, name):
    version = register(plain)
    assert lifecycle.compare(name) is None
    assert lifecycle.promote(name) == version
    assert lifecycle.load(name, "champion").version == version


def test_a_better_challenger_is_told_by_how_much_it_is_better(plain, bad, register, name):
    register(bad)
    lifecycle.promote(name)
    register(plain)
    found = lifecycle.compare(name)
    assert found.better
    assert found.rows == 1000
    assert found.difference == found.challenger_auc - found.champion_auc
    assert 0.1 < found.lower < found.difference < found.upper
    assert lifecycle.compare(name) == found


def test_a_lead_that_may_be_chance_is_not_better():
    lead = lifecycle.Comparison("2", "1", 0.71, 0.70, lower=-0.01, upper=0.03, rows=1000)
    assert lead.difference > 0
    assert not lead.better


def test_a_worse_challenger_and_an_equal_one_are_not_better(plain, bad, register, name):
    register(plain)
    lifecycle.promote(name)
    register(bad)
    assert not lifecycle.compare(name).better
    register(plain)
    equal = lifecycle.compare(name)
    assert equal.difference == 0
    assert not equal.better


def test_a_champion_that_needs_columns_which_the_newest_holdout_lacks_is_told(
    trained, rows, register, name
):
    register(trained)
    lifecycle.promote(name)
    register(fitted(rows, rows["churned"], "noise"))  # its holdout has no other column
    with pytest.raises(lifecycle.BadInputError, match="champion needs 2 columns"):
        lifecycle.compare(name)


def test_a_challenger_for_another_horizon_is_not_compared(plain, register, name):
    register(plain)
    lifecycle.promote(name)
    register(plain, {"horizon": 6})
    with pytest.raises(lifecycle.BadInputError, match=r"predicts for .*6.*, the champion for .*3"):
        lifecycle.compare(name)


def test_rolling_back_returns_to_the_champion_before_and_then_further(plain, register, name):
    for version in ("1", "2", "3"):
        assert register(plain) == version
        lifecycle.promote(name)
    assert lifecycle.roll_back(name) == ("3", "2")
    assert lifecycle.load(name, "champion").version == "2"
    assert lifecycle.roll_back(name) == ("2", "1")
    with pytest.raises(NoModelError, match="version 1 is the first champion"):
        lifecycle.roll_back(name)


def test_a_challenger_that_is_the_champion_is_not_compared_with_itself(plain, register, name):
    register(plain)
    lifecycle.promote(name)
    with pytest.raises(NoModelError, match="champion already"):
        lifecycle.compare(name)


@pytest.mark.parametrize("alias", ["champion", "challenger", "7", "nonsense!", ""])
def test_a_model_that_is_not_there_is_told_in_one_line(alias, name):
    with pytest.raises(NoModelError, match="there is no") as error:
        lifecycle.load(name, alias)
    assert "\n" not in str(error.value)


def test_a_path_or_an_address_is_no_name_of_a_model(
    plain, register, name, shared_store, monkeypatch
):
    register(plain)
    model = next(shared_store.rglob("model.skops")).parent
    monkeypatch.setattr(lifecycle, "_load_estimator", pytest.fail)
    paths = (f"{model}", f"file://{model}", "../champion")
    for where in (*paths, f"runs:/{model}/model", f"models:/{name}/1", "s3://bucket/model"):
        with pytest.raises(NoModelError, match="there is no"):
            lifecycle.load(name, where)


class Malicious(LogisticRegression):
    """A pickle of it makes a file when it is loaded."""

    def __reduce__(self):
        return Path.touch, (Path("pwned"),)


@pytest.mark.parametrize(
    ("estimator", "stored_as"),
    [
        (Malicious(), {"serialization_format": "cloudpickle"}),
        (
            FunctionTransformer(os.system),
            {"serialization_format": "skops", "skops_trusted_types": ["posix.system"]},
        ),
    ],
    ids=["a pickle", "what says of itself that it is to be trusted"],
)
def test_a_model_that_may_run_code_is_told_and_not_loaded(
    plain, register, name, estimator, stored_as
):
    register(plain)
    with mlflow.start_run():
        mlflow.sklearn.log_model(
            estimator,
            name="model",
            registered_model_name=name,
            pip_requirements=[],  # or MLflow loads it in a process of its own, to see what it needs
            **stored_as,
        )
    Path("pwned").unlink(missing_ok=True)  # MLflow has loaded it too, when it was stored
    with pytest.raises(NoModelError, match="version 2 is not of this project's making") as error:
        lifecycle.load(name, "2")
    assert "\n" not in str(error.value)
    assert not Path("pwned").exists()


def test_a_server_that_is_set_is_used_instead_of_the_folder(
    plain, register, name, store, monkeypatch
):
    other = shutil.move(store / "mlflow.db", store.parent / "server.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{other}")
    mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
    register(plain)
    assert lifecycle.load(name, "challenger").version == "1"
    assert not list(store.iterdir())


def test_a_fingerprint_changes_with_the_rows_and_not_with_their_order(spark, table):
    found = lifecycle.fingerprint(table)
    assert lifecycle.fingerprint(table.repartition(5).orderBy("usage")) == found
    assert lifecycle.fingerprint(table.where("customer_id != 'C7'")) != found
    assert lifecycle.fingerprint(table.withColumn("usage", table.usage + 1)) != found
