"""Measure predictions of churn: their ranking, and the calibration of their probabilities."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..errors import BadInputError
from ..sampling import collect_sample

ROWS = 100_000
"""Limit of rows to measure on, which the driver holds; approximate."""

GROUPS = 10
"""Number of groups of equal size, by probability."""


@dataclass(frozen=True)
class Scores:
    """Quality of predictions.

    roc_auc: the probability that a random churner is scored above a random customer who stays
        (Hanley and McNeil, 1982).
    pr_auc: average precision: the mean precision over all thresholds that find a churner.
    brier: mean squared difference between probability and outcome (Brier, 1950).
    ece: expected calibration error: mean difference between probability and share of churners, over
        groups of equal size.
    lift_at_10: share of churners in the tenth with the highest scores, divided by that among all.
    rows: number of rows measured on.
    churned: share of churners.
    """

    roc_auc: float
    pr_auc: float
    brier: float
    ece: float
    lift_at_10: float
    rows: int
    churned: float


def collect(predicted: DataFrame, keys: list[str]) -> pd.DataFrame:
    """Bring outcomes and probabilities to the driver: all up to ROWS, else a sample.

    Returns:
        churned (0 or 1) and churn_probability, in an order that depends on the keys alone.
    """
    known = predicted.where("churned IS NOT NULL")
    outcomes = known.select(*keys, F.col("churned").cast("int"), "churn_probability")
    return collect_sample(outcomes, keys, ROWS, "scores")


def measure(predicted: pd.DataFrame) -> Scores:
    """Measure predictions.

    Args:
        predicted: churned (0 or 1) and churn_probability, one row per prediction.

    Raises:
        BadInputError: if all rows have the same outcome.
    """
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

    churned = predicted["churned"].to_numpy()
    probability = predicted["churn_probability"].to_numpy()
    if len(set(churned)) < 2:
        raise BadInputError(
            f"features: {churned.sum()} of {len(churned)} rows to measure on have churned; there "
            "must be some of both. Take more data, or another horizon or label."
        )
    groups = calibration(predicted)
    lift = by_decile(predicted)["lift"]
    return Scores(
        roc_auc=float(roc_auc_score(churned, probability)),
        pr_auc=float(average_precision_score(churned, probability)),
        brier=float(brier_score_loss(churned, probability)),
        ece=float(
            np.average(np.abs(groups["probability"] - groups["share"]), weights=groups["rows"])
        ),
        lift_at_10=float(lift.iloc[0]),
        rows=len(predicted),
        churned=float(churned.mean()),
    )


def calibration(predicted: pd.DataFrame) -> pd.DataFrame:
    """Group rows by probability into groups of equal size.

    Returns:
        One row per group, sorted by probability: rows; probability (mean); share (of
        churners).
    """
    return _grouped(predicted)[["rows", "probability", "share"]].iloc[::-1].reset_index(drop=True)


def by_decile(predicted: pd.DataFrame) -> pd.DataFrame:
    """Return the lift of each tenth of the rows, the highest probabilities first.

    Ties: rows with equal probability share their churners evenly across the groups they span.
    """
    groups = _grouped(predicted)
    return groups.assign(lift=groups["share"] / predicted["churned"].mean())


def _grouped(predicted: pd.DataFrame) -> pd.DataFrame:
    shared = predicted.groupby("churn_probability")["churned"].transform("mean")
    ordered = predicted.assign(churned=shared).sort_values(
        "churn_probability", ascending=False, kind="stable"
    )
    parts = np.array_split(np.arange(len(ordered)), min(GROUPS, len(ordered)))
    group: NDArray[np.int64] = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return (
        ordered.groupby(group)
        .agg(
            rows=("churned", "size"),
            probability=("churn_probability", "mean"),
            share=("churned", "mean"),
        )
        .reset_index(drop=True)
    )
