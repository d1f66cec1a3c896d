"""The model that was measured: models are compared by it, because it has not seen the holdout.

The model that is kept is fitted once more on the newest rows, the holdout among them.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..training import Model
from ..training.columns import Kind
from .loading import Registered, load, read_estimator
from .store import download

FOLDER = "measured"
ESTIMATOR, KINDS = f"{FOLDER}/model.skops", f"{FOLDER}/kinds.json"
PACKAGES = "environment.txt"
"""The artifact of a run that names the packages of its training."""


def log_measured(model: Model) -> None:
    """Store a model with the current run."""
    import mlflow
    import skops.io

    mlflow.log_dict(model.kinds, KINDS)
    with TemporaryDirectory() as folder:
        path = Path(folder, Path(ESTIMATOR).name)
        skops.io.dump(model.estimator, path)
        mlflow.log_artifact(str(path), FOLDER)


def load_measured(name: str, version: Any) -> Registered:
    """Load a version with the model that was measured in place of the one that is kept.

    Both are the same where `log_measured` stored none.

    Raises:
        UnusableModelError: when one of them cannot be loaded here.
    """
    found = load(name, str(version.version))
    where = f"model {name}: version {version.version}"
    kinds = measured_kinds(version, where)
    if not kinds:
        return found
    with TemporaryDirectory() as folder:
        path, packages = (
            download(folder, where, run_id=version.run_id, artifact_path=artifact)
            for artifact in (ESTIMATOR, PACKAGES)
        )
        estimator = read_estimator(path, where, packages.read_text())
    return found._replace(model=Model(kinds, estimator))


def measured_kinds(version: Any, where: str) -> dict[str, Kind]:
    """The columns of a version's measured model; none where `log_measured` stored none."""
    import mlflow

    if not mlflow.MlflowClient().list_artifacts(version.run_id, FOLDER):
        return {}
    with TemporaryDirectory() as folder:
        path = download(folder, where, run_id=version.run_id, artifact_path=KINDS)
        return dict(json.loads(path.read_text()))
