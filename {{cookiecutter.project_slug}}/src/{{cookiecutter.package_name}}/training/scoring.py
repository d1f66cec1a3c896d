"""Scoring a table of any size in Spark, by a model of any trainer."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from . import Model
from .columns import as_kinds


def score(features: DataFrame, model: Model) -> DataFrame:
    """Add the chance that the model gives to each row, in batches, in Spark's Python workers.

    Returns:
        `features` with a column churn_probability, from 0 to 1.

    Raises:
        BadTableError: when the table is not one that the model was trained for.
    """
    estimator = model.estimator

    def predict(batches: Iterator[pd.DataFrame]) -> Iterator[pd.Series]:
        yield from chances(estimator, batches)

    predict_udf = F.pandas_udf(predict, "double")  # type: ignore[call-overload]
    columns = F.struct(*as_kinds(features, model.kinds))
    return features.withColumn("churn_probability", predict_udf(columns))


def chances(estimator: Any, batches: Iterator[pd.DataFrame]) -> Iterator[pd.Series]:
    """Score batch after batch with one estimator, which a worker thus loads but once."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # there are as many workers as cores already
        for batch in batches:
            yield pd.Series(estimator.predict_proba(batch)[:, 1])
