"""Which features a model looks at."""

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from ..sampling import collect_sample
from ..training import Model
from ..training.columns import LABEL, as_kinds

ROWS = 5_000
"""About the most rows to measure on."""


def importance(holdout: DataFrame, model: Model, keys: list[str], seed: int) -> dict[str, float]:
    """By how much ROC AUC falls when a feature is shuffled (Breiman, 2001).

    Args:
        holdout: rows with both outcomes, which the model has not seen.
        model: what to look into.
        keys: the columns that tell the rows apart.
        seed: the same seed gives the same figures.

    Returns:
        Feature -> ROC AUC; near 0 where the model can do without.
    """
    from sklearn.frozen import FrozenEstimator
    from sklearn.inspection import permutation_importance
    from sklearn.metrics import roc_auc_score

    def auc(estimator: FrozenEstimator, rows: pd.DataFrame, label: pd.Series) -> float:
        return float(roc_auc_score(label, estimator.predict_proba(rows)[:, 1]))

    columns = as_kinds(holdout, model.kinds)
    rows = holdout.select(*keys, F.col(LABEL).cast("int"), *columns)
    sample = collect_sample(rows, keys, ROWS, "importance")
    if sample[LABEL].nunique() < 2:
        return dict.fromkeys(model.kinds, 0.0)
    with threadpool_limits(1):
        worth = permutation_importance(
            FrozenEstimator(model.estimator),
            sample[list(model.kinds)],
            sample[LABEL],
            scoring=auc,
            n_repeats=3,
            random_state=seed,
        )
    return dict(zip(model.kinds, map(float, worth.importances_mean), strict=True))
