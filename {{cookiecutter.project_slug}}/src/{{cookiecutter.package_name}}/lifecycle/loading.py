"""Loading: a model of the store, and only if it is made of known types."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from ..training import Model
from ..training.deep_learning import Network
from .store import NoModelError, UnusableModelError, download, find, open_store

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

PROFILE = "columns.json"
"""The artifact of a run that holds the profile of its training's columns."""

LIBRARIES = {
    "_loss": "scikit-learn",  # its compiled modules name themselves without their package
    "numpy": "numpy",
    "pandas": "pandas",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
}
"""Packages by the first name of their types, which move from version to version."""

FOREIGN = (
    "was not made by this project, and was not loaded: it may run foreign code. "
    "Take another version."
)


class Registered(NamedTuple):
    """A model of the store.

    about: facts that its training stored with it.
    profile: what its training's columns held (see training.profile); empty if that is not known.
    """

    version: str
    model: Model
    about: Mapping[str, Any]
    profile: Mapping[str, Any]


def load(name: str, alias: str) -> Registered:
    """Load a model by an alias (champion, challenger) or a version of its name.

    Raises:
        NoModelError: when there is none, or none that can be used here (UnusableModelError).
    """
    import mlflow

    client = open_store()
    found = find(client, name, alias)
    uri, where = f"models:/{name}/{found.version}", f"model {name}: version {found.version}"
    with TemporaryDirectory() as folder:
        stored = download(folder, where, artifact_uri=uri)
        packages = Path(stored, "requirements.txt")
        trained_with = packages.read_text() if packages.exists() else ""
        estimator = read_estimator(Path(stored, "model.skops"), where, trained_with)
    info = mlflow.models.get_model_info(uri)
    kinds: dict[str, Any] = {
        column.name: "number" if column.type == mlflow.types.DataType.double else "category"
        for column in info.signature.inputs
    }
    missing = [package for package in packages_of(estimator) if find_spec(package) is None]
    if missing:
        raise NoModelError(
            f"{where} needs {missing[0]}, which is not installed. "
            f"Install it with `uv sync --extra {missing[0]}`, or take another model."
        )
    about = dict(info.metadata or {})
    return Registered(
        str(found.version), Model(kinds, estimator), about, _profile(client, found.run_id, where)
    )


def _profile(client: Any, run_id: str, where: str) -> dict[str, Any]:
    if all(file.path != PROFILE for file in client.list_artifacts(run_id)):
        return {}
    with TemporaryDirectory() as folder:
        path = download(folder, where, run_id=run_id, artifact_path=PROFILE)
        return dict(json.loads(path.read_text()))


def read_estimator(path: Path, where: str, trained_with: str) -> Any:
    """Load a file in skops' format that is made of TRUSTED types, and nothing else.

    MLflow's own loader would run a pickle, and trusts the types that the model declares.

    Args:
        path: of the file.
        where: whose it is, for messages.
        trained_with: the packages of its training, each as name==version, in lines.

    Raises:
        UnusableModelError: when it may run code, or the installed libraries cannot load it.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    again = "Train again: a challenger that is good enough can replace it"
    try:
        return skops.io.load(path, trusted=TRUSTED)
    except FileNotFoundError as error:
        raise UnusableModelError(f"{where} {FOREIGN}") from error
    except UntrustedTypesFoundException as error:
        types = sorted({*skops.io.get_untrusted_types(file=path)} - {*TRUSTED})
        packages = {LIBRARIES.get(name.partition(".")[0], "") for name in types}
        if not all(packages):
            raise UnusableModelError(f"{where} {FOREIGN}") from error
        package = min(packages)
        before = [line for line in trained_with.splitlines() if line.startswith(f"{package}==")]
        raise UnusableModelError(
            f"{where} holds {len(types)} types of {package} that are unknown at version "
            f"{version(package)}, for example {types[0]}; it was trained with "
            f"{before[0] if before else 'another version'}. {again}."
        ) from error
    except Exception as error:  # libraries raise whatever they like at files of other versions
        told = f"{type(error).__name__}: {error}".splitlines()[0]
        raise UnusableModelError(
            f"{where} cannot be loaded by the installed libraries ({told}). {again}."
        ) from error


def packages_of(estimator: Any) -> tuple[str, ...]:
    """Return the packages that this estimator needs beside PACKAGES."""
    return getattr(estimator, "packages", ())
