"""What is known of each customer up to a month: its series, and the months before a month."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ..periods import month_index_column

TASKS_PER_PARTITION = 8
"""More tasks than Spark would make: it counts bytes, but the time goes into the models."""


def histories(usage: DataFrame) -> DataFrame:
    """Gather each customer's months into one row; the table is shuffled once.

    Returns:
        One row per customer: customer_id; last_month (date); usage (array of doubles, one for each
        month from the first to the last, null where usage is not known).
    """
    partitions = int(usage.sparkSession.conf.get("spark.sql.shuffle.partitions") or 1)
    gathered = (
        usage.repartition(TASKS_PER_PARTITION * partitions, "customer_id")
        .groupBy("customer_id")
        .agg(
            F.min("month").alias("first_month"),
            F.max("month").alias("last_month"),
            usage_by_month().alias("known"),
        )
    )
    months = F.sequence("first_month", "last_month", F.expr("INTERVAL 1 MONTH"))
    series = F.transform(months, lambda month: F.try_element_at("known", month))
    return gathered.select("customer_id", "last_month", series.alias("usage"))


def usage_by_month() -> Column:
    """A customer's usage as a map from month, to be aggregated over the customer's rows."""
    return F.map_from_entries(F.collect_list(F.struct("month", "usage")))


def change_over(season: int) -> Column:
    """By how much usage differs from that of the same month one season before; null if unknown."""
    months = Window.partitionBy("customer_id").orderBy(month_index_column("month"))
    return F.col("usage") - F.max("usage").over(months.rangeBetween(-season, -season))


def months_before_last() -> Column:
    """How many months a row lies before its customer's last one: 0, 1, 2 and so on."""
    last = F.max(month_index_column("month")).over(Window.partitionBy("customer_id"))
    return last - month_index_column("month")
