"""Samples of bounded size, which the driver can hold; the same rows whenever they are drawn."""

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def sample_hash(purpose: str, *columns: str) -> Column:
    """A number from 0 on, the same for the same purpose and columns."""
    return F.shiftrightunsigned(F.xxhash64(F.lit(purpose), *columns), 1)


def in_sample(share: float, purpose: str, *columns: str) -> Column:
    """Whether a row is among about this share of them; who is in a share is in larger ones too."""
    return sample_hash(purpose, *columns) % 1_000_000_000 < 1_000_000_000 * share


def collect_sample(
    rows: DataFrame, keys: list[str], most: int, purpose: str, count: int | None = None
) -> pd.DataFrame:
    """Bring rows to the driver: all of them if there are at most so many, else a sample.

    Who is drawn depends on a row's keys and on the purpose alone, and not on where Spark keeps it.

    Args:
        rows: any number of rows.
        keys: the columns that tell the rows apart.
        most: about the most rows to return.
        purpose: another purpose draws others.
        count: how many rows there are, if that is known; they are counted otherwise.

    Returns:
        The rows, in the order of their keys.
    """
    count = rows.count() if count is None else count
    if count > most:
        rows = rows.where(in_sample(most / count, purpose, *keys))
    sample = rows.toPandas().sort_values(keys, ignore_index=True)
    sample.attrs.clear()  # over Spark Connect: the query's metrics, which Parquet cannot store
    return sample
