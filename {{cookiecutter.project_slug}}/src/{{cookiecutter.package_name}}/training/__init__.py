"""Train a binary classifier: one function for all libraries."""

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

    kinds: its feature columns, in order, and the kind of each.
    estimator: predict_proba takes a pandas frame of these columns, prepared by `as_kinds`, and
        returns an array of (rows, 2): the probabilities that LABEL is false and true.
    """

    kinds: dict[str, Kind]
    estimator: Any


SingleNode = Callable[[pd.DataFrame, Mapping[str, Kind], int], Any]
"""(rows: LABEL and columns of these kinds; kinds; seed) -> estimator."""

Distributed = Callable[[DataFrame, int, Mapping[str, Kind], int], Any]
"""(rows: KEYS, LABEL and columns of these kinds; number of rows; kinds; seed) -> estimator."""

ON_ONE_NODE: dict[str, SingleNode] = {
    "sklearn": scikit_learn.fit,
    "tensorflow": deep_learning.fit,
}
ON_ALL_NODES: dict[str, Distributed] = {"mllib": mllib.fit}
TRAINERS = (*ON_ONE_NODE, *ON_ALL_NODES)

MOST_ROWS = 200_000
"""Default limit of rows for a single-node trainer, which runs on the driver."""


def check_installed(trainer: str) -> None:
    """Raise NotInstalledError if the trainer's library is not installed."""
    if trainer == "tensorflow":
        deep_learning.check_installed()


def installed() -> list[str]:
    """Return the trainers whose library is installed."""
    return [name for name in TRAINERS if name != "tensorflow" or deep_learning.is_installed()]


def learnable(features: DataFrame) -> dict[str, Kind]:
    """Return the feature columns and their kinds: all but KEYS and LABEL (see columns.kinds)."""
    return kinds(features.drop(*KEYS, LABEL))


def train(
    features: DataFrame,
    columns: dict[str, Kind],
    trainer: str = "sklearn",
    seed: int = 0,
    most_rows: int = MOST_ROWS,
) -> Model:
    """Train a classifier that predicts the probability that LABEL is true.

    Args:
        features: at least one of KEYS, LABEL, and the feature columns. Rows whose label is null are
            ignored.
        columns: the feature columns, as `learnable` returns them.
        trainer: one of TRAINERS.
        seed: the same seed and rows give the same model.
        most_rows: a single-node trainer gets a sample of about this size if there are more rows.

    Raises:
        BadInputError: if all rows have the same label.
        NotInstalledError: if the trainer's library is not installed.
    """
    if trainer in ON_ONE_NODE:
        return fit_on_sample(features, columns, ON_ONE_NODE[trainer], seed, most_rows)
    rows, count = known_rows(features, columns)
    return Model(columns, ON_ALL_NODES[trainer](rows, count, columns, seed))


def fit_on_sample(
    features: DataFrame,
    columns: dict[str, Kind],
    fit: SingleNode,
    seed: int = 0,
    most_rows: int = MOST_ROWS,
) -> Model:
    """Train a classifier by a function of one's own. See `train`."""
    rows, count = known_rows(features, columns)
    sample = collect_sample(rows, keys_of(rows), most_rows, f"training {seed}", count)
    return Model(columns, fit(sample, columns, seed))


def known_rows(features: DataFrame, columns: dict[str, Kind]) -> tuple[DataFrame, int]:
    """Return the rows whose label is known, with the columns as `as_kinds` gives them.

    Returns:
        KEYS, LABEL and the columns; and the number of rows.

    Raises:
        BadInputError: when all rows have the same outcome.
    """
    known = features.where(F.col(LABEL).isNotNull())
    [found] = known.agg(F.count("*").alias("rows"), F.count_if(LABEL).alias("positive")).collect()
    if found.positive in (0, found.rows):
        raise BadInputError(
            f"features: {found.positive} of {found.rows} labelled rows have churned; a model needs "
            "rows that churned and rows that did not. Take more data, or another horizon or label."
        )
    return known.select(*keys_of(known), LABEL, *as_kinds(known, columns)), int(found.rows)
