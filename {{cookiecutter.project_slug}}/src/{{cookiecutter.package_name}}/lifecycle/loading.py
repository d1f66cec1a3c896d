"""Loading: a model of the store, and only if it is made of known types."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from ..training import Model
from ..training.deep_learning import Network
from .store import NoModelError, find, open_store

TRUSTED = (
    "numpy.dtype",
    "scipy.interpolate._bsplines.BSpline",
    "scipy.interpolate._bsplines._BSpline",
    "scipy._lib.array_api_compat.numpy._aliases.asarray",  # in splines of SciPy for Python 3.11
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils._bunch.Bunch",
    f"{Network.__module__}.Network",
    f"{__package__.rpartition('.')[0]}.churn.blend.Blend",
)
"""What models are made of, beside what skops trusts itself; nothing else is stored or loaded."""


class Registered(NamedTuple):
    """A model of the store. `about` is what its training said of it."""

    version: str
    model: Model
    about: Mapping[str, Any]


def load(name: str, alias: str) -> Registered:
    """Load a model by an alias (champion, challenger) or a version of its name.

    Raises:
        NoModelError: when there is none, or none that can be used here.
    """
    import mlflow

    client = open_store()
    found = find(client, name, alias)
    uri = f"models:/{name}/{found.version}"
    estimator = _load_estimator(name, found.version, uri)
    info = mlflow.models.get_model_info(uri)
    kinds: dict[str, Any] = {
        column.name: "number" if column.type == mlflow.types.DataType.double else "category"
        for column in info.signature.inputs
    }
    missing = [package for package in packages_of(estimator) if find_spec(package) is None]
    if missing:
        raise NoModelError(
            f"model {name}: version {found.version} needs {missing[0]}, which is not installed. "
            f"Install it with `uv sync --extra {missing[0]}`, or take another model."
        )
    return Registered(str(found.version), Model(kinds, estimator), dict(info.metadata or {}))


def _load_estimator(name: str, version: str, uri: str) -> Any:
    """Load what _log_model stored, and nothing else.

    MLflow's own loader would run a pickle, and believes what the model says is to be trusted.
    """
    import mlflow
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    with TemporaryDirectory() as folder:
        stored = mlflow.artifacts.download_artifacts(uri, dst_path=folder)
        try:
            return skops.io.load(Path(stored, "model.skops"), trusted=TRUSTED)
        except (FileNotFoundError, UntrustedTypesFoundException) as error:
            raise NoModelError(
                f"model {name}: version {version} is not of this project's making, and was not "
                "loaded: it may run code of its own. Take another version."
            ) from error


def packages_of(estimator: Any) -> tuple[str, ...]:
    """What this estimator needs beside PACKAGES."""
    return getattr(estimator, "packages", ())
