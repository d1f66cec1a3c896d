"""TensorFlow, through Keras: a small network, trained on one node, used in Spark's workers.

TensorFlow is an optional extra, and imported only where it is asked for. A network is loaded once
per Python worker, which scores batch after batch with it: loading it for each batch is what makes
deep learning in pandas UDFs slow.
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
"""About how many batches are learned from: all rows are gone through from 1 to PASSES times."""

PASSES = 20


class NotInstalledError(BadInputError):
    """TensorFlow is asked for and not there. The message is one line."""


def is_installed() -> bool:
    """Whether TensorFlow is there; it is not imported."""
    return find_spec("tensorflow") is not None


def check_installed() -> None:
    """Say what to do where TensorFlow is not there.

    Raises:
        NotInstalledError: says it.
    """
    if not is_installed():
        raise NotInstalledError(
            "trainer tensorflow: TensorFlow is not installed. Install it with `uv sync --extra "
            "tensorflow` (pip: `pip install -e '.[tensorflow]'`), or take another --trainer."
        )


@dataclass
class Network:
    """A trained network behind scikit-learn's predict_proba.

    prepare: turns rows into its inputs.
    stored: the network, as a file of Keras' own format, which holds no code.
    """

    prepare: Any
    stored: bytes

    packages: ClassVar = ("tensorflow", "keras")
    """What it needs to be used, beside what every model needs."""

    def predict_proba(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """The chances that the label is false, and true."""
        inputs = self.prepare.transform(rows).astype("float32")
        chance = network(self.stored)(inputs, training=False).numpy().astype(float)
        return np.hstack([1 - chance, chance])


def fit(rows: pd.DataFrame, kinds: Mapping[str, Kind], seed: int) -> Network:
    """Fit a network of two hidden layers on smooth effects.

    See training.SingleNode.

    Raises:
        NotInstalledError: when TensorFlow is not installed.
    """
    keras = import_keras()
    keras.utils.set_random_seed(seed)
    prepare = preparation(kinds, len(rows), seed)
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
    """Load a network, once in each process."""
    keras = import_keras()
    with TemporaryDirectory() as folder:
        path = Path(folder, "network.keras")
        path.write_bytes(stored)
        return keras.models.load_model(path, compile=False)


@lru_cache(maxsize=1)
def import_keras() -> Any:
    """Import Keras on TensorFlow. The same seed gives the same; Spark's workers get a thread each.

    Raises:
        NotInstalledError: when TensorFlow is not installed.
    """
    check_installed()
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with nothing_on_stderr():
        import keras
        import tensorflow

        if TaskContext.get() is not None:  # there are as many workers as cores already
            tensorflow.config.threading.set_intra_op_parallelism_threads(1)
            tensorflow.config.threading.set_inter_op_parallelism_threads(1)
        tensorflow.config.experimental.enable_op_determinism()
        tensorflow.zeros(1)  # looks for a GPU, and says so when there is none
    return keras


@contextmanager
def nothing_on_stderr() -> Iterator[None]:
    """TensorFlow's native code remarks on absent GPUs before any level of logging holds."""
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
