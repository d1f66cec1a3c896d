"""Permutation importance of features."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from ..sampling import collect_sample
from ..training import Model
from ..training.columns import LABEL, as_kinds

ROWS = 5_000
"""Limit of rows to measure on, approximate."""

REPEATS = 8
"""Shuffles of each feature, each measured on another bootstrap sample of the rows."""


class Worth(NamedTuple):
    """The ROC AUC that is lost without a feature: the mean over repeats, and their spread."""

    mean: float
    spread: float


def importance(holdout: DataFrame, model: Model, keys: list[str], seed: int) -> dict[str, Worth]:
    """Measure by how much ROC AUC falls when a feature is shuffled (Breiman, 2001).

    Args:
        holdout: rows with both outcomes, which the model has not seen.
        model: what to look into.
        keys: the columns that tell the rows apart.
        seed: the same seed gives the same figures.

    Returns:
        Feature -> mean and standard deviation over shuffles and bootstrap samples of the rows. A
        mean of less than two such deviations cannot be told from 0.
    """
    columns = as_kinds(holdout, model.kinds)
    rows = holdout.where(F.col(LABEL).isNotNull()).select(*keys, F.col(LABEL).cast("int"), *columns)
    sample = collect_sample(rows, keys, ROWS, "importance")
    label, table = sample[LABEL].to_numpy(), sample[list(model.kinds)]
    if len(set(label)) < 2:
        return dict.fromkeys(model.kinds, Worth(0.0, 0.0))
    random = np.random.default_rng(seed)
    drawn = [_resampled(label, random) for _ in range(REPEATS)]
    with threadpool_limits(1):
        whole = model.estimator.predict_proba(table)[:, 1]
        found = {}
        for name in model.kinds:
            losses = []
            for chosen in drawn:
                shuffled = table.assign(**{name: random.permutation(table[name].to_numpy())})
                without = model.estimator.predict_proba(shuffled)[:, 1]
                losses.append(_area(label, whole, chosen) - _area(label, without, chosen))
            found[name] = Worth(float(np.mean(losses)), float(np.std(losses, ddof=1)))
    return found


def _resampled(label: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """Return the places of a bootstrap sample with as many rows of each outcome as there are."""
    outcomes = [np.flatnonzero(label == outcome) for outcome in (0, 1)]
    return np.concatenate([random.choice(places, len(places)) for places in outcomes])


def _area(
    label: NDArray[np.int64], probability: NDArray[np.float64], rows: NDArray[np.int64]
) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(label[rows], probability[rows]))
