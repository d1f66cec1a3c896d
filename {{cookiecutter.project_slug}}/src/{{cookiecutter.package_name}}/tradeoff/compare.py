"""Measure training on one node and on all nodes: seconds, memory and score as n, k and m grow.

n: rows of one model. k: features of one model. m: number of models, one per segment.
"""

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pandas as pd
import psutil
from numpy.typing import ArrayLike
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from tqdm import tqdm

from ..measuring import Cost, measure
from ..sampling import in_sample, sample_hash
from ..tables import quoted
from ..training import ON_ALL_NODES, learnable, train
from ..training.columns import KEYS, LABEL, as_kinds
from .conclusions import SWEEPS, Measurement
from .many import METHODS, in_segments, pool_of_processes, train_many
from .segments import SEGMENT, probability

ROWS_OF_SEGMENT = 100
"""Rows per segment, approximate."""

ROWS_OF_FEATURES = 10_000
"""Rows in the sweep of features, approximate."""

SCORED = 50_000
"""Limit of rows for computing a score on the driver, approximate."""

BRIEF = 2.0
"""Work that takes fewer seconds is repeated: the median of three runs counts."""

COPIES = 20
"""Expected doubles in memory per value trained on, until measurements are available: splines make
seven of each number, and up to three copies exist at a time."""

FILES_OF_CORE = 4


class Skipped(NamedTuple):
    """A size that was not measured, and the reason."""

    sweep: str
    method: str
    size: int
    why: str


@dataclass(frozen=True)
class Data:
    """The tables to train and score on.

    training: KEYS, LABEL (never null) and feature columns; smaller sizes are samples of it.
    rows: number of rows of `training`.
    holdout: the same columns, of rows that no model is trained on.
    folder: a folder for temporary tables.
    """

    training: DataFrame
    rows: int
    holdout: DataFrame
    folder: Path

    def some(self, size: int) -> DataFrame:
        """Return a sample of about `size` rows; a larger sample contains every smaller one."""
        chosen = self.training.where(in_sample(size / self.rows, "size", *KEYS))
        return self.stored(f"rows {size}", chosen)

    def stored(self, name: str, table: DataFrame) -> DataFrame:
        """Return a table that is stored in the folder under this name (see compare.stored)."""
        return stored(self.folder / name, table)


def compare(
    data: Data, sizes: Mapping[str, Sequence[int]], trainers: Sequence[str], seed: int = 0
) -> tuple[list[Measurement], list[Skipped]]:
    """Measure every method at every size, from small to large, after warming up every trainer.

    Sizes that would not fit into memory, or need more rows than the table has, are skipped.

    Args:
        data: the tables to train and score on.
        sizes: n, k and m -> sizes to measure.
        trainers: those of training.TRAINERS to compare.
        seed: the same seed trains the same models.

    Returns:
        The measurements, and the sizes that were skipped.
    """
    columns = learnable(data.training)
    features = [name for name, kind in columns.items() if kind == "number"]
    known = data.holdout.where(F.col(LABEL).isNotNull())
    tested = in_sample(SCORED / max(known.count(), 1), "score", *KEYS)
    data = replace(data, holdout=data.stored("holdout", known.where(tested)))

    def one_of_rows(trainer: str, size: int) -> Measurement:
        return measure_one("n", trainer, data.some(size), data.holdout, seed)

    def one_of_features(trainer: str, size: int) -> Measurement:
        wide = with_features(data.some(ROWS_OF_FEATURES), [*columns], size)
        holdout = with_features(data.holdout, [*columns], size)
        return measure_one("k", trainer, data.stored(f"features {size}", wide), holdout, seed)

    def many(method: str, size: int) -> Measurement:
        return measure_many(method, size, data, features, pool)

    measured: list[Measurement] = []
    skipped: list[Skipped] = []
    plan = [
        ("n", trainers, one_of_rows, 1, len(columns)),
        ("k", trainers, one_of_features, 0, min(ROWS_OF_FEATURES, data.rows)),
        ("m", METHODS, many, ROWS_OF_SEGMENT, ROWS_OF_SEGMENT * (len(features) + 1)),
    ]
    steps = [
        (sweep, method, size, run, size * rows_of_one, size * values_of_one)
        for sweep, methods, run, rows_of_one, values_of_one in plan
        for size in sorted(set(sizes[sweep]))
        for method in methods
    ]
    for trainer in trainers:
        train_on(data.some(min(2_000, data.rows)), trainer, seed)
    with pool_of_processes() as pool, tqdm(steps, disable=None, leave=False) as progress:
        for sweep, method, size, run, rows, values in progress:
            progress.set_description(f"{method}, {size:,} {SWEEPS[sweep]}")
            before = [m for m in measured if (m.sweep, m.method) == (sweep, method)]
            free = psutil.virtual_memory().available / 2**20
            on_driver = method not in ("spark", *ON_ALL_NODES)
            needed = expected_mb(before, size, values) if on_driver else 0.0
            why = ""
            if rows > data.rows:
                why = f"the table has {data.rows:,} rows to train on; this size needs {rows:,}"
            elif needed > free:
                why = f"it needs about {needed / 1024:,.1f} GB; {free / 1024:,.1f} GB are free"
            if why:
                skipped.append(Skipped(sweep, method, size, why))
            else:
                measured.append(run(method, size))
    return measured, skipped


def stored(path: Path, table: DataFrame) -> DataFrame:
    """Return a table from files at a path; write them, several per core, if the path is missing."""
    if not path.exists():
        table.repartition(FILES_OF_CORE * (os.cpu_count() or 1)).write.parquet(str(path))
    return table.sparkSession.read.parquet(str(path))


def expected_mb(before: Sequence[Measurement], size: int, values: int) -> float:
    """Return the memory that the driver is expected to need for a size, in MB.

    Args:
        before: measurements of smaller sizes; the last two are extrapolated linearly.
        size: the size to measure next.
        values: rows times features at that size; used if there are fewer than two measurements.
    """
    if len(before) > 1 and before[-1].driver_mb > before[-2].driver_mb:
        first, last = before[-2:]
        slope = (last.driver_mb - first.driver_mb) / (last.size - first.size)
        return last.driver_mb + slope * (size - last.size)
    return values * 8 * COPIES / 2**20


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


def with_features(rows: DataFrame, known: list[str], count: int) -> DataFrame:
    """Return KEYS, LABEL and `count` features: the first known ones, then random noise."""
    noise = [
        (sample_hash(f"noise {number}", *KEYS) % 1000 / 1000).alias(f"noise_{number}")
        for number in range(count - len(known))
    ]
    return rows.select(*KEYS, LABEL, *map(quoted, known[:count]), *noise)


def auc_of(outcomes: pd.Series, probabilities: ArrayLike) -> float | None:
    """Return the ROC AUC; None with fewer than 20 rows of either outcome."""
    from sklearn.metrics import roc_auc_score

    outcome = outcomes.astype(int)
    if min(outcome.sum(), len(outcome) - outcome.sum()) < 20:
        return None
    return round(float(roc_auc_score(outcome, probabilities)), 4)
