"""Train a model, and evaluate it on customers that it has not seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce

import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from ..errors import BadInputError
from ..periods import MONTH, Frequency, last_month
from ..training import Model, learnable, train
from ..training.columns import KEYS, LABEL
from ..training.scoring import score
from . import METHODS, attributes
from .all_customers import choose_weights, fit
from .buy_till_you_die import fit_prior, with_log_odds
from .description import feature_names
from .features import at_risk, features
from .scores import collect
from .windows import WINDOWS

MODEL = "all-customers"
CUTOFFS = 12
"""Number of cutoffs to train on: churners are rare, and each cutoff adds some."""

FOLDS = 5


@dataclass(frozen=True)
class Evaluation:
    """A model, and what it and other methods predict of rows that they have not seen.

    model: fitted to all rows whose label is known; the one to keep.
    measured: the model whose figures are reported: it has not seen the holdout.
    predicted: method -> churned and churn_probability; the model's come first.
    data: all rows with their features.
    holdout: rows of `data` that `measured` has not seen.
    keys: the columns that identify a row.
    protocol: how the holdout was set apart, in words.
    rows: how many `measured` was trained on.
    kept_rows: how many `model` was trained on.
    weights: member of the model -> its weight in the mean; empty for a model that is no mean.
    warnings: what was left out of the data, a sentence each.
    """

    model: Model
    measured: Model
    predicted: Mapping[str, pd.DataFrame]
    data: DataFrame
    holdout: DataFrame
    keys: list[str]
    protocol: str
    rows: int
    kept_rows: int
    weights: Mapping[str, float]
    warnings: list[str]


def on_latest_cutoff(
    usage: DataFrame,
    customers: DataFrame | None,
    horizon: int,
    trainer: str,
    seed: int,
    frequency: Frequency = MONTH,
) -> Evaluation:
    """Train on customers at earlier cutoffs, and predict those at the latest (temporal holdout).

    The latest cutoff is a horizon before the table's last period; the model that is measured is
    trained on the cutoffs that end a horizon before it, so that no period of the holdout's horizon
    is trained on. The model that is kept is then trained once more, on the newest cutoffs.

    Raises:
        BadInputError: when there are too few periods, or too few customers of whom some churn.
    """
    end = last_month(usage)
    latest = frequency.before(end, horizon)
    before = frequency.before(latest, horizon)
    late, early = (cutoffs_until(last, frequency) for last in (latest, before))
    cutoffs = sorted({*late, *early}, reverse=True)
    everybody = features(usage, cutoffs, horizon, end, customers, frequency).cache()
    later = attributes.known_later(everybody, _attributes(everybody, frequency), frequency)
    everybody = everybody.drop(*later)
    is_early, is_late = (
        F.col("cutoff").isin(*map(frequency.literal, those)) for those in (early, late)
    )
    rows = count_known(everybody.where(at_risk(horizon) & is_early), end, horizon, frequency)
    prior = fit_prior(everybody, latest, horizon, frequency)
    described = with_log_odds(everybody.where(at_risk(horizon)), prior, horizon).cache()
    holdout = described.where(F.col("cutoff") == frequency.literal(latest))
    training, newest = described.where(is_early), described.where(is_late)

    weights = choose_weights(training, prior, horizon, trainer, seed)
    measured = fit(training, prior, horizon, trainer, seed, weights)
    predicted = {MODEL: collect(score(holdout, measured), [*KEYS])}
    for name, predict in METHODS.items():
        predicted[name] = collect(predict(training, holdout), [*KEYS])
    return Evaluation(
        model=fit(newest, prior, horizon, trainer, seed, weights),
        measured=measured,
        predicted=predicted,
        data=described,
        holdout=holdout,
        keys=[*KEYS],
        protocol=f"temporal holdout: customers at {latest}, trained on earlier {frequency.name}s",
        rows=rows,
        kept_rows=newest.where(F.col(LABEL).isNotNull()).count(),
        weights=weights,
        warnings=attributes.told(later),
    )


def at_cutoffs(
    usage: DataFrame,
    customers: DataFrame | None,
    horizon: int,
    end: date,
    frequency: Frequency = MONTH,
) -> tuple[DataFrame, date]:
    """Describe the customers at risk, at the latest cutoff and at the earlier ones.

    See features.features for usage, customers, horizon and frequency; `end` is the last period of
    usage.

    Returns:
        Their features, and the latest cutoff.
    """
    latest = frequency.before(end, horizon)
    earlier = cutoffs_until(frequency.before(latest, horizon), frequency)
    described = features(usage, [latest, *earlier], horizon, end, customers, frequency)
    return described.where(at_risk(horizon)), latest


def cross_validated(features: DataFrame, trainer: str, seed: int) -> Evaluation:
    """Predict each fifth of the customers by a model of the others (stratified 5-fold).

    The first fold is the holdout, and `measured` the model that has not seen it; the model that is
    kept is trained on all rows. Whatever the seed, a customer stays in its fold, so that measured
    models can be compared on customers that neither has seen.

    Raises:
        BadInputError: when there are fewer churners, or others, than folds.
    """
    key, known = KEYS[0], features.where(F.col(LABEL).isNotNull())
    in_order = Window.partitionBy(LABEL).orderBy(F.xxhash64(F.lit("fold 0"), key), key)
    folded = known.withColumn("fold", F.ntile(FOLDS).over(in_order)).cache()
    smallest = min((row["count"] for row in folded.groupBy(LABEL).count().collect()), default=0)
    if smallest < FOLDS:
        raise BadInputError(
            f"features: {smallest} rows are of the rarer outcome; {FOLDS} folds need {FOLDS} at "
            "least. Take more data."
        )
    columns = learnable(folded.drop("fold"))
    models = [
        train(folded.where(F.col("fold") != fold), columns, trainer, seed)
        for fold in range(1, FOLDS + 1)
    ]
    scored = [
        score(folded.where(F.col("fold") == fold), model) for fold, model in enumerate(models, 1)
    ]
    data = folded.drop("fold")
    return Evaluation(
        model=train(data, columns, trainer, seed),
        measured=models[0],
        predicted={MODEL: collect(reduce(DataFrame.unionByName, scored), [key])},
        data=data,
        holdout=folded.where("fold = 1").drop("fold"),
        keys=[key],
        protocol=f"stratified {FOLDS}-fold cross-validation, seed 0",
        rows=folded.where("fold != 1").count(),
        kept_rows=folded.count(),
        weights={},
        warnings=[],
    )


def cutoffs_until(last: date, frequency: Frequency) -> list[date]:
    """Return CUTOFFS cutoffs, the last one first."""
    step = WINDOWS[frequency.name].step
    return [frequency.before(last, number * step) for number in range(CUTOFFS)]


def _attributes(described: DataFrame, frequency: Frequency) -> list[str]:
    """Return the columns of `described` that came from the customers table."""
    own = (*KEYS, LABEL, *feature_names(frequency))
    return [name for name in described.columns if name not in own]


def count_known(training: DataFrame, end: date, horizon: int, frequency: Frequency = MONTH) -> int:
    """Return the number of rows to train on, of customers at earlier cutoffs.

    Raises:
        BadInputError: when there are none.
    """
    rows = training.count()
    if not rows:
        raise BadInputError(
            f"usage table: no customer has a history of {2 * horizon + 1} {frequency.name}s up "
            f"to {end} (two horizons of {horizon}, and one more). Take a longer history or a "
            "smaller --horizon."
        )
    return rows
