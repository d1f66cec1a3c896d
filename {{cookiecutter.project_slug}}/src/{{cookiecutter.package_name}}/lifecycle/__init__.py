"""The life of a model, from training to champion and back: MLflow, with aliases.

Models are registered under a name. The one trained last is its `challenger`; the one that is used
is its `champion`. The store is models/ (sqlite, and files beside it), or the server that
MLFLOW_TRACKING_URI names; MLFLOW_EXPERIMENT_NAME says where runs go there.
"""

import logging
import os
import sqlite3
import subprocess
import warnings
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..errors import BadInputError, UnavailableError
from ..sampling import collect_sample
from ..training import Model
from ..training.columns import LABEL, as_kinds
from ..training.deep_learning import Network

# read when MLflow is imported; its makers are told of each use otherwise
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

STORE = Path("models")
CHAMPION, CHALLENGER = "champion", "challenger"
BEFORE = "champion_before"
"""The tag of a version that was made champion, naming the one that it took over from."""

PACKAGES = ("numpy", "pandas", "pyspark", "scikit-learn", "scipy", "skops")
"""What a model needs to be loaded and used, in the versions of its training."""

TRUSTED = (
    "numpy.dtype",
    "scipy.interpolate._bsplines.BSpline",
    "scipy.interpolate._bsplines._BSpline",
    "scipy._lib.array_api_compat.numpy._aliases.asarray",  # in splines of SciPy for Python 3.11
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils._bunch.Bunch",
    f"{Network.__module__}.Network",
)
"""What models are made of, beside what skops trusts itself; nothing else is stored or loaded."""

HOLDOUT = "holdout/holdout.parquet"
HOLDOUT_ROWS = 50_000
"""About the most rows of a holdout that are kept to compare models on."""

PATIENCE = 10.0
"""Seconds to wait for another process that writes to the local store."""

RESAMPLES = 500
LEVEL = 0.9
"""Of the interval of a comparison, by the bootstrap."""


class NoModelError(BadInputError):
    """There is no such model. The message is one line."""


class Registered(NamedTuple):
    """A model of the store. `about` is what its training said of it."""

    version: str
    model: Model
    about: Mapping[str, Any]


@dataclass(frozen=True)
class Comparison:
    """By how much the challenger's ROC AUC is above the champion's on the newest holdout."""

    challenger: str
    champion: str
    challenger_auc: float
    champion_auc: float
    lower: float
    upper: float
    rows: int

    @property
    def difference(self) -> float:
        """The challenger's area less the champion's."""
        return self.challenger_auc - self.champion_auc

    @property
    def better(self) -> bool:
        """Whether the challenger is better by more than chance."""
        return self.lower > 0


def fingerprint(frame: DataFrame) -> str:
    """A number that changes with any row of a table whose rows differ, and not with their order."""
    [found] = frame.agg(
        F.count("*").alias("rows"), F.hex(F.bit_xor(F.xxhash64("*"))).alias("digest")
    ).collect()
    return f"{found.rows}-{found.digest}"


def register(
    name: str,
    model: Model,
    about: Mapping[str, Any],
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    holdout: DataFrame,
    keys: list[str],
    card: str,
    picture: Figure,
) -> str:
    """Record a training as a run, and register its model as the challenger.

    Args:
        name: of the registered model.
        model: what was trained.
        about: what who uses the model must know of it; stored with the model.
        parameters: what the training was told, the data's fingerprint among it.
        metrics: what came of it.
        holdout: rows that the model has not seen, with LABEL, to compare models on later.
        keys: the columns that tell the holdout's rows apart.
        card: the model card, in Markdown.
        picture: the card's picture.

    Returns:
        The version.
    """
    import mlflow

    client = _open_store()
    experiment = os.environ.get("MLFLOW_EXPERIMENT_NAME", name)
    if client.get_experiment_by_name(experiment) is None:
        local = mlflow.get_tracking_uri() == _local_store()
        files = (STORE / "artifacts").resolve().as_uri() if local else None
        client.create_experiment(experiment, files)
    mlflow.set_experiment(experiment)
    with mlflow.start_run(), TemporaryDirectory() as folder:
        mlflow.log_params(dict(parameters))
        mlflow.log_metrics(dict(metrics))
        mlflow.set_tags({"git_commit": _git_commit()})
        mlflow.log_figure(picture, f"{name}.png")
        mlflow.log_text(card, f"{name}.md")
        mlflow.log_text("\n".join(_requirements(model)), "environment.txt")
        path = Path(folder, Path(HOLDOUT).name)
        rows = holdout.select(*keys, F.col(LABEL).cast("int"), *as_kinds(holdout, model.kinds))
        collect_sample(rows, keys, HOLDOUT_ROWS, "holdout").to_parquet(path)
        mlflow.log_artifact(str(path), str(Path(HOLDOUT).parent))
        stored = _log_model(client, name, model, about)
    client.set_registered_model_alias(name, CHALLENGER, stored)
    return stored


def load(name: str, alias: str) -> Registered:
    """Load a model by an alias (champion, challenger) or a version of its name.

    Raises:
        NoModelError: when there is none, or none that can be used here.
    """
    import mlflow

    client = _open_store()
    found = _find(client, name, alias)
    uri = f"models:/{name}/{found.version}"
    estimator = _load_estimator(name, found.version, uri)
    info = mlflow.models.get_model_info(uri)
    kinds: dict[str, Any] = {
        column.name: "number" if column.type == mlflow.types.DataType.double else "category"
        for column in info.signature.inputs
    }
    missing = [package for package in _packages(estimator) if find_spec(package) is None]
    if missing:
        raise NoModelError(
            f"model {name}: version {found.version} needs {missing[0]}, which is not installed. "
            f"Install it with `uv sync --extra {missing[0]}`, or take another model."
        )
    return Registered(str(found.version), Model(kinds, estimator), dict(info.metadata or {}))


def compare(name: str) -> Comparison | None:
    """Compare the challenger with the champion; None when there is no champion yet.

    Both score the holdout of the challenger's training, which is the newest. The interval is that
    of a paired bootstrap.

    Raises:
        NoModelError: when there is no challenger, or it is the champion already.
    """
    import mlflow
    from scipy.stats import bootstrap
    from sklearn.metrics import roc_auc_score

    client = _open_store()
    challenger = _find(client, name, CHALLENGER)
    champion = _champion(client, name)
    if champion is None:
        return None
    if champion.version == challenger.version:
        raise NoModelError(
            f"model {name}: version {champion.version}, the one trained last, is the champion "
            "already. Train another."
        )
    with TemporaryDirectory() as folder:
        path = mlflow.artifacts.download_artifacts(
            run_id=challenger.run_id, artifact_path=HOLDOUT, dst_path=folder
        )
        holdout = pd.read_parquet(path)
    loaded = [load(name, alias) for alias in (CHALLENGER, CHAMPION)]
    if loaded[0].about != loaded[1].about:
        raise BadInputError(
            f"model {name}: the challenger predicts for {loaded[0].about}, the champion for "
            f"{loaded[1].about}. Train the challenger for the same."
        )
    chances = []
    for _, model, _ in loaded:
        missing = [column for column in model.kinds if column not in holdout.columns]
        if missing:
            raise BadInputError(
                f"model {name}: the champion needs {len(missing)} columns that the newest holdout "
                f"lacks, for example {missing[0]}. Train the challenger on a table that has them."
            )
        chances.append(model.estimator.predict_proba(holdout[list(model.kinds)])[:, 1])

    def difference(label: Any, first: Any, second: Any) -> float:
        return float(roc_auc_score(label, first) - roc_auc_score(label, second))

    label = holdout[LABEL].to_numpy()
    found = bootstrap(
        (label, *chances),
        difference,
        paired=True,
        vectorized=False,
        n_resamples=RESAMPLES,
        confidence_level=LEVEL,
        method="percentile",
        rng=0,
    )
    return Comparison(
        str(challenger.version),
        str(champion.version),
        float(roc_auc_score(label, chances[0])),
        float(roc_auc_score(label, chances[1])),
        float(found.confidence_interval.low),
        float(found.confidence_interval.high),
        len(holdout),
    )


def promote(name: str) -> str:
    """Make the challenger the champion.

    Returns:
        Its version.
    """
    client = _open_store()
    challenger = _find(client, name, CHALLENGER)
    before = _champion(client, name)
    client.set_model_version_tag(name, challenger.version, BEFORE, before.version if before else "")
    client.set_registered_model_alias(name, CHAMPION, challenger.version)
    return str(challenger.version)


def roll_back(name: str) -> tuple[str, str]:
    """Make the champion before this one the champion again.

    Returns:
        The versions that is no longer champion, and that is again.

    Raises:
        NoModelError: when there is no champion, or was none before it.
    """
    client = _open_store()
    champion = _find(client, name, CHAMPION)
    before = champion.tags.get(BEFORE)
    if not before:
        raise NoModelError(
            f"model {name}: version {champion.version} is the first champion; there is none before "
            "it to return to."
        )
    client.set_registered_model_alias(name, CHAMPION, before)
    return str(champion.version), str(before)


def _open_store() -> Any:
    """The store's client; a local store is made when there is none."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # MLflow looks for git, and need not
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow

    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        STORE.mkdir(exist_ok=True)
        _refuse_in_use()
        mlflow.set_tracking_uri(_local_store())
        os.environ.pop("MLFLOW_TRACKING_URI", None)  # set by that call; it was not the user's
    return mlflow.MlflowClient()


def _local_store() -> str:
    return f"sqlite:///{_database().as_posix()}"


def _database() -> Path:
    return (STORE / "mlflow.db").resolve()


def _refuse_in_use() -> None:
    """Refuse a local store that another process holds; MLflow would try for over a minute."""
    if not _database().exists():
        return
    try:
        with closing(sqlite3.connect(_database(), timeout=PATIENCE)) as database:
            database.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):  # one that may only be read serves well
            raise UnavailableError(
                f"models' store ({_database()}): another process holds it for more than "
                f"{PATIENCE:.0f} seconds. Try again when it has ended, or give your team a "
                "server: MLFLOW_TRACKING_URI."
            ) from error


def _find(client: Any, name: str, alias: str) -> Any:
    from mlflow.exceptions import MlflowException

    try:
        if alias.isdigit():
            return client.get_model_version(name, alias)
        return client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        raise NoModelError(
            f"model {name}: there is no {'version ' if alias.isdigit() else ''}{alias}. "
            "Train one with jobs/train_churn.py; jobs/promote_model.py makes it champion."
        ) from error


def _champion(client: Any, name: str) -> Any:
    """The champion's version; None when there is none."""
    try:
        return _find(client, name, CHAMPION)
    except NoModelError:
        return None


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


def _log_model(client: Any, name: str, model: Model, about: Mapping[str, Any]) -> str:
    """Store a model in skops' format, which holds no code, and register it."""
    import mlflow
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec

    types = {"number": DataType.double, "category": DataType.string}
    chances = TensorSpec(np.dtype("float64"), (-1, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stored = mlflow.sklearn.log_model(
            model.estimator,
            name="model",
            signature=mlflow.models.ModelSignature(
                inputs=Schema([ColSpec(types[kind], c) for c, kind in model.kinds.items()]),
                outputs=Schema([chances]),
            ),
            pyfunc_predict_fn="predict_proba",
            serialization_format="skops",
            skops_trusted_types=list(TRUSTED),
            pip_requirements=_requirements(model),
            metadata=dict(about),
        )
    _make_room(client, name)
    registered = client.create_model_version(
        name, stored.model_uri, stored.run_id, model_id=stored.model_id
    )
    return str(registered.version)


def _make_room(client: Any, name: str) -> None:
    """Register a name, unless it is; looking it up first is more than all registries can do."""
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if not error.error_code.endswith("ALREADY_EXISTS"):
            raise


def _requirements(model: Model) -> list[str]:
    pinned = []
    for package in (*PACKAGES, *_packages(model.estimator)):
        with suppress(PackageNotFoundError):  # a platform's own Spark is not called pyspark
            pinned.append(f"{package}=={version(package)}")
    return pinned


def _packages(estimator: Any) -> tuple[str, ...]:
    """What this estimator needs beside PACKAGES."""
    return getattr(estimator, "packages", ())


def _git_commit() -> str:
    """The commit that is checked out, and whether files differ from it; empty without git."""
    try:
        commit, changed = (
            subprocess.run(
                ["git", *arguments], capture_output=True, text=True, check=True
            ).stdout.strip()
            for arguments in (("rev-parse", "HEAD"), ("status", "--porcelain"))
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f"{commit} and changes" if changed else commit
