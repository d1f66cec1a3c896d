"""Scoring a table of any size in Spark, by a model of any trainer."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from . import Model
from .columns import as_kinds

ROWS_AT_ONCE = 50_000
"""About the most rows that a worker scores together."""


def score(features: DataFrame, model: Model) -> DataFrame:
    """Add the chance that the model gives to each row, in batches, in Spark's Python workers.

    Returns:
        `features` with a column churn_probability, from 0 to 1.

    Raises:
        BadInputError: when the table is not one that the model was trained for.
    """
    estimator = model.estimator

    def predict(batches: Iterator[pd.DataFrame]) -> Iterator[pd.Series]:
        yield from chances(estimator, batches)

    predict_udf = F.pandas_udf(predict, "double")  # type: ignore[call-overload]
    columns = F.struct(*as_kinds(features, model.kinds))
    return features.withColumn("churn_probability", predict_udf(columns))


def chances(estimator: Any, batches: Iterator[pd.DataFrame]) -> Iterator[pd.Series]:
    """Score batches with one estimator, which a worker thus loads but once.

    Small batches are scored together: each call of an estimator costs some milliseconds.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # there are as many workers as cores already
        for together in joined(batches):
            chance = estimator.predict_proba(pd.concat(together, ignore_index=True))[:, 1]
            ends = np.cumsum([len(batch) for batch in together])
            yield from map(pd.Series, np.split(chance, ends[:-1]))


def joined(batches: Iterator[pd.DataFrame]) -> Iterator[list[pd.DataFrame]]:
    """Put batches together until they hold ROWS_AT_ONCE."""
    together: list[pd.DataFrame] = []
    for batch in batches:
        together.append(batch)
        if sum(map(len, together)) >= ROWS_AT_ONCE:
            yield together
            together = []
    if together:
        yield together
