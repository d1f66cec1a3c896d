"""What is known of each customer up to the table's last period, and how to move that period.

Which periods count as zero and which as unknown is stated once, in periods.usage_between.
"""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ..periods import MONTH, STALE_AFTER, Frequency, last_month, usage_between

TASKS_PER_PARTITION = 8
"""Spark sizes tasks by bytes; model fitting is CPU-bound, so make more, smaller tasks."""

PARTITIONS_IF_AUTO = 32
"""Shuffle partitions to plan for where the platform chooses their number."""


def histories(usage: DataFrame, frequency: Frequency = MONTH) -> DataFrame:
    """Gather each customer's periods into one row; the table is shuffled once.

    Returns:
        One row per customer: customer_id; last_month (start of the table's last period, for
        everybody); stale (boolean: no row in the table's last STALE_AFTER months); usage (array of
        doubles, one for each period from the customer's first row to last_month: zero where there
        is no row, null where usage is unknown).
    """
    last = frequency.literal(last_month(usage))
    stale_after = STALE_AFTER * frequency.month
    gathered = (
        usage.repartition(small_tasks(usage), "customer_id")
        .groupBy("customer_id")
        .agg(
            F.min("month").alias("first_month"),
            F.max("month").alias("last_row"),
            usage_by_month().alias("known"),
        )
    )
    return gathered.select(
        "customer_id",
        last.alias("last_month"),
        (frequency.add("last_row", stale_after) <= last).alias("stale"),
        usage_between("known", "first_month", last, frequency).alias("usage"),
    )


def filled(usage: DataFrame, frequency: Frequency = MONTH) -> DataFrame:
    """Write the missing rows of a usage table out, as zeros, up to the table's last period.

    Returns:
        customer_id; month; usage; stale (see histories).
    """
    months = F.posexplode("usage").alias("at", "usage")
    return (
        histories(usage, frequency)
        .select("customer_id", "last_month", "stale", F.size("usage").alias("months"), months)
        .select(
            "customer_id",
            frequency.add("last_month", F.col("at") + 1 - F.col("months")).alias("month"),
            "usage",
            "stale",
        )
    )


def align_ends(usage: DataFrame, frequency: Frequency = MONTH) -> tuple[DataFrame, DataFrame]:
    """Move each customer's periods so that its last row falls on the table's last period.

    For tables of series that end at different times, such as those of forecasting competitions:
    each is then forecast from its own end.

    Returns:
        The usage table, and one row per customer: customer_id; moved (periods, 0 or more).
    """
    last = last_month(usage)
    to_last = F.lit(frequency.index(last) if last else 0) - F.max(frequency.index_column("month"))
    moves = usage.groupBy("customer_id").agg(to_last.alias("moved"))
    moved = usage.join(moves, "customer_id").withColumn("month", frequency.add("month", "moved"))
    return moved.select(usage.columns), moves


def from_own_ends(
    forecast: Callable[..., DataFrame], frequency: Frequency = MONTH
) -> Callable[..., DataFrame]:
    """Make a method forecast each customer after its own last row; see align_ends."""

    def forecast_after_own_end(usage: DataFrame, *settings: object, **named: object) -> DataFrame:
        aligned, moves = align_ends(usage, frequency)
        forecasts = forecast(aligned, *settings, **named)
        moved_back = frequency.add("month", -F.col("moved"))
        return (
            forecasts.join(moves, "customer_id")
            .withColumn("month", moved_back)
            .select(forecasts.columns)
        )

    return forecast_after_own_end


def usage_by_month() -> Column:
    """A customer's usage as a map from period, to be aggregated over the customer's rows."""
    return F.map_from_entries(F.collect_list(F.struct("month", "usage")))


def change_over(season: int, frequency: Frequency = MONTH) -> Column:
    """By how much usage differs from that of the same period one season before; null if unknown."""
    periods = Window.partitionBy("customer_id").orderBy(frequency.index_column("month"))
    return F.col("usage") - F.max("usage").over(periods.rangeBetween(-season, -season))


def small_tasks(usage: DataFrame) -> int:
    """Return a number of tasks for a shuffle: more than the session's, which may be `auto`."""
    setting = str(usage.sparkSession.conf.get("spark.sql.shuffle.partitions"))
    return TASKS_PER_PARTITION * (int(setting) if setting.isdecimal() else PARTITIONS_IF_AUTO)
