"""Method b: one model over all customers. High n, low k, low m.

Boosted trees learn how far usage differs from the baseline of a customer's own season, level and
trend (features.py), and how widely it varies around that. They are trained on a sample, on the
driver; Spark makes the sample and scores every customer. Intermittent customers are forecast by
their expected value (intermittent.py).
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..periods import MONTH, Frequency
from .calibration import length_edges
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
from .global_model import GlobalModel, train
from .history import histories
from .intermittent import Returns, forecast_irregular, learn, takes
from .plausible import is_unused, plausible_bound, plausible_range
from .training_sample import drawn_periods, most_periods, periods_to_judge

FARTHEST = 1_000.0
"""z is clipped to this distance from 0: one outlier would outweigh all other rows."""

CUSTOMERS_AT_ONCE = 1_000
"""Customers whose features a worker holds at a time."""

NOTHING_TO_LEARN = "no customer has two months to learn from"


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
    """Return past periods with the features known before them, and the error of the baseline.

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
        # periods that stay unused are forecast without the model
        is_without = [
            takes(usage, returns) or is_unused(usage, ahead, season)[-1]
            for usage, ahead in zip(history, step, strict=True)
        ]
        learnable = np.isfinite(z) & ~np.array(is_without, dtype=bool)
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
    last = most_periods(season)
    for history in histories:
        known = history[~np.isnan(history)]
        if not len(known):
            fits.append(failed_row(UNKNOWN, probabilities))
        elif takes(history, returns):
            values, bounds, name = forecast_irregular(known, returns, horizon, probabilities)
            fits.append(fit_row(values, bounds, probabilities, name))
        elif np.isnan(history[-last:]).all():
            error = f"usage is known in none of the last {last} periods"
            fits.append(failed_row(error, probabilities))
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
        unused = is_unused(history, horizon, season)
        values, bounds = (np.where(unused, 0.0, of_all) for of_all in (values, bounds))
        with np.errstate(over="ignore"):  # fit_row holds the largest numbers to what is finite
            values, bounds = largest[customer] * values, largest[customer] * bounds
        fits.append(fit_row(values, bounds, probabilities, model.name))
    return fits


def to_feature_matrix(known: Features) -> Floats:
    """Features as a matrix with a row for each customer and step; what is not finite is unknown."""
    columns = np.stack([values.ravel() for values in known.columns.values()], axis=1)
    return np.where(np.isfinite(columns), columns, np.nan)
