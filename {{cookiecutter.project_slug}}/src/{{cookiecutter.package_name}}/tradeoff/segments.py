"""One logistic regression per segment: many small models, trained in parallel.

One shuffle gathers the rows of each segment into an array; a pandas UDF then gets many segments per
batch. The alternative, `groupBy(segment).applyInPandas`, costs about a millisecond per group, as
much as the fit itself.
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
"""L2 penalty on the weights of standardised features; keeps weights small where rows are few."""


def fit_each(rows: DataFrame, features: list[str], label: str) -> DataFrame:
    """Fit one model per segment, in Spark's Python workers.

    Args:
        rows: SEGMENT, the features (numbers without nulls) and the label (boolean).
        features: names of the feature columns.
        label: name of the label column.

    Returns:
        One row per segment: SEGMENT; weights (array of doubles: the intercept, then one weight
        per feature).
    """

    def fit_all(values: pd.Series) -> pd.Series:
        width = len(features) + 1
        return pd.Series(fit_sequentially([array.reshape(-1, width) for array in values]))

    fit_udf = F.pandas_udf(fit_all, "array<double>")  # type: ignore[call-overload]
    values = F.array(F.col(label).cast("double"), *map(quoted, features))
    gathered = rows.groupBy(SEGMENT).agg(F.flatten(F.collect_list(values)).alias("values"))
    return gathered.select(SEGMENT, fit_udf("values").alias("weights"))


def fit_sequentially(segments: Sequence[Floats]) -> list[Floats]:
    """Fit one segment after another on one thread: the other cores fit other segments."""
    import_solver()  # before the limit, which applies only to libraries already loaded
    with threadpool_limits(1):
        return [fit(rows) for rows in segments]


def import_solver() -> None:
    """Import the libraries that `fit` needs, which takes seconds."""
    import sklearn.linear_model  # noqa: F401


def fit(rows: Floats) -> Floats:
    """Fit one segment by Newton's method.

    Args:
        rows: array of (rows, 1 + features): the label (0 or 1), then the features.

    Returns:
        Array of (1 + features): the intercept, then the weights. If all labels are equal, the
        weights are 0 and the intercept is the log odds by Laplace's rule of succession.
    """
    from sklearn.linear_model import LogisticRegression

    label, features = rows[:, 0], rows[:, 1:]
    positive = label.sum()
    if positive in (0, len(label)):
        odds = (positive + 1) / (len(label) - positive + 1)
        return np.array([np.log(odds), *np.zeros(features.shape[1])])
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread == 0] = 1.0
    regression = LogisticRegression(C=1 / PENALTY, solver="newton-cholesky")
    regression.fit((features - mean) / spread, label)
    weights = regression.coef_[0] / spread
    return np.array([regression.intercept_[0] - weights @ mean, *weights])


def probability(features: list[str]) -> Column:
    """Return the probability that a row's label is true, given a `weights` column in that row.

    It is a column expression: scoring with ten thousand models takes a join and no Python worker.
    """
    terms = [
        F.element_at("weights", place) * F.col(quoted(name))
        for place, name in enumerate(features, 2)
    ]
    return 1 / (1 + F.exp(-sum(terms, F.element_at("weights", 1))))
