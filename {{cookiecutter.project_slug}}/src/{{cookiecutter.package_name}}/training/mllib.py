"""Spark MLlib: train one model on all rows, distributed over the cluster.

The driver receives only a sample, from which the preparation is fitted, and the coefficients. Both
become a scikit-learn pipeline that any Python process can use. MLlib's own model object lives in
Spark's Java, where neither Python workers nor other systems can use it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..sampling import collect_sample
from ..tables import quoted
from .columns import LABEL, Kind, keys_of
from .preparation import inverse_penalty, preparation

SAMPLE = 100_000
"""Limit of rows, approximate, from which scales and categories are fitted."""

LEAST_VARIANCE = 1e-3
"""Prepared columns of lower variance are dropped: L-BFGS standardises columns, and stalls on
nearly constant ones."""


def fit(rows: DataFrame, count: int, kinds: Mapping[str, Kind], seed: int) -> Any:
    """Fit a logistic regression on logarithms, in Spark (see training.Distributed).

    The objective is that of scikit-learn's LogisticRegression with the same penalty: MLlib averages
    the loss over the rows, so its regParam is 1 / (C * count).
    """
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.functions import array_to_vector
    from sklearn.feature_selection import VarianceThreshold
    from sklearn.pipeline import make_pipeline

    sample = collect_sample(rows, keys_of(rows), SAMPLE, f"preparation {seed}", count)[list(kinds)]
    prepare = make_pipeline(preparation(kinds), VarianceThreshold(LEAST_VARIANCE)).fit(sample)

    def transform(batches: Iterator[pd.DataFrame]) -> Iterator[pd.Series]:
        for batch in batches:
            yield pd.Series(list(prepare.transform(batch)))

    transform_udf = F.pandas_udf(transform, "array<double>")  # type: ignore[call-overload]
    prepared = array_to_vector(transform_udf(F.struct(*map(quoted, kinds))))
    vectors = rows.select(F.col(LABEL).cast("double").alias("label"), prepared.alias("features"))
    penalty = 1 / (inverse_penalty(count) * count)
    fitted = LogisticRegression(regParam=penalty, standardization=False).fit(vectors)
    return make_pipeline(prepare, as_scikit_learn(fitted))


def as_scikit_learn(fitted: Any) -> Any:
    """Return MLlib's fitted logistic regression as a scikit-learn LogisticRegression."""
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression()
    regression.classes_ = np.array([False, True])
    regression.coef_ = fitted.coefficients.toArray()[np.newaxis]
    regression.intercept_ = np.array([fitted.intercept])
    regression.n_features_in_ = regression.coef_.shape[1]
    return regression
