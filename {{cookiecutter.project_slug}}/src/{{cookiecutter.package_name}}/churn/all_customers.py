"""Method b: one classifier over all customers. High n, low k, m = 1.

The classifier is the mean of three: the trainer's model on all features, the regression of five
(rfm), and BG/BB. Trees and regressions know only histories as long as those that they were trained
on; BG/BB extrapolates, and knows nothing of the amount of usage.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..errors import BadInputError
from ..sampling import collect_sample, in_sample
from ..training import Model, learnable, train
from ..training.columns import KEYS, LABEL, Kind, as_kinds
from . import rfm
from .blend import EQUAL, OWN, RFM, TRAINER, Blend, best_weights
from .buy_till_you_die import COUNTS, LOG_ODDS, Prior

VALIDATION = 1 / 3
"""The share of customers on whom means are compared."""

ROWS = 50_000
"""About the most rows on which means are compared."""


def fit(
    training: DataFrame,
    prior: Prior,
    horizon: int,
    trainer: str,
    seed: int,
    weights: Mapping[str, float] = EQUAL,
) -> Model:
    """Train the members whose weight is not 0, and average them.

    Args:
        training: rows of `features.features` with LOG_ODDS, whose `churned` is known.
        prior: of BG/BB.
        horizon: periods.
        trainer: one of training.TRAINERS.
        seed: the same seed and rows give the same model.
        weights: member -> weight.
    """
    columns = learnable(training)
    models: dict[str, Model] = {}
    if weights[TRAINER]:
        models[TRAINER] = train(training, columns, trainer, seed)
    if weights[RFM]:
        models[RFM] = rfm.fit(training, seed)
    used: dict[str, Kind] = dict.fromkeys(COUNTS, "number")
    for model in models.values():
        used |= model.kinds
    used.pop(LOG_ODDS, None)  # computed by Blend
    estimator = Blend(
        prior=list(prior),
        horizon=horizon,
        members={name: model.estimator for name, model in models.items()},
        columns={name: list(model.kinds) for name, model in models.items()},
        weights={name: weights[name] for name in (OWN, *models)},
    )
    return Model(used, estimator)


def choose_weights(
    training: DataFrame, prior: Prior, horizon: int, trainer: str, seed: int
) -> dict[str, float]:
    """Choose the weights that predict unseen customers at an unseen cutoff best.

    The members are trained on two thirds of the customers, at the cutoffs before the newest, and
    compared on the others, at the newest. See `fit` for the arguments.
    """
    tested = in_sample(VALIDATION, "validation", "customer_id")
    [found] = training.agg(F.max("cutoff").alias("last"), F.min("cutoff").alias("first")).collect()
    last = F.lit(str(found["last"])).cast(training.schema["cutoff"].dataType)
    newest = F.col("cutoff") == last
    shown = ~newest if found["first"] < found["last"] else newest
    try:
        model = fit(training.where(~tested & shown), prior, horizon, trainer, seed)
    except BadInputError:  # too few customers to choose by
        return dict(EQUAL)
    holdout = training.where(tested & newest & F.col(LABEL).isNotNull())
    rows = holdout.select(*KEYS, F.col(LABEL).cast("int"), *as_kinds(holdout, model.kinds))
    sample = collect_sample(rows, [*KEYS], ROWS, "validation")
    if sample[LABEL].nunique() < 2:
        return dict(EQUAL)
    return best_weights(sample[LABEL].to_numpy(), model.estimator.each(sample[list(model.kinds)]))
