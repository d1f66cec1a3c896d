"""The model store: models/ (sqlite, and files beside it), or a server."""

import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from ..errors import BadInputError, UnavailableError
from .moving import check_schema, follow

# MLflow reads this at import; without it, MLflow reports each use to its makers
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

STORE = Path("models")
CHAMPION, CHALLENGER = "champion", "challenger"

PATIENCE = 10.0
"""Seconds to wait for another process that writes to the local store."""

ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE", "NOT_FOUND")
"""Ends of the error codes of a registry that lacks a version; the second is of a missing alias."""

NO_REGISTRY = "ENDPOINT_NOT_FOUND"
"""The error code of an address without a registry."""


class NoModelError(BadInputError):
    """There is no such model. The message is one line."""


class UnusableModelError(NoModelError):
    """The model is registered, and cannot be loaded or used here. The message is one line."""


def open_store() -> Any:
    """Return the store's client; a local store is made when there is none."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # MLflow can do without git
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow

    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        STORE.mkdir(exist_ok=True)
        _open_local()
        mlflow.set_tracking_uri(local_store())
        os.environ.pop("MLFLOW_TRACKING_URI", None)  # set by that call; it was not the user's
    return mlflow.MlflowClient()


def local_store() -> str:
    """Return the address of the local store."""
    return f"sqlite:///{_database().as_posix()}"


def _database() -> Path:
    return (STORE / "mlflow.db").resolve()


def download(folder: str, where: str, **artifact: str) -> Path:
    """Download a file, or a model's folder, into a folder, and return its path.

    Args:
        folder: where to put it.
        where: what it belongs to, for messages.
        artifact: what names it: artifact_uri, or run_id and artifact_path.

    Raises:
        UnusableModelError: when the local store no longer has it.
        UnavailableError: when a server does not give it.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    gone = (
        f"{where}: its files are missing from {STORE / 'artifacts'}. Restore that folder from the "
        f"same backup as {STORE / 'mlflow.db'}, or train again."
    )
    try:
        path = Path(mlflow.artifacts.download_artifacts(**artifact, dst_path=folder))
    except (MlflowException, OSError) as error:
        if mlflow.get_tracking_uri() == local_store():
            raise UnusableModelError(gone) from error
        raise UnavailableError(
            f"{where}: the model server does not return its files "
            f"({str(error).splitlines()[0]}). Try again, or train again."
        ) from error
    if path.is_dir() and not Path(path, "MLmodel").exists():  # a folder that is gone is no error
        raise UnusableModelError(gone)
    return path


def artifacts() -> Path:
    """Return the local store's folder of artifacts."""
    return (STORE / "artifacts").resolve()


def _open_local() -> None:
    """Make a local store ready for MLflow, wherever it was made, or refuse it."""
    if _database().exists():
        _refuse_in_use()
        check_schema(_database())
        follow(_database(), artifacts())


def _refuse_in_use() -> None:
    """Refuse a local store that another process holds; MLflow would try for over a minute."""
    try:
        with closing(sqlite3.connect(_database(), timeout=PATIENCE)) as database:
            database.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):  # a store that can only be read is usable
            raise UnavailableError(
                f"models' store ({_database()}): another process holds it for more than "
                f"{PATIENCE:.0f} seconds. Try again when it has ended, or give your team a "
                "server: MLFLOW_TRACKING_URI."
            ) from error


def find(client: Any, name: str, alias: str) -> Any:
    """Return the version of a model that an alias or a number names.

    Raises:
        NoModelError: when the registry says that there is none.
        UnavailableError: when the registry does not answer, or refuses to.
    """
    from mlflow.exceptions import MlflowException

    try:
        if alias.isdigit():
            return client.get_model_version(name, alias)
        return client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        if not _says_absent(error):
            raise UnavailableError(
                f"model {name}: the model registry does not say its {alias} version "
                f"({str(error).splitlines()[0]}). Try again, and check MLFLOW_TRACKING_URI and the "
                "token of the server."
            ) from error
        raise NoModelError(
            f"model {name}: there is no {'version ' if alias.isdigit() else ''}{alias}. "
            "Train one with jobs/train_churn.py; jobs/promote_model.py makes it champion."
        ) from error


def _says_absent(error: Any) -> bool:
    """Return whether a registry's error says that a model, a version or an alias does not exist."""
    # the JSON of the answer has the codes too that MLflow does not know, as those of Unity Catalog
    answer = getattr(error, "json", {})
    code = str(answer.get("error_code") or error.error_code)
    return code.endswith(ABSENT) and error.error_code != NO_REGISTRY


def find_champion(client: Any, name: str) -> Any:
    """Return the champion's version; None when there is none.

    Raises:
        UnavailableError: when the registry does not answer, or refuses to.
    """
    try:
        return find(client, name, CHAMPION)
    except NoModelError:
        return None
