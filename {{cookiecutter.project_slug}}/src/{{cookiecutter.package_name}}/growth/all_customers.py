"""Method b: one model over all customers, who learn from each other. High n, low k, low m.

Boosted trees learn by how much usage differs from what a customer's own season, level and trend
promise (features.py). They are trained on a sample, on the driver; Spark makes the sample and
scores every customer.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from ..sampling import sample_hash
from .features import Features, Floats, as_matrix, features
from .forecasts import UNKNOWN, forecast_each
from .history import histories
from .series import is_dormant

TRAINING_ROWS = 60_000
"""About the most rows to train on, which the driver holds; 200,000 gave no better forecasts."""

TRAINING_MONTHS = 36
"""How many of a customer's last months may be trained on."""

MOST_OF_FEW = 30
"""The months that are at most left of a history which is cut short."""

FEWEST_ROWS = 200
"""Rows under which nothing is learned but how far usage strays from the reference."""

CUSTOMERS_AT_ONCE = 1_000
"""How many customers a worker holds the features of."""

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
"""Found by rolling origins on M3's training months; docs/choosing.md tells what they give."""

NOTHING_TO_LEARN = ([None], [None], [None], None, "no customer has two months to learn from")


class GlobalModel(NamedTuple):
    """Estimators of z (features.Features): its middle and the bounds of its interval.

    slack: how much further out the bounds must lie to hold as much as they promise; measured on
        customers whom they were not fitted to (conformalised quantile regression: Romano et al.,
        2019).
    """

    name: str
    middle: Any
    lower: Any
    upper: Any
    slack: float


def forecast(usage: DataFrame, horizon: int, season: int = 12, level: int = 90) -> DataFrame:
    """Forecast each customer with a model that is trained on all of them, now.

    See per_customer.forecast for arguments and result.
    """
    model = train(training_sample(usage, horizon, season).toPandas(), level)
    return forecast_each(usage, lambda histories: score_batch(histories, model, horizon, season))


def training_sample(usage: DataFrame, horizon: int, season: int) -> DataFrame:
    """Forecast the customers' last months from before them, and see by how much that was wrong.

    Returns:
        About TRAINING_ROWS rows, or as many as there are: columns (array of doubles, see
        features.features); z (what the model is to learn; null where nothing can be learned);
        calibrates (true for a quarter of the customers).
    """

    def describe(history: pd.Series, step: pd.Series, target: pd.Series) -> pd.DataFrame:
        known = features(as_matrix(history.to_list()), step.to_numpy()[:, None], season)
        z = (target.to_numpy() - known.reference[:, 0]) / known.unit[:, 0]
        learnable = np.isfinite(z) & ~history.map(has_gone).to_numpy(dtype=bool)
        return pd.DataFrame(
            {"columns": list(as_rows(known)), "z": pd.Series(z).where(learnable, None)}
        )

    describe_udf = F.pandas_udf(  # type: ignore[call-overload]
        describe, "columns array<double>, z double"
    )
    return (
        drawn_months(usage, horizon)
        .select(describe_udf("history", "step", "target").alias("described"), "calibrates")
        .select("described.columns", "described.z", "calibrates")
    )  # to filter by z here would make Spark call the UDF twice


def drawn_months(usage: DataFrame, horizon: int) -> DataFrame:
    """Draw months to forecast, and for each a cutoff in the `horizon` months before it.

    Draws are hashes of customer and month: the same table gives the same sample, in whatever order
    its rows are.

    Returns:
        One row per month drawn: history (array of usage up to the cutoff); step (months from the
        cutoff to the month drawn); target (usage in that month, never null); calibrates.
    """
    months = F.least("count", F.lit(TRAINING_MONTHS))
    [found] = usage.groupBy("customer_id").count().agg(F.sum(months).alias("rows")).collect()
    share = TRAINING_ROWS / max(found.rows or 0, 1)

    back = F.sequence(F.lit(0), F.least(F.size("usage") - 2, F.lit(TRAINING_MONTHS - 1)))
    length = F.size("usage") - F.col("back") - F.col("step")
    # one in ten is cut short, so that the model knows customers who have just come
    is_cut = sample_hash("cut", "customer_id", "back") % 10 == 0
    few = 1 + sample_hash("few", "customer_id", "back") % MOST_OF_FEW
    kept = F.when(is_cut, F.least(length, few.cast("int"))).otherwise(length)
    return (
        histories(usage)
        .where(F.size("usage") > 1)
        .withColumn("back", F.explode(back))
        .where(sample_hash("sample", "customer_id", "back") % 1_000_000 < share * 1_000_000)
        .withColumn("step", 1 + (sample_hash("step", "customer_id", "back") % horizon).cast("int"))
        .where(length >= 1)
        .select(
            F.slice("usage", length - kept + 1, kept).alias("history"),
            "step",
            F.element_at("usage", F.size("usage") - F.col("back")).alias("target"),
            (sample_hash("calibrates", "customer_id") % 4 == 0).alias("calibrates"),
        )
        .where("target IS NOT NULL")
    )


def train(sample: pd.DataFrame, level: int) -> GlobalModel | None:
    """Fit the model to a training sample; None where there is nothing to learn from."""
    # imported here, because it takes seconds and is not always needed
    from sklearn.dummy import DummyRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor

    sample = sample.dropna(subset="z")
    if sample.empty:
        return None
    columns, z = np.stack(sample["columns"].to_list()), sample["z"].to_numpy()
    columns[:, np.isnan(columns).all(axis=0)] = 0  # scikit-learn wants one value at least
    tails = (0.5 - level / 200, 0.5 + level / 200)
    if len(sample) < FEWEST_ROWS:
        middle, lower, upper = (
            DummyRegressor(strategy="quantile", quantile=quantile).fit(columns, z)
            for quantile in (0.5, *tails)
        )
        return GlobalModel("reference", middle, lower, upper, slack=0)

    calibrates = sample["calibrates"].to_numpy()
    if calibrates.all() or not calibrates.any():  # there are but a few customers
        calibrates = np.arange(len(sample)) % 4 == 0
    # so few rows gain nothing from threads, which on a busy machine wait for each other: minutes
    with threadpool_limits(1):
        # the median, unlike the mean, is not moved by the few customers who stop or multiply
        middle = HistGradientBoostingRegressor(loss="absolute_error", **TREES).fit(columns, z)
        lower, upper = (
            HistGradientBoostingRegressor(loss="quantile", quantile=quantile, **TREES).fit(
                columns[~calibrates], z[~calibrates]
            )
            for quantile in tails
        )
        held_out, truth = columns[calibrates], z[calibrates]
        outside = np.maximum(lower.predict(held_out) - truth, truth - upper.predict(held_out))
    slack = float(np.quantile(outside, level / 100))
    return GlobalModel("boosted-trees", middle, lower, upper, slack)


def score_batch(
    histories: pd.Series, model: GlobalModel | None, horizon: int, season: int
) -> pd.DataFrame:
    """Score each history; a row of FITS for each."""
    parts = -(-len(histories) // CUSTOMERS_AT_ONCE)
    fits: list[tuple[object, ...]] = []
    for part in np.array_split(histories.to_numpy(), parts):
        fits += score_customers(list(part), model, horizon, season)
    return pd.DataFrame(fits, columns=["forecast", "lower", "upper", "model", "error"])


def score_customers(
    histories: list[Floats], model: GlobalModel | None, horizon: int, season: int
) -> list[tuple[object, ...]]:
    """Score customers together, as arrays of (customers, steps)."""
    if model is None:
        return [NOTHING_TO_LEARN] * len(histories)
    steps = np.arange(1, horizon + 1)[None, :].repeat(len(histories), axis=0)
    known = features(as_matrix(histories), steps, season)
    columns = as_rows(known)

    def usage_at(z: Floats) -> Floats:
        usage: Floats = np.maximum(known.reference + known.unit * z.reshape(steps.shape), 0)
        return usage

    middle = usage_at(model.middle.predict(columns))
    lower = np.minimum(usage_at(model.lower.predict(columns) - model.slack), middle)
    upper = np.maximum(usage_at(model.upper.predict(columns) + model.slack), middle)
    zero = np.zeros(horizon)
    fits: list[tuple[object, ...]] = []
    for customer, history in enumerate(histories):
        if np.isnan(history).all():
            fits.append(UNKNOWN)
        elif has_gone(history):
            fits.append((zero, zero, zero, "zero", None))
        else:
            fits.append((middle[customer], lower[customer], upper[customer], model.name, None))
    return fits


def as_rows(known: Features) -> Floats:
    """Features as a matrix with a row for each customer and step; what is not finite is unknown."""
    columns = np.stack([values.ravel() for values in known.columns.values()], axis=1)
    return np.where(np.isfinite(columns), columns, np.nan)


def has_gone(history: Floats) -> bool:
    """Say whether a customer is dormant, by the months in which usage is known."""
    return is_dormant(history[~np.isnan(history)])
