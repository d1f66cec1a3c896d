"""The store of models: a local folder, or a server."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import mlflow
import pytest

from {{ cookiecutter.package_name }} import lifecycle
from {{ cookiecutter.package_name }}.errors import UnavailableError


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
