"""Drift of features: how far the features of the newest scores are from those in training.

Some features always move, such as the tenure of the customers of a young company. So the distance
of each feature from training is compared with its own mean in earlier vintages.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DataType,
    DoubleType,
    StringType,
    StructField,
    StructType,
)

from ..errors import MissingTableError
from ..monitoring.limits import Check, Limits, Rates, Watched, check
from ..tables import read_vintages
from ..tables.transactions import beside
from ..training.shares import SCHEMA, VALUES, Share
from .monitoring import VINTAGES

SUFFIX = "_feature_shares"
"""Suffix that turns the name of a scores table into that of its table of shares."""

WATCHED = Watched(
    "feature-drift", "largest rise of a feature's PSI against training", 0.1, alarms="above"
)
"""Population stability index of the newest scores' feature, less its mean in earlier vintages."""

SMALLEST = 0.5 / VALUES
"""Share of an empty bin: the logarithm of 0 is not finite, and smaller shares are not known."""

NAMED = 3
"""Features that the check's reason names: those that moved most."""


def table(spark: SparkSession, shares: Sequence[Share], version: str) -> DataFrame:
    """Return a vintage of the table of shares, one row per feature and bin.

    Args:
        spark: the session to make it with.
        shares: of the rows in bins (training.drift).
        version: of the model that scored them.
    """
    # by way of Arrow: a list would be read by a Python worker
    rows = spark.createDataFrame(pd.DataFrame(shares, columns=Share._fields), SCHEMA).coalesce(1)
    return rows.withColumn("model_version", F.lit(version))


def columns(period: DataType) -> StructType:
    """Return what is read of all vintages; `period` is the type of a period."""
    return StructType(
        [
            *(StructField(name, StringType()) for name in ("feature", "bin", "model_version")),
            *(StructField(name, DoubleType()) for name in ("trained", "share")),
            StructField("as_of", period),
        ]
    )


def by_feature(
    spark: SparkSession, scores: str, period: DataType, until: date | None = None
) -> pd.DataFrame:
    """Return how much each feature of each vintage of scores differs from training.

    The population stability index (PSI) is the sum over bins of
    (share now - share in training) ln(share now / share in training); see monitoring.drift.

    Args:
        spark: the session to read with.
        scores: the table of scores.
        period: the type of a period.
        until: the last vintage to read; None reads all.

    Returns:
        As text: as_of, model_version, feature. As doubles: psi; before (its mean in up to VINTAGES
        vintages before, of the same model if it made any) and rise (psi - before), null in the
        first vintage. And the bin that adds most to psi, with its shares `trained` and `now`.
        There are no rows if the models that scored kept no shares of their features, as models of
        earlier versions.

    Raises:
        BadInputError: if the table of shares cannot be read.
    """
    try:
        shares = read_vintages(spark, beside(scores, SUFFIX), columns(period))
    except MissingTableError:
        return pd.DataFrame(columns=["as_of", "model_version", "rise"])
    if until is not None:
        shares = shares.where(F.col("as_of") <= F.lit(str(until)).cast("timestamp_ntz"))
    before, now = (F.greatest(name, F.lit(SMALLEST)) for name in ("trained", "share"))
    adds = (now - before) * F.log(now / before)
    most = F.max_by(F.struct("bin", "trained", F.col("share").alias("now")), adds)
    moved = shares.groupBy("as_of", "model_version", "feature").agg(
        F.sum(adds).alias("psi"), most.alias("most")
    )
    rows = moved.select(F.col("as_of").cast("string"), "model_version", "feature", "psi", "most.*")
    found = rows.orderBy("as_of", "feature").toPandas()
    # a new model was trained on other rows, so that means of an earlier one tell less
    means = _means_before(found, "model_version", "feature").fillna(_means_before(found, "feature"))
    return found.assign(before=means, rise=found["psi"] - means)


def _means_before(found: pd.DataFrame, *keys: str) -> pd.Series:
    """Return the mean PSI of each row's feature in up to VINTAGES vintages before it."""
    return found.groupby([*keys])["psi"].transform(
        lambda psi: psi.shift().rolling(VINTAGES, min_periods=1).mean()
    )


def newest(moved: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Return the features of the newest vintage of scores; those that moved most come first.

    Args:
        moved: see `by_feature`. A vintage that another model has scored since is left out.
        counted: as_of and model_version of all scores.
    """
    last = counted[counted["as_of"] == counted["as_of"].max()].head(1)
    # pandas' astype(str) leaves the time of midnight out, and Spark's text of an hour has it
    pairs = last.assign(as_of=last["as_of"].map(str))[["as_of", "model_version"]]
    found = moved.merge(pairs, on=["as_of", "model_version"])
    return found if found.empty else found.sort_values(["rise", "psi"], ascending=False)


def records(features: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Return rows as records of a report, in which an unknown figure is None."""
    return features.astype(object).where(features.notna(), None).to_dict("records")


def check_features(
    moved: pd.DataFrame, last: pd.DataFrame, rates: Rates, bounds: Limits | None
) -> Check:
    """Check the feature that moved most in the newest vintage of scores.

    Args:
        moved: see `by_feature`.
        last: see `newest`.
        rates: of false alarms.
        bounds: of the file of bounds.
    """
    if last.empty:
        told = "nothing to compare: the model that scored kept no shares of its features"
        return Check(WATCHED, [], f"{WATCHED.what}: {told}")
    largest = moved.groupby("as_of")["rise"].max()
    series = [
        (str(as_of), None if pd.isna(rise) else float(rise)) for as_of, rise in largest.items()
    ]
    found = check(WATCHED, series, rates, bounds)
    named = [_told(row) for row in last.head(NAMED).itertuples()]
    return replace(found, reason=f"{found.reason}; {', '.join(named)}")


def _told(row: Any) -> str:
    """Say how much a feature moved, and where."""
    earlier = "" if pd.isna(row.before) else f", {row.before:.2f} before"
    shares = f"{row.trained:.0%} in training, {row.now:.0%} now"
    return f"{row.feature} {row.psi:.2f}{earlier} ({row.bin}: {shares})"
