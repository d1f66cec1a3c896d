"""What was known of each customer at a cutoff, and whether the customer then churned.

A customer churns when usage stays at zero for all periods of the horizon after the cutoff. A
customer without usage in as many periods before the cutoff has churned already (`at_risk`).

periods.usage_between says which periods count as zero usage, and which as unknown.
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ..periods import MONTH, Frequency, usage_between
from . import attributes
from .description import describe, feature_names


def features(
    usage: DataFrame,
    cutoffs: Sequence[date],
    horizon: int,
    known_until: date,
    customers: DataFrame | None = None,
    frequency: Frequency = MONTH,
) -> DataFrame:
    """Describe each customer at each cutoff by what was known then; usage is shuffled once.

    Args:
        usage: the usage table.
        cutoffs: the last known periods, by their first moments.
        horizon: periods without usage that make a customer churn.
        known_until: the table's last period. A label whose horizon goes beyond it is null.
        customers: attributes of the customers, one row for each, or several with a column
            valid_from (see attributes.at_cutoffs).
        frequency: of the usage table.

    Returns:
        One row per customer and cutoff, from the customer's first period on: customer_id; cutoff;
        churned (boolean; null where that is not known); feature_names(frequency), doubles (see
        `description.describe`; `tenure` counts from sign-up where that is known); and all columns
        of `customers`.
    """
    by_period = F.map_from_entries(F.collect_list(F.struct("month", "usage")))
    known = usage.groupBy("customer_id").agg(
        F.min("month").alias("first_period"), by_period.alias("by_period")
    )

    def describe_histories(histories: pd.Series) -> pd.DataFrame:
        return describe(histories, frequency)

    history = usage_between("by_period", "first_period", "cutoff", frequency)
    doubles = ", ".join(f"{name} double" for name in feature_names(frequency))
    # a filter on a deterministic UDF's output is pushed below it, and the UDF runs twice
    describe_udf = F.pandas_udf(describe_histories, doubles).asNondeterministic()  # type: ignore[call-overload]
    described = (
        known.withColumn("cutoff", F.explode(F.array(*map(frequency.literal, cutoffs))))
        .where("first_period <= cutoff")
        .select(
            "customer_id",
            "cutoff",
            "first_period",
            _stays_at_zero(horizon, known_until, frequency).alias("churned"),
            describe_udf(history).alias("description"),
        )
        .select("customer_id", "cutoff", "first_period", "churned", "description.*")
    )
    if customers is None:
        return described.drop("first_period")
    since = F.coalesce(F.least("signup_month", "first_period"), "first_period")
    tenure = frequency.between(since, "cutoff") + 1
    joined = attributes.at_cutoffs(described, customers, frequency)
    return joined.withColumn("tenure", tenure.cast("double")).drop("first_period", "signup_month")


def at_risk(horizon: int) -> Column:
    """Return whether a customer has usage in the `horizon` periods up to the cutoff."""
    return F.col("recency") < horizon


def _stays_at_zero(horizon: int, known_until: date, frequency: Frequency) -> Column:
    """Return whether usage is zero in all periods of the horizon; null if that is unknown."""
    first, last = frequency.add("cutoff", 1), frequency.add("cutoff", horizon)
    after = usage_between("by_period", first, last, frequency)
    return (
        F.when(last > frequency.literal(known_until), None)
        .when(F.exists(after, lambda usage: usage > 0), False)
        .when(F.forall(after, lambda usage: usage == 0), True)
    )
