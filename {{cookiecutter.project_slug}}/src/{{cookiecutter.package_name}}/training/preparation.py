"""Preprocessing for additive models: logistic regressions and networks."""

from collections.abc import Mapping
from typing import Any

from .columns import Kind


def preparation(kinds: Mapping[str, Kind], rows: int, seed: int) -> Any:
    """Return an unfitted transformer from columns of these kinds to numbers from 0 to 1.

    Numbers become quantiles, which are robust to outliers and to many zeros, and then B-splines,
    which allow nonlinear effects: seven columns for one, and an indicator of nulls. Categories are
    one-hot encoded.

    Args:
        kinds: feature columns -> kind.
        rows: number of rows that it will be fitted to.
        seed: for the sample that quantiles are computed from.
    """
    # imported here, because it takes seconds and is not always needed
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import QuantileTransformer, SplineTransformer

    smooth = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        QuantileTransformer(n_quantiles=min(rows, 1000), subsample=100_000, random_state=seed),
        SplineTransformer(),
    )
    numbers, categories = named(kinds)
    return ColumnTransformer([("numbers", smooth, numbers), ("categories", one_hot(), categories)])


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
