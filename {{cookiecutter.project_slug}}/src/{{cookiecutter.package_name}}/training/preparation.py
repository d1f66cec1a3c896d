"""Preprocessing for additive models: logistic regressions and networks."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .columns import Kind

PENALTY = 300
"""Weight of the penalty on a regression's coefficients, as a number of rows.

Customers are seen at many cutoffs, and features repeat each other: without a penalty, regressions
do worse on later cutoffs than on those that they were fitted to.
"""


def inverse_penalty(rows: int) -> float:
    """Return scikit-learn's C for so many rows: 1 at most, which is its default."""
    return min(1.0, PENALTY / rows)


def preparation(kinds: Mapping[str, Kind]) -> Any:
    """Return what turns columns of these kinds into numbers of like size, to be fitted to rows.

    A number becomes its logarithm (the inverse hyperbolic sine, which takes 0 and negative numbers
    too), so that outliers do little harm and ratios of columns become sums; then it is
    standardised. A category becomes a number for each value.
    """
    # imported here, because it takes seconds and is not always needed
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    logarithms = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        FunctionTransformer(np.arcsinh),
        StandardScaler(),
    )
    numbers, categories = named(kinds)
    return ColumnTransformer(
        [("numbers", logarithms, numbers), ("categories", one_hot(), categories)]
    )


def one_hot() -> Any:
    """Return a one-hot encoder that puts rare and unseen values into one column."""
    from sklearn.preprocessing import OneHotEncoder

    return OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=20,
        max_categories=30,
        sparse_output=False,
    )


def named(kinds: Mapping[str, Kind]) -> tuple[list[str], list[str]]:
    """Return the names of the number columns, and those of the category columns."""
    numbers = [name for name, kind in kinds.items() if kind == "number"]
    return numbers, [name for name in kinds if name not in numbers]
