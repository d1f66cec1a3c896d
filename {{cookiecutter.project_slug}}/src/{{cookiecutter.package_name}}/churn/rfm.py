"""The RFM baseline: a logistic regression on recency, frequency and usage."""

from pyspark.sql import DataFrame

from ..training import Model, fit_on_sample, scikit_learn
from ..training.columns import Kind
from ..training.scoring import score
from .windows import shortest_count

COLUMNS = ("recency", "frequency", "mean_usage", "tenure")
"""Features, beside the count in the shortest span (windows.shortest_count)."""


def fit(training: DataFrame, seed: int = 0) -> Model:
    """Fit the regression to five features of rows whose `churned` is known."""
    names = (*COLUMNS, shortest_count(training.columns))
    columns: dict[str, Kind] = dict.fromkeys(names, "number")
    return fit_on_sample(training, columns, scikit_learn.fit_plain, seed)


def predict(training: DataFrame, features: DataFrame) -> DataFrame:
    """See per_customer.predict."""
    return score(features, fit(training))
