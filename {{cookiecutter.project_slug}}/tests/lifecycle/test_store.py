"""The store of models: a local folder, or a server."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing, suppress
from pathlib import Path

import mlflow
import pytest
from mlflow.exceptions import MlflowException, RestException

from {{ cookiecutter.package_name }} import lifecycle
from {{ cookiecutter.package_name }}.errors import BadInputError, UnavailableError
from {{ cookiecutter.package_name }}.lifecycle.store import find_champion


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


def test_a_store_that_another_process_holds_is_told_in_one_line_and_is_as_it_was(
    plain, register, store, monkeypatch
):
    register(plain)
    monkeypatch.setattr(lifecycle.store, "PATIENCE", 0.1)
    with closing(sqlite3.connect(store / "mlflow.db", isolation_level=None)) as another:
        another.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UnavailableError, match="another process holds it") as refused:
            register(plain)
    assert "\n" not in str(refused.value)
    assert register(plain) == "2"


def test_a_server_that_is_set_is_used_instead_of_the_folder(
    plain, register, name, store, monkeypatch
):
    other = shutil.move(store / "mlflow.db", store.parent / "server.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{other}")
    mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
    register(plain)
    assert lifecycle.load(name, "challenger").version == "1"
    assert not list(store.iterdir())


def answer(code):
    """Return the error that MLflow makes of a server's JSON."""
    with suppress(ValueError):
        code = int(code)
    return RestException({"error_code": code, "message": "an answer\nof two lines"})


@pytest.mark.parametrize(
    ("error", "is_absent"),
    [
        (answer("RESOURCE_DOES_NOT_EXIST"), True),
        (answer("INVALID_PARAMETER_VALUE"), True),  # a missing alias in a database
        (answer("NOT_FOUND"), True),
        (answer("REGISTERED_MODEL_NOT_FOUND"), True),  # not known to MLflow
        (answer("ENDPOINT_NOT_FOUND"), False),
        (answer("404"), False),
        (answer("503"), False),
        (answer("PERMISSION_DENIED"), False),
        (MlflowException("API request failed with exception: Connection refused"), False),
    ],
    ids=str,
)
def test_a_registry_that_does_not_answer_is_not_one_without_the_model(error, is_absent):
    class Client:
        def get_model_version_by_alias(self, *_):
            raise error

    if is_absent:
        assert find_champion(Client(), "churn") is None
        return
    with pytest.raises(UnavailableError, match="registry does not say its champion") as told:
        find_champion(Client(), "churn")
    assert "\n" not in str(told.value)


def moved(store, folder):
    shutil.move(store, folder / "models")


def copied(store, folder):
    shutil.copytree(store, folder / "models")


def restored(store, folder):
    """From a backup made before the original was lost."""
    with tarfile.open(folder / "backup.tar", "w") as backup:
        backup.add(store, "models")
    shutil.rmtree(store)
    with tarfile.open(folder / "backup.tar") as backup:
        backup.extractall(folder, filter="data")


def digest(store):
    return {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}


@pytest.mark.parametrize("carry", [moved, copied, restored], ids=lambda carry: carry.__name__)
def test_a_store_that_is_moved_copied_or_restored_is_used_where_it_is_now(
    carry, plain, bad, register, name, store, tmp_path, monkeypatch
):
    register(bad)
    lifecycle.promote(name)
    original = digest(store)
    elsewhere = tmp_path / "a project"
    elsewhere.mkdir()
    carry(store, elsewhere)
    monkeypatch.chdir(elsewhere)

    assert lifecycle.load(name, "champion").version == "1"
    assert register(plain) == "2"
    assert lifecycle.compare(name).better
    addresses = "\n".join(sqlite3.connect("models/mlflow.db").iterdump())
    assert store.as_uri() not in addresses
    assert (digest(store) if store.exists() else {}) == (original if carry is copied else {})
    if carry is copied:
        monkeypatch.chdir(store.parent)
        assert lifecycle.load(name, "challenger").version == "1"


def test_artifacts_of_another_place_keep_their_addresses(plain, register, name, store, tmp_path):
    register(plain)
    with closing(sqlite3.connect(store / "mlflow.db")) as database, database:
        database.execute(
            "UPDATE experiments SET artifact_location = 's3://bucket/models/artifacts' "
            "WHERE experiment_id = 0"
        )
    lifecycle.load(name, "1")
    with closing(sqlite3.connect(store / "mlflow.db")) as database:
        [[kept]] = database.execute(
            "SELECT artifact_location FROM experiments WHERE experiment_id = 0"
        )
    assert kept == "s3://bucket/models/artifacts"


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (
            "bda7b8c39065",
            "an older MLflow .* `uv run mlflow db upgrade sqlite:///models/mlflow.db`",
        ),
        ("ffffffffffff", "a newer MLflow .*`uv lock --upgrade-package mlflow`"),
    ],
    ids=["MLflow 3.1", "a later MLflow"],
)
def test_a_store_of_another_mlflow_is_told_with_the_command_that_helps(schema, told, name, store):
    with closing(sqlite3.connect(store / "mlflow.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", (schema,))
    with pytest.raises(BadInputError, match=told) as refused:
        lifecycle.load(name, "champion")
    assert "\n" not in str(refused.value)


def test_a_model_whose_files_are_gone_is_told_with_their_place(plain, register, name, store):
    register(plain)
    shutil.rmtree(store / "artifacts")
    with pytest.raises(lifecycle.NoModelError, match="files are missing") as refused:
        lifecycle.load(name, "1")
    assert str(Path("models", "artifacts")) in str(refused.value)
    assert "\n" not in str(refused.value)
