"""Training a model and, beside it, predicting customers that it has not seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce

import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from ..errors import BadInputError
from ..periods import last_month, months_before
from ..training import Model, learnable, train
from ..training.columns import KEYS, LABEL
from ..training.scoring import score
from . import METHODS
from .features import at_risk, features
from .scores import collect

MODEL = "all-customers"
CUTOFFS = 12
"""From how many months customers are trained on: churners are rare, and each month has its own."""

FOLDS = 5


@dataclass(frozen=True)
class Evaluation:
    """A model, and what it and other methods predict of rows that they have not seen.

    predicted: method -> churned and churn_probability; the model's come first.
    data: all rows with their features: those that it was trained on and those it has not seen.
    holdout: of them, rows that the model has not seen.
    keys: the columns that tell them apart.
    protocol: how they were set apart, in words.
    rows: how many the model was trained on.
    """

    model: Model
    predicted: Mapping[str, pd.DataFrame]
    data: DataFrame
    holdout: DataFrame
    keys: list[str]
    protocol: str
    rows: int


def on_latest_cutoff(
    usage: DataFrame, customers: DataFrame | None, horizon: int, trainer: str, seed: int
) -> Evaluation:
    """Train on customers at earlier cutoffs, and predict those at the latest (temporal holdout).

    The latest cutoff is a horizon before the table's last month; the others are the months that
    end a horizon before it, so that nothing that was trained on happened after it.

    Raises:
        BadInputError: when there are too few months, or too few customers of whom some churn.
    """
    end = last_month(usage)
    described, latest = at_cutoffs(usage, customers, horizon, end)
    described = described.cache()
    holdout = described.where(F.col("cutoff") == latest)
    training = described.where(F.col("cutoff") < latest)
    rows = count_known(training, end, horizon)

    model = train(training, learnable(training), trainer, seed)
    predicted = {MODEL: collect(score(holdout, model), [*KEYS])}
    for name, predict in METHODS.items():
        if name != MODEL:
            predicted[name] = collect(predict(training, holdout), [*KEYS])
    protocol = f"temporal holdout: customers at {latest}, trained on earlier months"
    return Evaluation(model, predicted, described, holdout, [*KEYS], protocol, rows)


def at_cutoffs(
    usage: DataFrame, customers: DataFrame | None, horizon: int, end: date
) -> tuple[DataFrame, date]:
    """Describe the customers at risk, at the latest cutoff and at the earlier ones.

    See features.features for usage, customers and horizon; `end` is the last month of usage.

    Returns:
        Their features, and the latest cutoff.
    """
    latest = months_before(end, horizon)
    earlier = [months_before(latest, horizon + back) for back in range(CUTOFFS)]
    described = features(usage, [latest, *earlier], horizon, end, customers)
    return described.where(at_risk(horizon)), latest


def cross_validated(features: DataFrame, trainer: str, seed: int) -> Evaluation:
    """Predict each fifth of the customers by a model of the others (stratified 5-fold).

    The model of the first fold is the one that is kept, and that fold its holdout. Whatever the
    seed, a customer stays in its fold, so that models can be compared on customers whom neither
    has seen.

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
    holdout = folded.where("fold = 1").drop("fold")
    predicted = {MODEL: collect(reduce(DataFrame.unionByName, scored), [key])}
    rows = folded.where("fold != 1").count()
    protocol = f"stratified {FOLDS}-fold cross-validation, seed 0"
    return Evaluation(models[0], predicted, folded.drop("fold"), holdout, [key], protocol, rows)


def count_known(training: DataFrame, end: date, horizon: int) -> int:
    """How many rows there are to train on, of customers at earlier cutoffs.

    Raises:
        BadInputError: when there are none.
    """
    rows = training.count()
    if not rows:
        raise BadInputError(
            f"usage table: no customer is known for {2 * horizon + 1} months up to {end}, two "
            f"horizons of {horizon} and one. Take a longer history or a smaller --horizon."
        )
    return rows
