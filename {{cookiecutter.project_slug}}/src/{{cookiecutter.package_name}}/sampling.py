"""Reproducible samples of bounded size, small enough for the driver."""

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def sample_hash(purpose: str, *columns: str) -> Column:
    """Return a hash of some columns: a number from 0 to 2**63 - 1, the same on every run.

    Args:
        purpose: salts the hash; samples for different purposes are independent.
        columns: names of the columns to hash.
    """
    return F.shiftrightunsigned(F.xxhash64(F.lit(purpose), *columns), 1)


def in_sample(share: float, purpose: str, *columns: str) -> Column:
    """Return whether a row is in a sample of about this share of the rows.

    Samples are nested: a larger share contains every smaller one.

    Args:
        share: fraction of the rows, from 0 to 1.
        purpose: see `sample_hash`.
        columns: names of the columns that identify a row.
    """
    return sample_hash(purpose, *columns) % 1_000_000_000 < 1_000_000_000 * share


def collect_sample(
    rows: DataFrame, keys: list[str], most: int, purpose: str, count: int | None = None
) -> pd.DataFrame:
    """Bring rows to the driver: all rows up to a limit, a sample of about that size beyond it.

    Whether a row is in the sample depends on its keys and the purpose only, not on partitioning.

    Args:
        rows: any number of rows.
        keys: names of the columns that identify a row.
        most: the limit, in rows; a sample may exceed it slightly.
        purpose: see `sample_hash`; another purpose gives another sample.
        count: number of rows, if known; None counts them.

    Returns:
        The rows, sorted by their keys.
    """
    count = rows.count() if count is None else count
    if count > most:
        rows = rows.where(in_sample(most / count, purpose, *keys))
    sample = rows.toPandas().sort_values(keys, ignore_index=True)
    sample.attrs.clear()  # Spark Connect adds query metrics, which Parquet cannot store
    return sample
