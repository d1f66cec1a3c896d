"""scikit-learn: trains on the driver, on a sample of bounded size. One node is enough for most."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame
from threadpoolctl import threadpool_limits

from ..sampling import collect_sample
from .columns import KEYS, LABEL, Kind

ROWS = 200_000
"""About the most rows to train on, which the driver holds."""

FEW = 50_000
"""Rows under which trees gain nothing from threads, which on a busy machine wait for each other."""

TREES = {
    "learning_rate": 0.05,
    "max_iter": 300,
    "max_depth": 3,
    "min_samples_leaf": 30,
    "l2_regularization": 10,
    "max_features": 0.3,
    "early_stopping": False,
}
"""Shallow and strongly regularised: churn tables are small, and their effects mostly add up."""


def train(rows: DataFrame, count: int, kinds: Mapping[str, Kind], seed: int) -> Any:
    """Fit a logistic regression on smooth effects, and boosted trees, and average their chances.

    Both minimise the log loss, so that chances are calibrated; the first is better where effects
    add up, the second where they depend on each other.

    See training.Trainer.
    """
    keys = [key for key in KEYS if key in rows.columns]
    sample = collect_sample(rows, keys, ROWS, f"training {seed}", count)
    label = sample[LABEL].astype(bool)
    unfitted = classifier(kinds, len(sample), seed)  # imports what the limit is to hold for
    with threadpool_limits(1 if len(sample) < FEW else None):
        return unfitted.fit(sample[list(kinds)], label)


def classifier(kinds: Mapping[str, Kind], rows: int, seed: int) -> Any:
    """The estimator, to be fitted to so many rows."""
    # imported here, because it takes seconds and is not always needed
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, SplineTransformer

    numbers = [name for name, kind in kinds.items() if kind == "number"]
    categories = [name for name, kind in kinds.items() if kind == "category"]
    # rare and new categories are one
    one_hot = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=20,
        max_categories=30,
        sparse_output=False,
    )
    # ranks, so that outliers and zeros do no harm; splines, so that effects may bend
    smooth = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        QuantileTransformer(n_quantiles=min(rows, 1000), subsample=100_000, random_state=seed),
        SplineTransformer(),
    )
    logistic = make_pipeline(
        ColumnTransformer([("numbers", smooth, numbers), ("categories", one_hot, categories)]),
        LogisticRegression(max_iter=1000),
    )
    trees = make_pipeline(
        ColumnTransformer(
            [("numbers", "passthrough", numbers), ("categories", one_hot, categories)]
        ),
        HistGradientBoostingClassifier(**TREES, random_state=seed),
    )
    return VotingClassifier([("logistic", logistic), ("trees", trees)], voting="soft")
