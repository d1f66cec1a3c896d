"""scikit-learn: train on one node, which is enough for most tables."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from .columns import LABEL, Kind
from .preparation import inverse_penalty, named, one_hot, preparation

FEW = 50_000
"""Below this number of rows, trees train no faster on several threads, and slower on a busy
machine."""

TREES = {
    "learning_rate": 0.05,
    "max_iter": 300,
    "max_depth": 3,
    "min_samples_leaf": 30,
    "l2_regularization": 10,
    "max_features": 0.3,
    "early_stopping": False,
}
"""Shallow and strongly regularised: churn tables are small, and their effects mostly additive."""


def fit(rows: pd.DataFrame, kinds: Mapping[str, Kind], seed: int) -> Any:
    """Fit a logistic regression on logarithms, and boosted trees, and average their probabilities.

    Both minimise the log loss, so that probabilities are calibrated; the first is better where
    effects add up, the second where they depend on each other.

    See training.SingleNode.
    """
    # before the limit, which applies only to libraries already loaded
    unfitted = classifier(kinds, len(rows), seed)
    with threadpool_limits(1 if len(rows) < FEW else None):
        return unfitted.fit(with_values(rows[list(kinds)]), rows[LABEL].astype(bool))


def with_values(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with zeros in columns without a value: scikit-learn's trees need one."""
    return rows.fillna(dict.fromkeys(rows.columns[rows.isna().all()], 0.0))


def fit_plain(rows: pd.DataFrame, kinds: Mapping[str, Kind], seed: int) -> Any:
    """Fit a logistic regression on standardised numbers. See training.SingleNode."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    impute = SimpleImputer(strategy="median", keep_empty_features=True)
    regression = make_pipeline(impute, StandardScaler(), LogisticRegression(max_iter=1000))
    return regression.fit(rows[list(kinds)], rows[LABEL].astype(bool))


def classifier(kinds: Mapping[str, Kind], rows: int, seed: int) -> Any:
    """Return the unfitted estimator for a table of `rows` rows."""
    # imported here, because it takes seconds and is not always needed
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    numbers, categories = named(kinds)
    regression = LogisticRegression(C=inverse_penalty(rows), max_iter=1000)
    logistic = make_pipeline(preparation(kinds), regression)
    trees = make_pipeline(
        ColumnTransformer(
            [("numbers", "passthrough", numbers), ("categories", one_hot(), categories)]
        ),
        HistGradientBoostingClassifier(**TREES, random_state=seed),
    )
    return VotingClassifier([("logistic", logistic), ("trees", trees)], voting="soft")
