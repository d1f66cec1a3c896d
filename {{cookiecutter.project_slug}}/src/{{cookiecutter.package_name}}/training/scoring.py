"""Score a table of any size in Spark, with a model of any trainer."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from . import Model
from .columns import as_kinds

ROWS_AT_ONCE = 50_000
"""Rows that a worker scores in one call, approximate."""


def score(features: DataFrame, model: Model) -> DataFrame:
    """Add the predicted probability of each row, computed in batches in Python workers.

    Returns:
        `features` with a column churn_probability, from 0 to 1.

    Raises:
        BadInputError: if the table lacks a column of the model, or has it in another type.
    """
    estimator = model.estimator

    def predict(batches: Iterator[pd.DataFrame]) -> Iterator[pd.Series]:
        yield from probabilities(estimator, batches)

    predict_udf = F.pandas_udf(predict, "double")  # type: ignore[call-overload]
    columns = F.struct(*as_kinds(features, model.kinds))
    return features.withColumn("churn_probability", predict_udf(columns))


def probabilities(estimator: Any, batches: Iterator[pd.DataFrame]) -> Iterator[pd.Series]:
    """Score batches with one estimator, so that a worker loads it once.

    Small batches are scored together, because each call of an estimator costs milliseconds.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # Spark already runs one worker per core
        for together in joined(batches):
            probability = estimator.predict_proba(pd.concat(together, ignore_index=True))[:, 1]
            ends = np.cumsum([len(batch) for batch in together])
            yield from map(pd.Series, np.split(probability, ends[:-1]))


def joined(batches: Iterator[pd.DataFrame]) -> Iterator[list[pd.DataFrame]]:
    """Yield lists of batches with at least ROWS_AT_ONCE rows, except for the last list."""
    together: list[pd.DataFrame] = []
    for batch in batches:
        together.append(batch)
        if sum(map(len, together)) >= ROWS_AT_ONCE:
            yield together
            together = []
    if together:
        yield together
