"""Registration: a training becomes a run of the store, and its model the challenger."""

import os
import subprocess
import warnings
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..training import Model
from ..training.profile import profile
from .holdout import NO_HOLDOUT, champions_kinds, log_holdout
from .loading import PROFILE, TRUSTED, packages_of
from .measured import log_measured
from .store import CHALLENGER, artifacts, local_store, open_store

PACKAGES = ("numpy", "pandas", "pyspark", "scikit-learn", "scipy", "skops")
"""What a model needs to be loaded and used, in the versions of its training."""


def fingerprint(frame: DataFrame) -> str:
    """Return a number that changes with any row, but not with their order; rows must differ."""
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
    holdout: DataFrame | None,
    keys: list[str],
    card: str,
    picture: Figure,
    measured: Model | None = None,
    data: DataFrame | None = None,
) -> str:
    """Record a training as a run, and register its model as the challenger.

    Args:
        name: of the registered model.
        model: what was trained.
        about: what users of the model must know; stored with the model.
        parameters: the training's settings, and the fingerprint of its data.
        metrics: its measures, by name.
        holdout: rows that the model has not seen, with LABEL, to compare models on later; None
            keeps none, and then nothing can be compared.
        keys: the columns that tell the holdout's rows apart.
        card: the model card, in Markdown.
        picture: the card's picture.
        measured: the model that the metrics are of and that has not seen the holdout, if it is
            not the model that is kept.
        data: rows like those that the model was trained on, whose columns are profiled, so that
            scoring notices when columns change.

    Returns:
        The version.
    """
    import mlflow

    client = open_store()
    experiment = os.environ.get("MLFLOW_EXPERIMENT_NAME", name)
    if client.get_experiment_by_name(experiment) is None:
        local = mlflow.get_tracking_uri() == local_store()
        files = artifacts().as_uri() if local else None
        client.create_experiment(experiment, files)
    mlflow.set_experiment(experiment)
    with mlflow.start_run():
        mlflow.log_params(dict(parameters))
        mlflow.log_metrics(dict(metrics))
        mlflow.set_tags({"git_commit": _git_commit()})
        mlflow.log_figure(picture, f"{name}.png")
        mlflow.log_text(card, f"{name}.md")
        mlflow.log_text("\n".join(_requirements(model)), "environment.txt")
        if holdout is not None:
            kinds = model.kinds | (measured.kinds if measured else {})
            log_holdout(holdout, keys, champions_kinds(client, name, holdout) | kinds)
        if measured is not None:
            log_measured(measured)
        if data is not None:
            mlflow.log_dict(profile(data, model.kinds), PROFILE)
        stored = _log_model(client, name, model, about)
    if holdout is None:
        client.set_model_version_tag(name, stored, NO_HOLDOUT, "true")
    client.set_registered_model_alias(name, CHALLENGER, stored)
    return stored


def _log_model(client: Any, name: str, model: Model, about: Mapping[str, Any]) -> str:
    """Store a model in skops' format, which holds no code, and register it."""
    import mlflow
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec

    types = {"number": DataType.double, "category": DataType.string}
    probabilities = TensorSpec(np.dtype("float64"), (-1, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stored = mlflow.sklearn.log_model(
            model.estimator,
            name="model",
            signature=mlflow.models.ModelSignature(
                inputs=Schema([ColSpec(types[kind], c) for c, kind in model.kinds.items()]),
                outputs=Schema([probabilities]),
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
    """Create the model's name, ignoring "already exists": not every registry supports a lookup."""
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if not error.error_code.endswith("ALREADY_EXISTS"):
            raise


def _requirements(model: Model) -> list[str]:
    pinned = []
    for package in (*PACKAGES, *packages_of(model.estimator)):
        with suppress(PackageNotFoundError):  # a platform's own Spark is not called pyspark
            pinned.append(f"{package}=={version(package)}")
    return pinned


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
