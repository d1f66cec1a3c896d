"""Spark MLlib: trains one model on all rows, wherever in the cluster they are.

Only what is as small as the model itself comes to the driver: a sample to learn the preparation
from, and the coefficients. They are put into a scikit-learn pipeline, which any process can use:
MLlib's own model lives in Spark's Java, out of the reach of Python workers and of other systems.
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
from .preparation import preparation

SAMPLE = 100_000
"""About the most rows that ranks and categories are learned from."""

LEAST_VARIANCE = 1e-3
"""Of a prepared column. L-BFGS scales columns to the same variance, and stalls on nearly empty
ones."""


def fit(rows: DataFrame, count: int, kinds: Mapping[str, Kind], seed: int) -> Any:
    """Fit a logistic regression on smooth effects, in Spark.

    The same function is minimised as by scikit-learn's LogisticRegression, whose penalty is spread
    over the rows here.

    See training.Distributed.
    """
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.functions import array_to_vector
    from sklearn.feature_selection import VarianceThreshold
    from sklearn.pipeline import make_pipeline

    sample = collect_sample(rows, keys_of(rows), SAMPLE, f"preparation {seed}", count)[list(kinds)]
    prepare = make_pipeline(
        preparation(kinds, len(sample), seed), VarianceThreshold(LEAST_VARIANCE)
    ).fit(sample)

    def transform(batches: Iterator[pd.DataFrame]) -> Iterator[pd.Series]:
        for batch in batches:
            yield pd.Series(list(prepare.transform(batch)))

    transform_udf = F.pandas_udf(transform, "array<double>")  # type: ignore[call-overload]
    prepared = array_to_vector(transform_udf(F.struct(*map(quoted, kinds))))
    vectors = rows.select(F.col(LABEL).cast("double").alias("label"), prepared.alias("features"))
    fitted = LogisticRegression(regParam=1 / count, standardization=False).fit(vectors)
    return make_pipeline(prepare, as_scikit_learn(fitted))


def as_scikit_learn(fitted: Any) -> Any:
    """The same logistic regression, for one process."""
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression()
    regression.classes_ = np.array([False, True])
    regression.coef_ = fitted.coefficients.toArray()[np.newaxis]
    regression.intercept_ = np.array([fitted.intercept])
    regression.n_features_in_ = regression.coef_.shape[1]
    return regression
