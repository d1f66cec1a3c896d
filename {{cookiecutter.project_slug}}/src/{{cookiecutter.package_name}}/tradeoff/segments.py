"""A model for each segment: many small logistic regressions, trained side by side.

A segment is a row of a pandas UDF: its rows are gathered into one array, by one shuffle. The other
way, `groupBy(segment).applyInPandas`, costs about a millisecond for each group, which is as much as
the fit itself.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from ..tables import quoted

Floats = NDArray[np.float64]

SEGMENT = "segment"
PENALTY = 1.0
"""Of the squared weights of standardised features: with few rows, weights stay small."""


def fit_each(rows: DataFrame, features: list[str], label: str) -> DataFrame:
    """Fit a model to the rows of each segment, in Spark's Python workers.

    Args:
        rows: SEGMENT, the features (numbers, none of them null) and the label (a boolean).
        features: names of the columns to learn from.
        label: name of the column to learn.

    Returns:
        One row per segment: SEGMENT; weights (array of doubles: the intercept, and a weight for
        each feature).
    """

    def fit_all(values: pd.Series) -> pd.Series:
        width = len(features) + 1
        return pd.Series(fit_sequentially([array.reshape(-1, width) for array in values]))

    fit_udf = F.pandas_udf(fit_all, "array<double>")  # type: ignore[call-overload]
    values = F.array(F.col(label).cast("double"), *map(quoted, features))
    gathered = rows.groupBy(SEGMENT).agg(F.flatten(F.collect_list(values)).alias("values"))
    return gathered.select(SEGMENT, fit_udf("values").alias("weights"))


def fit_sequentially(segments: Sequence[Floats]) -> list[Floats]:
    """Fit one segment after another, on one thread: the other cores have segments of their own."""
    import_solver()  # the limit holds for what is imported by then
    with threadpool_limits(1):
        return [fit(rows) for rows in segments]


def import_solver() -> None:
    """Import what `fit` needs, which takes seconds."""
    import sklearn.linear_model  # noqa: F401


def fit(rows: Floats) -> Floats:
    """Fit one segment by Newton's method.

    Args:
        rows: the label (0 or 1) in the first column, the features in the others.

    Returns:
        The intercept and the weights. Where all labels are the same, the weights are 0 and the
        intercept is the log odds by Laplace's rule of succession.
    """
    from sklearn.linear_model import LogisticRegression

    label, features = rows[:, 0], rows[:, 1:]
    positive = label.sum()
    if positive in (0, len(label)):
        odds = (positive + 1) / (len(label) - positive + 1)
        return np.array([np.log(odds), *np.zeros(features.shape[1])])
    middle, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread == 0] = 1.0
    regression = LogisticRegression(C=1 / PENALTY, solver="newton-cholesky")
    regression.fit((features - middle) / spread, label)
    weights = regression.coef_[0] / spread
    return np.array([regression.intercept_[0] - weights @ middle, *weights])


def chance(features: list[str]) -> Column:
    """The chance that a row's label is true, by the weights that stand in the same row.

    A column expression: to use ten thousand models takes a join, and no Python.
    """
    terms = [
        F.element_at("weights", place) * F.col(quoted(name))
        for place, name in enumerate(features, 2)
    ]
    return 1 / (1 + F.exp(-sum(terms, F.element_at("weights", 1))))
