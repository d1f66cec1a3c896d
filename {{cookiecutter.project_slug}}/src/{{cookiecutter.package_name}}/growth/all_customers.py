"""Method b: one model over all customers. High n, low k, low m.

Boosted trees learn by how much usage differs from what a customer's own season, level and trend
promise (features.py), and how far it spreads around that. They are trained on a sample, on the
driver; Spark makes the sample and scores every customer. Customers who use something now and then
are forecast by their expected value (intermittent.py).
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from ..periods import MONTH, Frequency
from .calibration import error_quantiles, length_edges
from .features import Features, Floats, largest_of, pad_histories
from .forecasts import (
    UNKNOWN,
    Fit,
    as_fits,
    failed_row,
    fit_row,
    forecast_each,
    probabilities_of,
)
from .future import Future
from .future_choice import choose, known_columns
from .future_effects import features_with
from .history import histories
from .intermittent import Returns, forecast_irregular, learn, takes
from .plausible import plausible_bound, plausible_range
from .training_sample import FOLDS, drawn_periods, most_periods, periods_to_judge

FEWEST_ROWS = 200
"""Rows under which nothing is learned but how far usage strays from the baseline."""

FARTHEST = 1_000.0
"""Values of z beyond this, either way, are taken for it: one of them would outweigh all others."""

LEAST_ERROR = 0.01
"""What is added to the size of an error, so that its distribution has no zero."""

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
"""Found by rolling origins on M3's training months; docs/forecasting.md tells what they give."""

NOTHING_TO_LEARN = "no customer has two months to learn from"


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


def forecast(
    usage: DataFrame,
    horizon: int,
    season: int = 12,
    level: int = 90,
    quantiles: Sequence[float] = (),
    frequency: Frequency = MONTH,
    returns: Returns | None = None,
    future: Future | None = None,
) -> DataFrame:
    """Train a model on all customers, and forecast each customer with it.

    See per_customer.forecast for arguments and result. Known future columns are used if forecasts
    of past periods err less with them (future_choice.py).
    """
    probabilities = probabilities_of(level, quantiles)
    known = returns or learn(histories(usage, frequency), horizon, frequency.month)
    if future is not None:
        judged = periods_to_judge(usage, horizon, season, known, frequency, future)
        choice = choose(judged, future.columns, season)
        future.choices.append(choice)
        future = future.only(choice.used)
    sample = training_sample(usage, horizon, season, known, frequency, future).toPandas()
    model = train(sample, horizon, season, probabilities)
    beside = None
    if future is not None:
        periods = most_periods(season) + horizon
        beside = partial(future.beside, usage=usage, periods=periods, ahead=horizon)
    return forecast_each(
        usage,
        lambda batch, future=None: score_batch(
            batch, model, horizon, season, probabilities, known, future
        ),
        quantiles,
        frequency,
        beside,
    )


def training_sample(
    usage: DataFrame,
    horizon: int,
    season: int,
    returns: Returns,
    frequency: Frequency = MONTH,
    future: Future | None = None,
) -> DataFrame:
    """Forecast the customers' last periods from before them, and see by how much that was wrong.

    Returns:
        About TRAINING_ROWS rows, or as many as there are: columns (array of doubles, see
        features.features); z (what the model is to learn; null where nothing can be learned);
        months (known, of the history); step (months from the cutoff); fold (of the customer).
    """
    count = 0 if future is None else len(future.columns)

    def describe(
        history: pd.Series, step: pd.Series, target: pd.Series, *future: pd.Series
    ) -> pd.DataFrame:
        largest = largest_of(history.to_list())
        scaled = [usage / most for usage, most in zip(history, largest, strict=True)]
        padded, steps = pad_histories(scaled, season), step.to_numpy()[:, None]
        beside = None
        if future:
            beside = known_columns(future[0], scaled, padded.shape[1], count, steps)
        known = features_with(padded, steps, season, beside)
        z = (target.to_numpy() / largest - known.baseline[:, 0]) / known.scale[:, 0]
        is_taken = history.map(lambda usage: takes(usage[~np.isnan(usage)], returns))
        learnable = np.isfinite(z) & ~is_taken.to_numpy(dtype=bool)
        return pd.DataFrame(
            {
                "columns": list(to_feature_matrix(known)),
                "z": pd.Series(np.clip(z, -FARTHEST, FARTHEST)).where(learnable, None),
                "months": history.map(lambda usage: np.count_nonzero(~np.isnan(usage))),
            }
        )

    describe_udf = F.pandas_udf(  # type: ignore[call-overload]
        describe, "columns array<double>, z double, months int"
    )
    inputs = ["history", "step", "target", *(["future"] if count else [])]
    return (
        drawn_periods(usage, horizon, season, frequency, future)
        .select(describe_udf(*inputs).alias("described"), "step", "fold")
        .select("described.*", "step", "fold")
    )  # to filter by z here would make Spark call the UDF twice


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
    columns, z = np.stack(sample["columns"].to_list()), sample["z"].to_numpy(float)
    columns[:, np.isnan(columns).all(axis=0)] = 0  # scikit-learn wants one value at least
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
                errors[out] = z[out] - centre.fit(columns[rest], z[rest]).predict(columns[out])
            centre.fit(columns, z)
            spread = HistGradientBoostingRegressor(loss="gamma", **TREES).fit(
                columns, np.abs(errors) + LEAST_ERROR
            )
            errors = errors / spread.predict(columns)
    quantiles = error_quantiles(errors, months, step, horizon, season, probabilities)
    return GlobalModel(name, centre, spread, quantiles)


def score_batch(
    histories: pd.Series,
    model: GlobalModel | None,
    horizon: int,
    season: int,
    probabilities: Sequence[float],
    returns: Returns,
    future: pd.Series | None = None,
) -> pd.DataFrame:
    """Score each history, with known future columns beside it; a row of FITS for each."""
    fits: list[Fit | None] = []
    for history in histories:
        known = history[~np.isnan(history)]
        if not len(known):
            fits.append(failed_row(UNKNOWN, probabilities))
        elif takes(known, returns):
            values, bounds, name = forecast_irregular(known, returns, horizon, probabilities)
            fits.append(fit_row(values, bounds, probabilities, name))
        elif model is None:
            fits.append(failed_row(NOTHING_TO_LEARN, probabilities))
        else:
            fits.append(None)
    regular = [customer for customer, fit in enumerate(fits) if fit is None]
    scored: list[Fit] = []
    if model:
        for start in range(0, len(regular), CUSTOMERS_AT_ONCE):
            part = regular[start : start + CUSTOMERS_AT_ONCE]
            beside = None if future is None else future.iloc[part]
            scored += score_customers(
                histories.iloc[part].to_list(), model, horizon, season, probabilities, beside
            )
    in_order = iter(scored)
    return as_fits([next(in_order) if fit is None else fit for fit in fits])


def score_customers(
    histories: Sequence[Floats],
    model: GlobalModel,
    horizon: int,
    season: int,
    probabilities: Sequence[float],
    future: pd.Series | None = None,
) -> list[Fit]:
    """Score customers together, as arrays of (customers, steps)."""
    largest = largest_of(histories)  # squares and sums of the largest numbers would overflow
    last = most_periods(season)
    histories = [usage[-last:] / most for usage, most in zip(histories, largest, strict=True)]
    steps = np.arange(1, horizon + 1)[None, :].repeat(len(histories), axis=0)
    padded, beside = pad_histories(histories, season), None
    if future is not None:
        count = len(future.iloc[0]) // (last + horizon)
        beside = known_columns(future, histories, padded.shape[1], count, steps)
    known = features_with(padded, steps, season, beside)
    columns = to_feature_matrix(known)
    z = np.reshape(model.centre.predict(columns), steps.shape)
    spread = np.reshape(model.spread.predict(columns), steps.shape)

    fits: list[Fit] = []
    for customer, history in enumerate(histories):
        usage = history[~np.isnan(history)]
        group = int(np.digitize(len(usage), length_edges(season)))
        around = z[customer] + spread[customer] * model.quantiles[group]
        values, bounds = (
            known.baseline[customer] + known.scale[customer] * of_z
            for of_z in (z[customer], around)
        )
        values = np.clip(values, *plausible_range(usage, horizon, season))
        bounds = np.clip(bounds, 0, plausible_bound(usage, horizon, season))
        with np.errstate(over="ignore"):  # fit_row holds the largest numbers to what is finite
            values, bounds = largest[customer] * values, largest[customer] * bounds
        fits.append(fit_row(values, bounds, probabilities, model.name))
    return fits


def to_feature_matrix(known: Features) -> Floats:
    """Features as a matrix with a row for each customer and step; what is not finite is unknown."""
    columns = np.stack([values.ravel() for values in known.columns.values()], axis=1)
    return np.where(np.isfinite(columns), columns, np.nan)
