"""How good predictions of churn are: who ranks highest, and whether chances come true."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..errors import BadInputError
from ..sampling import collect_sample

ROWS = 100_000
"""About the most rows to measure on, which the driver holds."""

GROUPS = 10
"""Into how many groups of equal size rows are put by their chance."""


@dataclass(frozen=True)
class Scores:
    """What predictions are worth.

    roc_auc: the chance that who churned ranks above who did not (Hanley and McNeil, 1982).
    pr_auc: average precision: the share of churners among those ranked highest, over all ranks.
    brier: the mean squared difference between chance and outcome (Brier, 1950).
    ece: expected calibration error: the mean difference between chance and share of churners, in
        groups of equal size.
    lift_at_10: how many times more churners are among the tenth ranked highest than among all.
    rows: measured on.
    churned: the share of churners.
    """

    roc_auc: float
    pr_auc: float
    brier: float
    ece: float
    lift_at_10: float
    rows: int
    churned: float


def collect(predicted: DataFrame, keys: list[str]) -> pd.DataFrame:
    """Bring outcomes and chances to the driver: all of them up to ROWS, else a sample.

    Returns:
        churned (0 or 1) and churn_probability, in an order that depends on the keys alone.
    """
    known = predicted.where("churned IS NOT NULL")
    outcomes = known.select(*keys, F.col("churned").cast("int"), "churn_probability")
    return collect_sample(outcomes, keys, ROWS, "scores")


def measure(predicted: pd.DataFrame) -> Scores:
    """Measure predictions, given as churned and churn_probability.

    Raises:
        BadInputError: when all rows have the same outcome.
    """
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

    churned = predicted["churned"].to_numpy()
    chance = predicted["churn_probability"].to_numpy()
    if len(set(churned)) < 2:
        raise BadInputError(
            f"features: {churned.sum()} of {len(churned)} rows to measure on have churned; there "
            "must be some of both. Take more data, or another horizon or label."
        )
    groups = calibration(predicted)
    lift = by_decile(predicted)["lift"]
    return Scores(
        roc_auc=float(roc_auc_score(churned, chance)),
        pr_auc=float(average_precision_score(churned, chance)),
        brier=float(brier_score_loss(churned, chance)),
        ece=float(np.average(np.abs(groups["chance"] - groups["share"]), weights=groups["rows"])),
        lift_at_10=float(lift.iloc[0]),
        rows=len(predicted),
        churned=float(churned.mean()),
    )


def calibration(predicted: pd.DataFrame) -> pd.DataFrame:
    """Put rows into groups of equal size by their chance.

    Returns:
        One row per group, the lowest chance first: rows; chance (mean); share (of churners).
    """
    return _grouped(predicted)[["rows", "chance", "share"]].iloc[::-1].reset_index(drop=True)


def by_decile(predicted: pd.DataFrame) -> pd.DataFrame:
    """How many times more churners are in each tenth than among all, the likeliest first.

    Rows of the same chance share their churners, in whatever group they lie.
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
            chance=("churn_probability", "mean"),
            share=("churned", "mean"),
        )
        .reset_index(drop=True)
    )
