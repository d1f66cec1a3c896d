"""What was known of each customer at a cutoff, and whether the customer then churned.

A customer churns when usage stays at zero for all months of the horizon after the cutoff. A
customer without usage in as many months before the cutoff has churned already (`at_risk`).

periods.usage_between says which months count as zero usage, and which as unknown.
"""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ..periods import usage_between
from . import attributes
from .description import FEATURES, describe


def features(
    usage: DataFrame,
    cutoffs: Sequence[date],
    horizon: int,
    known_until: date,
    customers: DataFrame | None = None,
) -> DataFrame:
    """Describe each customer at each cutoff by what was known then; usage is shuffled once.

    Args:
        usage: the usage table.
        cutoffs: the last known months, as first days of months.
        horizon: months without usage that make a customer churn.
        known_until: the table's last month. A label whose horizon goes beyond it is null.
        customers: attributes of the customers, one row for each, or several with a column
            valid_from (see attributes.at_cutoffs).

    Returns:
        One row per customer and cutoff, from the customer's first month on: customer_id; cutoff;
        churned (boolean; null where that is not known); FEATURES, all doubles (see
        `description.describe`; `tenure` counts from sign-up where that is known); and all columns
        of `customers`.
    """
    by_month = F.map_from_entries(F.collect_list(F.struct("month", "usage")))
    known = usage.groupBy("customer_id").agg(
        F.min("month").alias("first_month"), by_month.alias("by_month")
    )

    doubles = ", ".join(f"{name} double" for name in FEATURES)
    # a filter on a deterministic UDF's output is pushed below it, and the UDF runs twice
    describe_udf = F.pandas_udf(describe, doubles).asNondeterministic()  # type: ignore[call-overload]
    described = (
        known.withColumn("cutoff", F.explode(F.array(*map(F.lit, cutoffs))))
        .where("first_month <= cutoff")
        .select(
            "customer_id",
            "cutoff",
            "first_month",
            _stays_at_zero(horizon, known_until).alias("churned"),
            describe_udf(usage_between("by_month", "first_month", "cutoff")).alias("description"),
        )
        .select("customer_id", "cutoff", "first_month", "churned", "description.*")
    )
    if customers is None:
        return described.drop("first_month")
    since = F.coalesce(F.least("signup_month", "first_month"), "first_month")
    tenure = F.floor(F.months_between("cutoff", since)) + 1
    joined = attributes.at_cutoffs(described, customers)
    return joined.withColumn("tenure", tenure.cast("double")).drop("first_month", "signup_month")


def at_risk(horizon: int) -> Column:
    """Return whether a customer has usage in the `horizon` months up to the cutoff."""
    return F.col("recency") < horizon


def _stays_at_zero(horizon: int, known_until: date) -> Column:
    """Return whether usage is zero in all months of the horizon; null if that is unknown."""
    after = usage_between("by_month", F.add_months("cutoff", 1), F.add_months("cutoff", horizon))
    return (
        F.when(F.add_months("cutoff", horizon) > F.lit(known_until), None)
        .when(F.exists(after, lambda usage: usage > 0), False)
        .when(F.forall(after, lambda usage: usage == 0), True)
    )
