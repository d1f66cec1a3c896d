"""Columns made ready for models that add effects up: logistic regressions and networks."""

from collections.abc import Mapping
from typing import Any

from .columns import Kind


def preparation(kinds: Mapping[str, Kind], rows: int, seed: int) -> Any:
    """What turns columns of these kinds into numbers from 0 to 1, to be fitted to so many rows.

    A number becomes its rank, so that outliers and zeros do no harm, and the rank a few splines,
    so that its effect may bend: seven numbers for one. A category becomes a number for each value.
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
    """A number for each value of a category; rare and new values are one."""
    from sklearn.preprocessing import OneHotEncoder

    return OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=20,
        max_categories=30,
        sparse_output=False,
    )


def named(kinds: Mapping[str, Kind]) -> tuple[list[str], list[str]]:
    """The names of the numbers, and of the categories."""
    numbers = [name for name, kind in kinds.items() if kind == "number"]
    return numbers, [name for name in kinds if name not in numbers]
