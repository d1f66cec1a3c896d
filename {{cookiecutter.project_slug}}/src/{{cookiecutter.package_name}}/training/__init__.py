"""Training one classifier behind one function, whatever library does the work."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..tables import BadTableError
from . import scikit_learn
from .columns import KEYS, LABEL, Kind, as_kinds, kinds


class Model(NamedTuple):
    """A trained classifier.

    kinds: the columns that it wants, in order.
    estimator: its predict_proba takes a pandas frame of these columns, as `as_kinds` gives them,
        and returns an array of (rows, 2), the second column being the chance.
    """

    kinds: dict[str, Kind]
    estimator: Any


Trainer = Callable[[DataFrame, int, Mapping[str, Kind], int], Any]
"""(rows with KEYS, LABEL and columns of these kinds; how many; kinds; seed) -> estimator."""

TRAINERS: dict[str, Trainer] = {"sklearn": scikit_learn.train}


def learnable(features: DataFrame) -> dict[str, Kind]:
    """The columns to learn from, and what they are: all but KEYS and LABEL (see columns.kinds)."""
    return kinds(features.drop(*KEYS, LABEL))


def train(
    features: DataFrame, columns: dict[str, Kind], trainer: str = "sklearn", seed: int = 0
) -> Model:
    """Train a classifier that gives the chance that LABEL is true.

    Args:
        features: KEYS (one of them at least), LABEL, and columns to learn from. Rows whose label
            is null are left out.
        columns: what to learn from, as `learnable` says.
        trainer: one of TRAINERS.
        seed: the same seed and rows give the same model.

    Raises:
        BadTableError: when all rows have the same outcome.
    """
    known = features.where(F.col(LABEL).isNotNull())
    [found] = known.agg(F.count("*").alias("rows"), F.count_if(LABEL).alias("positive")).collect()
    if found.positive in (0, found.rows):
        raise BadTableError(
            f"features: {found.positive} of {found.rows} rows to learn from have churned; a model "
            "needs some of both. Take more data, or another horizon or label."
        )
    keys = [key for key in KEYS if key in known.columns]
    rows = known.select(*keys, LABEL, *as_kinds(known, columns))
    return Model(columns, TRAINERS[trainer](rows, found.rows, columns, seed))
