"""Measure what one training costs: seconds, memory, and the score that it reaches."""

import gc
import sys
from collections.abc import Callable
from concurrent.futures import Executor
from statistics import median
from typing import Any

import pandas as pd
import psutil
from numpy.typing import ArrayLike
from pyspark.sql import DataFrame

from ..measuring import Cost, measure
from ..training import learnable, train
from ..training.columns import LABEL, as_kinds
from .conclusions import Measurement
from .data import Data
from .many import in_segments, train_many
from .segments import SEGMENT, probability

ROWS_OF_SEGMENT = 100
"""Rows per segment, approximate."""

BRIEF = 2.0
"""Work that takes fewer seconds is repeated: the median of three runs counts."""


def measure_one(
    sweep: str, trainer: str, rows: DataFrame, holdout: DataFrame, seed: int
) -> Measurement:
    """Train one model on all rows, and score it on the holdout."""
    model, cost = costs_of(lambda: train_on(rows, trainer, seed))
    tested = holdout.select(LABEL, *as_kinds(holdout, model.kinds)).toPandas()
    probabilities = model.estimator.predict_proba(tested[list(model.kinds)])[:, 1]
    auc = auc_of(tested[LABEL], probabilities)
    return measurement(sweep, trainer, rows.count(), len(model.kinds), 1, cost, auc)


def measure_many(
    method: str, size: int, data: Data, features: list[str], pool: Executor
) -> Measurement:
    """Train `size` models on about ROWS_OF_SEGMENT rows each, and score them on the holdout."""
    name = f"models {size}"
    rows = data.stored(name, in_segments(data.some(size * ROWS_OF_SEGMENT), size, features))
    weights, cost = costs_of(lambda: train_many(method, data.folder / name, rows, features, pool))
    models = data.training.sparkSession.createDataFrame(
        pd.DataFrame({SEGMENT: weights.keys(), "weights": weights.values()}),
        f"{SEGMENT} int, weights array<double>",
    )
    holdout = in_segments(data.holdout, size, features).join(models, SEGMENT)
    tested = holdout.select(LABEL, probability(features).alias("probability")).toPandas()
    auc = auc_of(tested[LABEL], tested["probability"])
    return measurement("m", method, rows.count(), len(features), len(weights), cost, auc)


def measurement(
    sweep: str, method: str, rows: int, features: int, models: int, cost: Cost, auc: float | None
) -> Measurement:
    """Return a Measurement with costs rounded to their accuracy."""
    memory = (round(cost.driver_mb), round(cost.worker_mb), round(cost.jvm_mb))
    return Measurement(sweep, method, rows, features, models, round(cost.seconds, 3), *memory, auc)


def train_on(rows: DataFrame, trainer: str, seed: int) -> Any:
    """Train a model on all rows, without the usual limit of a single node."""
    return train(rows, learnable(rows), trainer, seed, most_rows=sys.maxsize)


def costs_of(work: Callable[[], Any]) -> tuple[Any, Cost]:
    """Run some work; return its result and its cost, without memory that the driver held before."""
    given: list[Any] = []
    gc.collect()
    held = psutil.Process().memory_info().rss / 2**20
    costs = [measure(lambda: given.append(work()))]
    while costs[0].seconds < BRIEF and len(costs) < 3:
        costs.append(measure(lambda: given.append(work())))
    highest = Cost(*map(max, zip(*costs, strict=True)))
    return given[-1], highest._replace(
        seconds=median(cost.seconds for cost in costs),
        driver_mb=max(highest.driver_mb - held, 0.0),
    )


def auc_of(outcomes: pd.Series, probabilities: ArrayLike) -> float | None:
    """Return the ROC AUC; None with fewer than 20 rows of either outcome."""
    from sklearn.metrics import roc_auc_score

    outcome = outcomes.astype(int)
    if min(outcome.sum(), len(outcome) - outcome.sum()) < 20:
        return None
    return round(float(roc_auc_score(outcome, probabilities)), 4)
