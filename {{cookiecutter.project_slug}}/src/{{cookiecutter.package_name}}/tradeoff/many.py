"""Three methods to train many models: a loop, a pool of processes, and Spark."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from ..sampling import sample_hash
from ..training.columns import KEYS, LABEL, Kind, as_kinds
from .segments import SEGMENT, fit, fit_each, fit_sequentially, import_solver

Weights = dict[int, list[float]]
"""Segment -> intercept and weights of its model."""

METHODS = ("loop", "pool", "spark")
"""One process; a pool with one process per core; segments as rows of a pandas UDF."""

CHUNKS = 8
"""Portions of work per process of a pool: fewer cost less overhead, more balance the load."""


def in_segments(rows: DataFrame, count: int, features: list[str]) -> DataFrame:
    """Assign customers to `count` random segments, and replace null features by 0.

    Returns:
        KEYS, SEGMENT (0 to count - 1), LABEL and the features; one row per input row.
    """
    kinds: dict[str, Kind] = dict.fromkeys(features, "number")
    filled = [
        F.coalesce(number, F.lit(0.0)).alias(name)
        for name, number in zip(features, as_kinds(rows, kinds), strict=True)
    ]
    segment = (sample_hash("segment", KEYS[0]) % count).cast("int").alias(SEGMENT)
    return rows.select(*KEYS, segment, LABEL, *filled)


def train_many(
    method: str, table: Path, rows: DataFrame, features: list[str], pool: Executor
) -> Weights:
    """Train one model per segment, from a table's files to all weights on the driver.

    Args:
        method: one of METHODS.
        table: a folder of Parquet files with SEGMENT, LABEL and the features.
        rows: the same table, read by Spark.
        features: names of the feature columns.
        pool: from `pool_of_processes`.
    """
    if method == "spark":
        found = fit_each(rows, features, LABEL).toPandas()
        return dict(zip(found[SEGMENT], map(as_floats, found["weights"]), strict=True))
    read = pd.read_parquet(table, columns=[SEGMENT, LABEL, *features])
    ordered = read.sort_values(SEGMENT, kind="stable")
    names, starts = np.unique(ordered[SEGMENT].to_numpy(), return_index=True)
    parts = np.split(ordered[[LABEL, *features]].to_numpy(float), starts[1:])
    if method == "pool":
        chunk = -(-len(parts) // (CHUNKS * (os.cpu_count() or 1)))
        fitted = list(pool.map(fit, parts, chunksize=chunk))
    else:
        fitted = fit_sequentially(parts)
    return dict(zip(map(int, names), map(as_floats, fitted), strict=True))


def as_floats(weights: ArrayLike) -> list[float]:
    """Return weights as Python's floats: without Arrow, Spark takes no others."""
    floats: list[float] = np.asarray(weights, dtype=float).tolist()
    return floats


@contextmanager
def pool_of_processes() -> Iterator[Executor]:
    """Yield a pool with one process per core, all started and with their libraries imported."""
    cores = os.cpu_count() or 1
    # spawned, not forked: forking a process with Spark's threads can deadlock
    spawned = get_context("spawn")
    with ProcessPoolExecutor(cores, spawned, initializer=_one_thread) as pool:
        example = np.stack([np.arange(20) % 2, np.arange(20.0)], axis=1)
        list(pool.map(fit, [example] * 4 * cores))
        yield pool


def _one_thread() -> None:
    import_solver()
    threadpool_limits(1)
