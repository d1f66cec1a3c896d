"""A training becomes a run and a version, and the version comes back as it was."""

import subprocess

import mlflow

from {{ cookiecutter.package_name }} import lifecycle


def test_a_registered_model_is_the_challenger_and_comes_back_as_it_was(
    rows, trained, register, name
):
    version = register(trained)
    found = lifecycle.load(name, "challenger")
    assert (found.version, found.model.kinds, found.about) == (
        version,
        trained.kinds,
        {"horizon": 3},
    )
    before, after = (m.estimator.predict_proba(rows[[*m.kinds]]) for m in (trained, found.model))
    assert (after == before).all()
    assert lifecycle.load(name, version).version == version


def test_a_run_tells_how_the_model_was_made(plain, register, name, shared_store):
    register(plain)
    [run] = mlflow.search_runs(experiment_names=[name], output_format="list")
    assert run.data.params == {"seed": "0"}
    assert run.data.metrics["roc_auc"] == 0.7
    files = {file.path for file in mlflow.MlflowClient().list_artifacts(run.info.run_id)}
    assert files == {f"{name}.md", f"{name}.png", "environment.txt", "holdout"}
    environment = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/environment.txt")
    assert "scikit-learn==" in environment
    assert {path.name for path in shared_store.iterdir()} == {"mlflow.db", "artifacts"}


def test_runs_go_to_the_experiment_that_the_environment_names(plain, register, name, monkeypatch):
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "/Shared/runs")
    version = register(plain)
    [run] = mlflow.search_runs(experiment_names=["/Shared/runs"], output_format="list")
    found = mlflow.MlflowClient().get_model_version(name, version)
    assert found.run_id == run.info.run_id


def test_a_package_under_another_name_does_not_stop_a_registration(
    plain, register, name, monkeypatch
):
    monkeypatch.setattr(lifecycle.registration, "PACKAGES", ("numpy", "no-such-package"))
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


def test_a_fingerprint_changes_with_the_rows_and_not_with_their_order(spark, table):
    found = lifecycle.fingerprint(table)
    assert lifecycle.fingerprint(table.repartition(5).orderBy("usage")) == found
    assert lifecycle.fingerprint(table.where("customer_id != 'C7'")) != found
    assert lifecycle.fingerprint(table.withColumn("usage", table.usage + 1)) != found
