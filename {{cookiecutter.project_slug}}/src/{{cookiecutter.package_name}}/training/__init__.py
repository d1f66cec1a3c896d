"""Training one classifier behind one function, whatever library does the work."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..errors import BadInputError
from ..sampling import collect_sample
from . import deep_learning, mllib, scikit_learn
from .columns import KEYS, LABEL, Kind, as_kinds, keys_of, kinds


class Model(NamedTuple):
    """A trained classifier.

    kinds: the columns that it wants, in order.
    estimator: its predict_proba takes a pandas frame of these columns, as `as_kinds` gives them,
        and returns an array of (rows, 2), the second column being the chance.
    """

    kinds: dict[str, Kind]
    estimator: Any


SingleNode = Callable[[pd.DataFrame, Mapping[str, Kind], int], Any]
"""(rows with LABEL and columns of these kinds; kinds; seed) -> estimator."""

Distributed = Callable[[DataFrame, int, Mapping[str, Kind], int], Any]
"""(rows with KEYS, LABEL and columns of these kinds; how many; kinds; seed) -> estimator."""

ON_ONE_NODE: dict[str, SingleNode] = {
    "sklearn": scikit_learn.fit,
    "tensorflow": deep_learning.fit,
}
ON_ALL_NODES: dict[str, Distributed] = {"mllib": mllib.fit}
TRAINERS = (*ON_ONE_NODE, *ON_ALL_NODES)

MOST_ROWS = 200_000
"""About the most rows that a trainer on one node, the driver, is given, unless told otherwise."""


def check_installed(trainer: str) -> None:
    """Raise NotInstalledError, which says what to do, when what trains is not installed."""
    if trainer == "tensorflow":
        deep_learning.check_installed()


def installed() -> list[str]:
    """The trainers that are installed."""
    return [name for name in TRAINERS if name != "tensorflow" or deep_learning.is_installed()]


def learnable(features: DataFrame) -> dict[str, Kind]:
    """The columns to learn from, and what they are: all but KEYS and LABEL (see columns.kinds)."""
    return kinds(features.drop(*KEYS, LABEL))


def train(
    features: DataFrame,
    columns: dict[str, Kind],
    trainer: str = "sklearn",
    seed: int = 0,
    most_rows: int = MOST_ROWS,
) -> Model:
    """Train a classifier that gives the chance that LABEL is true.

    Args:
        features: KEYS (one of them at least), LABEL, and columns to learn from. Rows whose label
            is null are left out.
        columns: what to learn from, as `learnable` says.
        trainer: one of TRAINERS.
        seed: the same seed and rows give the same model.
        most_rows: about the most rows that one node is given; of more, a sample is drawn.

    Raises:
        BadInputError: when all rows have the same outcome.
        NotInstalledError: when what trains is not installed.
    """
    known = features.where(F.col(LABEL).isNotNull())
    [found] = known.agg(F.count("*").alias("rows"), F.count_if(LABEL).alias("positive")).collect()
    if found.positive in (0, found.rows):
        raise BadInputError(
            f"features: {found.positive} of {found.rows} rows to learn from have churned; a model "
            "needs some of both. Take more data, or another horizon or label."
        )
    keys = keys_of(known)
    rows = known.select(*keys, LABEL, *as_kinds(known, columns))
    if trainer in ON_ALL_NODES:
        return Model(columns, ON_ALL_NODES[trainer](rows, found.rows, columns, seed))
    sample = collect_sample(rows, keys, most_rows, f"training {seed}", found.rows)
    return Model(columns, ON_ONE_NODE[trainer](sample, columns, seed))
