"""Three ways to train many models: a loop, a pool of processes, and Spark."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from ..sampling import sample_hash
from ..tables import quoted
from ..training.columns import KEYS, LABEL
from .segments import SEGMENT, fit, fit_each, fit_sequentially, import_solver

Weights = dict[int, list[float]]
"""Segment -> the intercept and the weights of its model."""

WAYS = ("loop", "pool", "spark")
"""One process, a pool of as many as there are cores, and segments as rows of a pandas UDF."""

CHUNKS = 8
"""How many portions of work each process of a pool gets: few cost little, many share out evenly."""


def in_segments(rows: DataFrame, count: int, features: list[str]) -> DataFrame:
    """Put customers into so many segments by chance, and fill what is not known with 0.

    Returns:
        KEYS, SEGMENT (from 0 on), LABEL and the features.
    """
    filled = [F.coalesce(quoted(name), F.lit(0.0)).alias(name) for name in features]
    segment = (sample_hash("segment", KEYS[0]) % count).cast("int").alias(SEGMENT)
    return rows.select(*KEYS, segment, LABEL, *filled)


def train_many(
    way: str, table: Path, rows: DataFrame, features: list[str], pool: Executor
) -> Weights:
    """Train a model for each segment, from a table's files to all weights on the driver.

    Args:
        way: one of WAYS.
        table: a folder of Parquet files with SEGMENT, LABEL and the features.
        rows: the same table, read by Spark.
        features: what to learn from.
        pool: what `pool_of_processes` gives.
    """
    if way == "spark":
        found = fit_each(rows, features, LABEL).toPandas()
        return dict(zip(found[SEGMENT], map(list, found["weights"]), strict=True))
    read = pd.read_parquet(table, columns=[SEGMENT, LABEL, *features])
    ordered = read.sort_values(SEGMENT, kind="stable")
    names, starts = np.unique(ordered[SEGMENT].to_numpy(), return_index=True)
    parts = np.split(ordered[[LABEL, *features]].to_numpy(float), starts[1:])
    if way == "pool":
        chunk = -(-len(parts) // (CHUNKS * (os.cpu_count() or 1)))
        fitted = list(pool.map(fit, parts, chunksize=chunk))
    else:
        fitted = fit_sequentially(parts)
    return dict(zip(map(int, names), map(list, fitted), strict=True))


@contextmanager
def pool_of_processes() -> Iterator[Executor]:
    """As many processes as cores, which have started and imported what they need."""
    cores = os.cpu_count() or 1
    # not forked: the driver has threads of Spark's
    spawned = get_context("spawn")
    with ProcessPoolExecutor(cores, spawned, initializer=_one_thread) as pool:
        example = np.stack([np.arange(20) % 2, np.arange(20.0)], axis=1)
        list(pool.map(fit, [example] * 4 * cores))
        yield pool


def _one_thread() -> None:
    import_solver()
    threadpool_limits(1)
