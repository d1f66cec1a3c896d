"""Quality of scores by model version and cutoff, once their horizon has passed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DataType,
    DoubleType,
    IntegerType,
    StringType,
    StructField,
    StructType,
)

from ..monitoring.limits import Check, Limits, Rates, Watched, check
from ..periods import MONTH, Frequency
from .uncertainty import NORMAL, auc_interval, share_interval

WATCHED = (
    Watched("roc-auc", "area under the ROC curve", 0.02, alarms="below"),
    Watched("brier", "mean squared error of probabilities", 0.1, is_log=True, alarms="above"),
    Watched("calibration", "expected churners / those who churned", 0.2, True),
    Watched("lift", "lift of the tenth with the highest scores", 0.2, True, "below"),
)
"""Figures of scores whose horizon has passed."""

DRIFT = Watched("score-drift", "PSI of scores, against the vintages before", 0.1, alarms="above")
"""Population stability index of the newest scores, which need no outcome."""

BINS_PER_ODDS = 50
"""Bins of the logarithm of odds: a bin's odds differ by 2 % from the next one's."""

EXTREME = 1e-6
"""Probabilities are at least so far from 0 and 1 in a bin."""

VINTAGES, GROUPS = 12, 10
SMALLEST = 1e-4
"""Share of an empty tenth: the logarithm of 0 is not finite."""

LEAST_OF_OUTCOME = 10
"""Churners, and customers who stay, that figures need."""


def columns(period: DataType) -> StructType:
    """Return what is read of the scores of all vintages.

    Args:
        period: the type of a period: a date, or a timestamp for hours.
    """
    return StructType(
        [
            StructField("customer_id", StringType()),
            StructField("churn_probability", DoubleType()),
            StructField("model_version", StringType()),
            StructField("cutoff", period),
            StructField("horizon", IntegerType()),
            StructField("as_of", period),
        ]
    )


def ends(
    pairs: Sequence[tuple[date, int]], first: date, last: date, frequency: Frequency = MONTH
) -> dict[tuple[date, int], date]:
    """Return when horizons end, for those that have passed.

    Args:
        pairs: cutoffs and horizons, in periods.
        first: the usage table's first period. The table must have the whole horizon up to a
            cutoff: of a customer whose last use was before its first period, it has no row.
        last: the usage table's last period.
        frequency: of the periods.
    """
    found = {(cutoff, horizon): frequency.before(cutoff, -horizon) for cutoff, horizon in pairs}
    return {
        (cutoff, horizon): end
        for (cutoff, horizon), end in found.items()
        if first <= frequency.before(cutoff, horizon - 1) and end <= last
    }


def with_outcomes(
    scores: DataFrame,
    usage: DataFrame,
    passed: Mapping[tuple[date, int], date],
    frequency: Frequency = MONTH,
) -> DataFrame:
    """Return the scores of customers who could churn, with `churned`, once that is known.

    A customer churns if usage is zero in the whole horizon (churn.features): a missing row is zero,
    and a null is unknown. Customers who had churned before the cutoff, whose probability is 1, are
    left out.

    Args:
        scores: rows of `columns`.
        usage: one row per customer and period.
        passed: see `ends`.
        frequency: of the periods.
    """
    ends_of = [
        F.when(
            (F.col("cutoff") == frequency.literal(cutoff)) & (F.col("horizon") == horizon),
            frequency.literal(end),
        )
        for (cutoff, horizon), end in passed.items()
    ]
    # hourly scores have hundreds of ends: nested conditions would exceed Spark's stack
    until = F.coalesce(*ends_of, frequency.literal(None))
    known = usage.groupBy("customer_id").agg(
        F.collect_list(F.when(F.col("usage") > 0, F.col("period"))).alias("used"),
        F.collect_list(F.when(F.col("usage").isNull(), F.col("period"))).alias("unknown"),
    )

    def is_after(period: Column) -> Column:
        return (period > F.col("cutoff")) & (period <= F.col("until"))

    outcome = F.when(F.exists("used", is_after), 0.0).when(~F.exists("unknown", is_after), 1.0)
    judged = scores.where("churn_probability < 1").withColumn("until", until)
    return (
        judged.where("until IS NOT NULL")
        .join(known, "customer_id")
        .withColumn("churned", outcome)
        .where("churned IS NOT NULL")
    )


def histogram(outcomes: DataFrame) -> DataFrame:
    """Count scores with outcomes in bins of their odds, by cutoff and model version.

    Returns:
        One row per cutoff, model version and bin, of which there are at most 1,400: rows; churned;
        probability (sum); squares and fourths (sums of those powers of the error).
    """
    error = F.col("churn_probability") - F.col("churned")
    return outcomes.groupBy("cutoff", "model_version", bin_of_odds().alias("bin")).agg(
        F.count("*").alias("rows"),
        F.sum("churned").alias("churned"),
        F.sum("churn_probability").alias("probability"),
        F.sum(error**2).alias("squares"),
        F.sum(error**4).alias("fourths"),
    )


def bin_of_odds() -> Column:
    """Return the bin of a row's churn_probability; a higher probability has a higher bin."""
    near = F.greatest(F.least(F.col("churn_probability"), F.lit(1 - EXTREME)), F.lit(EXTREME))
    return F.floor(BINS_PER_ODDS * F.log(near / (1 - near)))


def quality(bins: pd.DataFrame) -> dict[str, Any]:
    """Return the figures of the scores of a cutoff and model version, with their 95 % intervals.

    Args:
        bins: rows of `histogram`. Scores of the same bin count as equal, so a ranking within a bin
            counts for nothing.

    Returns:
        customers; churned (share); roc_auc; brier; calibration (expected churners divided by those
        who churned); ece (mean difference of probability and share, over ten groups of equal size);
        lift (share of churners in the tenth with the highest scores, divided by that among all);
        and `_low` and `_high` of roc_auc, brier and lift. None where too few of an outcome are
        known (LEAST_OF_OUTCOME).
    """
    ordered = bins.sort_values("bin", ascending=False)
    rows, churned, probability = (
        ordered[name].to_numpy(float) for name in ("rows", "churned", "probability")
    )
    count, gone = rows.sum(), churned.sum()
    brier = ordered["squares"].sum() / count
    deviation = np.sqrt(max(ordered["fourths"].sum() / count - brier**2, 0) / count)
    found: dict[str, Any] = {"customers": int(count), "churned": float(gone / count)}
    names = ("roc_auc", "brier", "calibration", "ece", "lift")
    if min(gone, count - gone) < LEAST_OF_OUTCOME:
        return found | dict.fromkeys(names)
    stayed = rows - churned
    above = np.cumsum(churned) - churned / 2
    auc = float((above * stayed).sum() / (gone * stayed.sum()))
    low, high = auc_interval(auc, int(gone), int(count - gone))
    edges = np.linspace(0, count, GROUPS + 1)
    inside = [
        np.diff(np.interp(edges, np.r_[0, rows.cumsum()], np.r_[0, values.cumsum()]))
        for values in (churned, probability)
    ]
    lift = inside[0][0] / (count / GROUPS) / (gone / count)
    bounds = share_interval(inside[0][0], count / GROUPS)
    return found | {
        "roc_auc": auc,
        "roc_auc_low": low,
        "roc_auc_high": high,
        "brier": float(brier),
        "brier_low": float(brier - NORMAL * deviation),
        "brier_high": float(brier + NORMAL * deviation),
        "calibration": float(probability.sum() / gone),
        "ece": float(np.abs(inside[0] - inside[1]).sum() / count),
        "lift": float(lift),
        "lift_low": float(bounds[0] / (gone / count)),
        "lift_high": float(bounds[1] / (gone / count)),
    }


def by(bins: pd.DataFrame, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return the quality of scores, grouped by cutoff, model_version or both, as records."""
    if bins.empty:
        return []
    sums = bins.groupby([*keys, "bin"]).sum(numeric_only=True).reset_index()
    return [
        {**dict(zip(keys, map(str, values), strict=True)), **quality(rows)}
        for values, rows in sums.groupby(list(keys))
    ]


def drift(counted: pd.DataFrame) -> list[tuple[str, float]]:
    """Return the population stability index (PSI) of each vintage's scores.

    It is the sum over tenths of (share now - share before) ln(share now / share before); 0.1 is a
    small change, and 0.25 a large one, by custom (Siddiqi, 2006).

    Args:
        counted: as_of; bin; rows.

    Returns:
        (vintage, PSI against all scores of up to VINTAGES before it).
    """
    if counted.empty:
        return []
    table = counted.pivot_table(index="as_of", columns="bin", values="rows", fill_value=0)
    values = table.sort_index().to_numpy(float)
    found = []
    for place in range(1, len(values)):
        before, now = values[max(0, place - VINTAGES) : place].sum(axis=0), values[place]
        tenths = np.minimum(GROUPS * (before.cumsum() - before / 2) / before.sum(), GROUPS - 1)
        one, other = (
            np.maximum(np.bincount(tenths.astype(int), counts, GROUPS) / counts.sum(), SMALLEST)
            for counts in (before, now)
        )
        psi = ((other - one) * np.log(other / one)).sum()
        found.append((str(sorted(table.index)[place]), float(psi)))
    return found


def checks(
    by_cutoff: Sequence[Mapping[str, Any]],
    drifts: Sequence[tuple[str, float]],
    rates: Rates,
    bounds: Mapping[str, Limits],
) -> list[Check]:
    """Check the newest scores whose horizon has passed, and the newest scores at all.

    Args:
        by_cutoff: see `by`.
        drifts: see `drift`.
        rates: of false alarms.
        bounds: of the file of bounds.
    """
    made = []
    for watched in WATCHED:
        field = watched.name.replace("-", "_")
        series = [(row["cutoff"], row[field]) for row in by_cutoff]
        made.append(check(watched, series, rates, bounds.get(watched.name)))
    return [*made, check(DRIFT, drifts, rates, bounds.get(DRIFT.name))]
