"""A small Keras network on TensorFlow: trained on one node, applied in Spark's workers.

TensorFlow is an optional extra and is imported only when it is used. Each Python worker loads the
network once and scores all its batches with it. Loading the network for every batch is the usual
reason why deep learning in pandas UDFs is slow.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark import TaskContext

from ..errors import BadInputError
from .columns import LABEL, Kind
from .preparation import preparation

LAYERS = (32, 16)
BATCH = 256
STEPS = 3_000
"""About the number of training steps (batches), within 1 to PASSES epochs."""

PASSES = 20


class NotInstalledError(BadInputError):
    """TensorFlow was asked for and is not installed. The message is one line."""


def is_installed() -> bool:
    """Return whether TensorFlow is installed, without importing it."""
    return find_spec("tensorflow") is not None


def check_installed() -> None:
    """Do nothing if TensorFlow is installed.

    Raises:
        NotInstalledError: if it is not; the message says how to install it.
    """
    if not is_installed():
        raise NotInstalledError(
            "trainer tensorflow: TensorFlow is not installed. Install it with `uv sync --extra "
            "tensorflow` (pip: `pip install -e '.[tensorflow]'`), or choose another --trainer."
        )


@dataclass
class Network:
    """A trained network with scikit-learn's predict_proba.

    prepare: the fitted transformer from rows to the network's inputs.
    stored: the content of a .keras file, a format that holds no code.
    """

    prepare: Any
    stored: bytes

    packages: ClassVar = ("tensorflow", "keras")
    """Packages that scoring needs beside those that every model needs."""

    def predict_proba(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """Return an array of (rows, 2): the probabilities that LABEL is false and true."""
        inputs = self.prepare.transform(rows).astype("float32")
        probability = network(self.stored)(inputs, training=False).numpy().astype(float)
        return np.hstack([1 - probability, probability])


def fit(rows: pd.DataFrame, kinds: Mapping[str, Kind], seed: int) -> Network:
    """Fit a network with two hidden layers (see training.SingleNode).

    Raises:
        NotInstalledError: if TensorFlow is not installed.
    """
    keras = import_keras()
    keras.utils.set_random_seed(seed)
    prepare = preparation(kinds)
    inputs = prepare.fit_transform(rows[list(kinds)]).astype("float32")
    outcomes = rows[LABEL].to_numpy().astype("float32")

    hidden = [keras.layers.Dense(size, activation="relu") for size in LAYERS]
    layers = [keras.layers.Input(inputs.shape[1:]), *hidden]
    trained = keras.Sequential([*layers, keras.layers.Dense(1, activation="sigmoid")])
    steps_of_pass = -(-len(rows) // BATCH)
    passes = min(PASSES, -(-STEPS // steps_of_pass))
    slower = keras.optimizers.schedules.CosineDecay(0.003, passes * steps_of_pass)
    trained.compile(optimizer=keras.optimizers.AdamW(slower), loss="binary_crossentropy")
    trained.fit(inputs, outcomes, batch_size=BATCH, epochs=passes, verbose=0)
    with TemporaryDirectory() as folder:
        path = Path(folder, "network.keras")
        trained.save(path)
        return Network(prepare, path.read_bytes())


@lru_cache(maxsize=2)
def network(stored: bytes) -> Any:
    """Return a network from the content of its file; cached, so that a process loads it once."""
    keras = import_keras()
    with TemporaryDirectory() as folder:
        path = Path(folder, "network.keras")
        path.write_bytes(stored)
        return keras.models.load_model(path, compile=False)


@lru_cache(maxsize=1)
def import_keras() -> Any:
    """Import Keras on TensorFlow, deterministic; in Spark's workers with one thread each.

    Raises:
        NotInstalledError: if TensorFlow is not installed.
    """
    check_installed()
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with nothing_on_stderr():
        import keras
        import tensorflow

        if TaskContext.get() is not None:  # Spark already runs one worker per core
            tensorflow.config.threading.set_intra_op_parallelism_threads(1)
            tensorflow.config.threading.set_inter_op_parallelism_threads(1)
        tensorflow.config.experimental.enable_op_determinism()
        tensorflow.zeros(1)  # makes TensorFlow look for a GPU now, while its messages are hidden
    return keras


@contextmanager
def nothing_on_stderr() -> Iterator[None]:
    """Discard what native code writes to stderr.

    TensorFlow reports absent GPUs before its log level takes effect.
    """
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
