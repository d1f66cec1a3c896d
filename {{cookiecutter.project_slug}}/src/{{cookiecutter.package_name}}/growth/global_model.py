"""The global model: boosted trees on a sample of all customers, and their errors on others."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from .calibration import error_quantiles
from .features import Floats
from .training_sample import FOLDS

FEWEST_ROWS = 200
"""With fewer rows, only the spread of usage around the baseline is learned."""

LEAST_ERROR = 0.01
"""Added to absolute errors, because a gamma distribution has no zero."""

TREES = {
    "learning_rate": 0.04,
    "max_iter": 200,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 50,
    "l2_regularization": 10,
    "max_features": 0.5,
    "early_stopping": False,
    "random_state": 0,
}
"""Hyperparameters, tuned by rolling origins on M3's training months (docs/forecasting.md)."""


class GlobalModel(NamedTuple):
    """Estimators of z (features.Features).

    centre: model of the median of z.
    spread: model of the size of z's error.
    quantiles: of errors divided by their spread, measured on customers whom the model was not
        fitted to (calibration.error_quantiles).
    """

    name: str
    centre: Any
    spread: Any
    quantiles: Floats


def train(
    sample: pd.DataFrame, horizon: int, season: int, probabilities: Sequence[float]
) -> GlobalModel | None:
    """Fit the model to a training sample; None where there is nothing to learn from."""
    # imported here, because it takes seconds and is not always needed
    from sklearn.dummy import DummyRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor

    sample = sample.dropna(subset="z")
    if sample.empty:
        return None
    # in the order of their values: that of the rows differs between machines
    sample = sample.sort_values(["z", "months", "step"], ignore_index=True)
    # without Arrow, what is unknown is None
    columns = with_values(np.array(sample["columns"].to_list(), dtype=float))
    z = sample["z"].to_numpy(float)
    months, step = sample["months"].to_numpy(int), sample["step"].to_numpy(int)
    if len(sample) < FEWEST_ROWS:
        centre = DummyRegressor(strategy="median").fit(columns, z)
        spread = DummyRegressor(strategy="constant", constant=1.0).fit(columns, z)
        errors = z - centre.predict(columns)
        name = "baseline"
    else:
        fold = sample["fold"].to_numpy()
        if len(np.unique(fold)) < FOLDS:  # there are but a few customers
            fold = np.arange(len(sample)) % FOLDS
        errors, name = np.empty_like(z), "boosted-trees"
        # so few rows gain nothing from threads, which on a busy machine wait for each other
        with threadpool_limits(1):
            # the median, unlike the mean, is not moved by the few who stop or multiply
            centre = HistGradientBoostingRegressor(loss="absolute_error", **TREES)
            for held_out in range(FOLDS):
                out, rest = fold == held_out, fold != held_out
                centre.fit(with_values(columns[rest]), z[rest])
                errors[out] = z[out] - centre.predict(columns[out])
            centre.fit(columns, z)
            spread = HistGradientBoostingRegressor(loss="gamma", **TREES).fit(
                columns, np.abs(errors) + LEAST_ERROR
            )
            errors = errors / spread.predict(columns)
    quantiles = error_quantiles(errors, months, step, horizon, season, probabilities)
    return GlobalModel(name, centre, spread, quantiles)


def with_values(columns: Floats) -> Floats:
    """Return columns with zeros in those without a value: scikit-learn's trees need one."""
    filled: Floats = np.where(np.isnan(columns).all(axis=0), 0.0, columns)
    return filled
