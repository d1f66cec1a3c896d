"""Training on one node or on all: seconds, memory and score, as n, k and m grow.

n: rows that a model is trained on. k: its features. m: how many models there are, one a segment.
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
from .many import WAYS, in_segments, pool_of_processes, train_many
from .segments import SEGMENT, chance

ROWS_OF_SEGMENT = 100
"""About how many rows each segment has."""

ROWS_OF_FEATURES = 10_000
"""About how many rows there are where features are many."""

SCORED = 50_000
"""About the most rows to measure a score on, on the driver."""

BRIEF = 2.0
"""Seconds under which work is done three times, of which the median counts."""

COPIES = 20
"""How many doubles one node is expected to hold for each value that it trains on, before that is
measured: a number becomes seven, of which there are up to three copies."""

FILES_OF_CORE = 4


class Skipped(NamedTuple):
    """A size that was not measured, and why."""

    sweep: str
    way: str
    size: int
    why: str


@dataclass(frozen=True)
class Data:
    """What is trained on: a table of which sizes are drawn.

    training: KEYS, LABEL (never null) and columns to learn from. rows: how many.
    holdout: the same of rows that no model may see.
    folder: where tables may be written.
    """

    training: DataFrame
    rows: int
    holdout: DataFrame
    folder: Path

    def some(self, size: int) -> DataFrame:
        """About so many rows; those of a smaller size are among those of a larger one."""
        chosen = self.training.where(in_sample(size / self.rows, "size", *KEYS))
        return self.stored(f"rows {size}", chosen)

    def stored(self, name: str, table: DataFrame) -> DataFrame:
        """A table that is kept in the folder under this name."""
        return stored(self.folder / name, table)


def compare(
    data: Data, sizes: Mapping[str, Sequence[int]], trainers: Sequence[str], seed: int = 0
) -> tuple[list[Measurement], list[Skipped]]:
    """Measure every way at every size, from small to large; all of them are warmed up before.

    What would not fit into memory is skipped, and what takes more rows than there are.

    Args:
        data: what to train on.
        sizes: n, k and m -> sizes to measure.
        trainers: those of training.TRAINERS that are compared.
        seed: the same seed trains the same models.
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

    def many(way: str, size: int) -> Measurement:
        return measure_many(way, size, data, features, pool)

    measured: list[Measurement] = []
    skipped: list[Skipped] = []
    plan = [
        ("n", trainers, one_of_rows, 1, len(columns)),
        ("k", trainers, one_of_features, 0, min(ROWS_OF_FEATURES, data.rows)),
        ("m", WAYS, many, ROWS_OF_SEGMENT, ROWS_OF_SEGMENT * (len(features) + 1)),
    ]
    steps = [
        (sweep, way, size, run, size * rows_of_one, size * values_of_one)
        for sweep, ways, run, rows_of_one, values_of_one in plan
        for size in sorted(set(sizes[sweep]))
        for way in ways
    ]
    for trainer in trainers:
        train_on(data.some(min(2_000, data.rows)), trainer, seed)
    with pool_of_processes() as pool, tqdm(steps, disable=None, leave=False) as progress:
        for sweep, way, size, run, rows, values in progress:
            progress.set_description(f"{way}, {size:,} {SWEEPS[sweep]}")
            before = [m for m in measured if (m.sweep, m.way) == (sweep, way)]
            free = psutil.virtual_memory().available / 2**20
            needed = 0.0 if way in ("spark", *ON_ALL_NODES) else expected_mb(before, size, values)
            why = ""
            if rows > data.rows:
                why = f"the table has {data.rows:,} rows to learn from, and it takes {rows:,}"
            elif needed > free:
                why = f"it would take about {needed / 1024:,.1f} GB; {free / 1024:,.1f} GB are free"
            if why:
                skipped.append(Skipped(sweep, way, size, why))
            else:
                measured.append(run(way, size))
    return measured, skipped


def stored(path: Path, table: DataFrame) -> DataFrame:
    """A table in files of which every core has some, written when it is first asked for."""
    if not path.exists():
        table.repartition(FILES_OF_CORE * (os.cpu_count() or 1)).write.parquet(str(path))
    return table.sparkSession.read.parquet(str(path))


def expected_mb(before: Sequence[Measurement], size: int, values: int) -> float:
    """How much memory the driver will need for a size.

    Args:
        before: what smaller sizes took; the last two are drawn further.
        size: what is to be measured.
        values: how many numbers there are to learn from, from which it is guessed otherwise.
    """
    if len(before) > 1 and before[-1].driver_mb > before[-2].driver_mb:
        first, last = before[-2:]
        slope = (last.driver_mb - first.driver_mb) / (last.size - first.size)
        return last.driver_mb + slope * (size - last.size)
    return values * 8 * COPIES / 2**20


def measure_one(
    sweep: str, trainer: str, rows: DataFrame, holdout: DataFrame, seed: int
) -> Measurement:
    """Train one model on all the rows."""
    model, cost = costs_of(lambda: train_on(rows, trainer, seed))
    tested = holdout.select(LABEL, *as_kinds(holdout, model.kinds)).toPandas()
    chances = model.estimator.predict_proba(tested[list(model.kinds)])[:, 1]
    auc = auc_of(tested[LABEL], chances)
    return measurement(sweep, trainer, rows.count(), len(model.kinds), 1, cost, auc)


def measure_many(
    way: str, size: int, data: Data, features: list[str], pool: Executor
) -> Measurement:
    """Train so many models, each on about ROWS_OF_SEGMENT rows."""
    name = f"models {size}"
    rows = data.stored(name, in_segments(data.some(size * ROWS_OF_SEGMENT), size, features))
    weights, cost = costs_of(lambda: train_many(way, data.folder / name, rows, features, pool))
    models = data.training.sparkSession.createDataFrame(
        pd.DataFrame({SEGMENT: weights.keys(), "weights": weights.values()}),
        f"{SEGMENT} int, weights array<double>",
    )
    holdout = in_segments(data.holdout, size, features).join(models, SEGMENT)
    tested = holdout.select(LABEL, chance(features).alias("chance")).toPandas()
    auc = auc_of(tested[LABEL], tested["chance"])
    return measurement("m", way, rows.count(), len(features), len(weights), cost, auc)


def measurement(
    sweep: str, way: str, rows: int, features: int, models: int, cost: Cost, auc: float | None
) -> Measurement:
    """Round what was measured to what can be told of it."""
    memory = (round(cost.driver_mb), round(cost.worker_mb), round(cost.jvm_mb))
    return Measurement(sweep, way, rows, features, models, round(cost.seconds, 3), *memory, auc)


def train_on(rows: DataFrame, trainer: str, seed: int) -> Any:
    """Train a model on all rows, however many they are."""
    return train(rows, learnable(rows), trainer, seed, most_rows=sys.maxsize)


def costs_of(work: Callable[[], Any]) -> tuple[Any, Cost]:
    """Do some work. Returns what it gives and what it costs, beyond what the driver held before."""
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
    """KEYS, LABEL and so many features: the first of those that are known, and then noise."""
    noise = [
        (sample_hash(f"noise {number}", *KEYS) % 1000 / 1000).alias(f"noise_{number}")
        for number in range(count - len(known))
    ]
    return rows.select(*KEYS, LABEL, *map(quoted, known[:count]), *noise)


def auc_of(outcomes: pd.Series, chances: ArrayLike) -> float | None:
    """The ROC AUC; None where there are too few of either outcome to tell."""
    from sklearn.metrics import roc_auc_score

    outcome = outcomes.astype(int)
    if min(outcome.sum(), len(outcome) - outcome.sum()) < 20:
        return None
    return round(float(roc_auc_score(outcome, chances)), 4)
