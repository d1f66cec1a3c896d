"""Measure training on one node and on all nodes: seconds, memory and score as n, k and m grow.

n: rows of one model. k: features of one model. m: number of models, one per segment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import psutil
from pyspark.sql import functions as F
from tqdm import tqdm

from ..sampling import in_sample
from ..training import ON_ALL_NODES, learnable
from ..training.columns import KEYS, LABEL
from .conclusions import SWEEPS, Measurement
from .costs import ROWS_OF_SEGMENT, measure_many, measure_one, train_on
from .data import Data, with_features
from .many import METHODS, pool_of_processes

ROWS_OF_FEATURES = 10_000
"""Rows in the sweep of features, approximate."""

SCORED = 50_000
"""Limit of rows for computing a score on the driver, approximate."""

COPIES = 20
"""Expected doubles in memory per value trained on, until measurements are available: splines make
seven of each number, and up to three copies exist at a time."""


class Skipped(NamedTuple):
    """A size that was not measured, and the reason."""

    sweep: str
    method: str
    size: int
    why: str


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
