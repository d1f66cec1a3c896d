"""The model that was measured: models are compared by it, because it has not seen the holdout.

The model that is kept is fitted once more on the newest rows, the holdout among them.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from ..training import Model
from .loading import TRUSTED

FOLDER = "measured"
ESTIMATOR, KINDS = f"{FOLDER}/model.skops", f"{FOLDER}/kinds.json"


def log_measured(model: Model) -> None:
    """Store a model with the current run."""
    import mlflow
    import skops.io

    mlflow.log_dict(model.kinds, KINDS)
    with TemporaryDirectory() as folder:
        path = Path(folder, Path(ESTIMATOR).name)
        skops.io.dump(model.estimator, path)
        mlflow.log_artifact(str(path), FOLDER)


def load_measured(run_id: str) -> Model | None:
    """Load what `log_measured` stored with a run; None where the model kept is the one measured."""
    import mlflow
    import skops.io

    if not mlflow.MlflowClient().list_artifacts(run_id, FOLDER):
        return None
    with TemporaryDirectory() as folder:
        stored = mlflow.artifacts.download_artifacts(
            run_id=run_id, artifact_path=FOLDER, dst_path=folder
        )
        kinds = json.loads(Path(stored, Path(KINDS).name).read_text())
        return Model(kinds, skops.io.load(Path(stored, Path(ESTIMATOR).name), trusted=TRUSTED))
