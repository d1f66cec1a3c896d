"""Customers whose truth is known: growth, season and churn hazard. Any number, made by Spark.

Every random number is a hash of the seed, of what it is for, and of its customer and month. So
the tables depend on the seed alone: not on partitions, on the cluster or on the order of rows.
"""

import math
from datetime import date

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

LAST_MONTH = date(2025, 12, 1)
PLANS = ("basic", "standard", "premium")
NOISE = 0.10
"""Standard deviation of a month's noise, on the logarithm of usage."""


def population(spark: SparkSession, count: int, months: int, seed: int) -> DataFrame:
    """Draw customers with their true parameters.

    Half of them are there from the first month on; the others sign up evenly over all `months`,
    the last of which is LAST_MONTH.

    Returns:
        One row per customer: customer_id; signup_month; plan; level (usage at sign-up); growth
        (per month, of the logarithm of usage); season (amplitude, as a share of usage); peak
        (month of the year, 1 to 12); hazard (chance to churn in any month); churn_month (first
        month without usage, which may lie after LAST_MONTH).
    """
    customer = spark.range(count).select(F.format_string("C%08d", "id").alias("customer_id"))

    months_late = F.floor(months * F.greatest(2 * _uniform(seed, "signup") - 1, F.lit(0)))
    signup_month = F.add_months(F.lit(LAST_MONTH), (months_late - months + 1).cast("int"))
    rank = F.floor(len(PLANS) * _uniform(seed, "plan")).cast("int")
    drawn = customer.select(
        "customer_id",
        signup_month.alias("signup_month"),
        rank.alias("rank"),
        (50 * F.pow(F.lit(4), rank) * F.exp(0.8 * _normal(seed, "level"))).alias("level"),
        (0.015 * _normal(seed, "growth")).alias("growth"),
        (0.4 * _uniform(seed, "season")).alias("season"),
        (1 + F.floor(12 * _uniform(seed, "peak"))).cast("int").alias("peak"),
    )

    # a higher plan and growing usage keep a customer
    log_odds = -3.2 - 0.7 * F.col("rank") - 60 * F.col("growth")
    with_hazard = drawn.withColumn("hazard", 1 / (1 + F.exp(-log_odds)))

    # months until an event that has the same chance in each of them, by inversion
    months_stayed = 1 + F.floor(F.log(_uniform(seed, "churn")) / F.log1p(-F.col("hazard")))
    churn_month = F.add_months("signup_month", F.least(months_stayed, F.lit(12_000)).cast("int"))
    plan = F.element_at(F.array(*map(F.lit, PLANS)), F.col("rank") + 1)
    return with_hazard.select(
        "customer_id",
        "signup_month",
        plan.alias("plan"),
        *("level", "growth", "season", "peak", "hazard"),
        churn_month.alias("churn_month"),
    )


def customers(population: DataFrame) -> DataFrame:
    """What a company knows of its customers: customer_id, signup_month, plan."""
    return population.select("customer_id", "signup_month", "plan")


def usage(population: DataFrame, seed: int) -> DataFrame:
    """The months that the customers lived through.

    Returns:
        One row per customer and month, from sign-up to LAST_MONTH: customer_id, month, usage.
        Usage is 0 from the churn month on.
    """
    every_month = F.sequence("signup_month", F.lit(LAST_MONTH), F.expr("INTERVAL 1 MONTH"))
    age = F.months_between("month", "signup_month")
    season = 1 + F.col("season") * F.cos((F.month("month") - F.col("peak")) * (2 * math.pi / 12))
    noise = F.exp(NOISE * _normal(seed, "noise", "month"))
    active = F.col("level") * F.exp(F.col("growth") * age) * season * noise
    return population.withColumn("month", F.explode(every_month)).select(
        "customer_id",
        "month",
        F.when(F.col("month") < F.col("churn_month"), active).otherwise(0.0).alias("usage"),
    )


def _uniform(seed: int, purpose: str, *columns: str) -> Column:
    """A number evenly between 0 and 1, both excluded; another for each customer (and column)."""
    bits = F.xxhash64(F.lit(f"{seed} {purpose}"), "customer_id", *columns)
    return (F.shiftrightunsigned(bits, 11) + 0.5) * 2.0**-53


def _normal(seed: int, purpose: str, *columns: str) -> Column:
    """A standard normal number, by the Box-Muller transform of two even ones."""
    radius = F.sqrt(-2 * F.log(_uniform(seed, f"{purpose} radius", *columns)))
    angle = 2 * math.pi * _uniform(seed, f"{purpose} angle", *columns)
    return radius * F.cos(angle)
