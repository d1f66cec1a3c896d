"""The RFM baseline: a logistic regression on recency, frequency and usage."""

from pyspark.sql import DataFrame

from ..training import Model, fit_on_sample, scikit_learn
from ..training.columns import Kind
from ..training.scoring import score

COLUMNS: dict[str, Kind] = dict.fromkeys(
    ("recency", "frequency", "mean_usage", "tenure", "frequency_3"), "number"
)


def fit(training: DataFrame, seed: int = 0) -> Model:
    """Fit the regression to COLUMNS of rows whose `churned` is known."""
    return fit_on_sample(training, COLUMNS, scikit_learn.fit_plain, seed)


def predict(training: DataFrame, features: DataFrame) -> DataFrame:
    """See per_customer.predict."""
    return score(features, fit(training))
