"""Sum events by customer and period, and fill the periods without events with zeros."""

from datetime import datetime

from pyspark.sql import DataFrame, Observation, Window
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, TimestampType

from ..periods import FREQUENCIES
from ..tables import USAGE
from .survey import period_of

RETURNS = ("net", "drop")

PERIOD = USAGE.key[1]
"""The column of the period in a usage table."""

EVENTS_OF_TASK = 1_000_000
"""Events whose sums fit into the memory of a task, even if each is the only one of a period."""

ROUNDING = 1e-9
"""Share of the positive amounts of a period below which their net is rounding, and counts as 0."""


def tasks_for(events: int) -> int:
    """Return the number of tasks for so many events."""
    return max(1, round(events / EVENTS_OF_TASK))


def usage_by_period(
    events: DataFrame,
    frequency: str,
    last: datetime,
    returns: str = "net",
    observed: Observation | None = None,
    tasks: int = 1,
) -> DataFrame:
    """Return the usage table of events: a row per customer and period, without gaps.

    Each customer has a row for every period from its first event to the last period of the table:
    the sum of its amounts, or 0. One shuffle brings the events of a customer together; the sum and
    the gaps are computed from its result.

    Args:
        events: `customer_id`; `time`, a timestamp without a zone; `amount`.
        frequency: hour, day, week, month, quarter or year.
        last: start of the last period; no event is later than this period.
        returns: what happens with negative amounts. `net`: they are subtracted within their
            period, whose usage is at least 0. `drop`: they are left out.
        observed: receives `negative`, the number of customer-periods whose net is below 0, and
            `clipped`, the sum of these, when the table is computed.
        tasks: number of tasks after the shuffle (see `tasks_for`).

    Returns:
        `customer_id`, PERIOD (a date, or a timestamp for hours) and `usage`.
    """
    amount = F.col("amount")
    if returns == "drop":
        events = events.where(amount >= 0)
    positive = F.sum(F.when(amount > 0, amount).otherwise(0.0))
    negative = F.sum(F.when(amount < 0, amount).otherwise(0.0))
    sums = (
        events.select("customer_id", period_of(F.col("time"), frequency).alias("period"), amount)
        .repartition(tasks, "customer_id")
        .groupBy("customer_id", "period")
        .agg(positive.alias("positive"), negative.alias("negative"))
    )
    net = F.col("positive") + F.col("negative")
    is_positive = net > ROUNDING * F.col("positive")
    sums = sums.select(
        "customer_id",
        "period",
        F.when(is_positive, net).otherwise(0.0).alias("usage"),
        net.alias("net"),
    )
    if observed:
        is_negative = F.col("net") < 0
        sums = sums.observe(
            observed,
            F.count_if(is_negative).alias("negative"),
            F.sum(F.when(is_negative, F.col("net"))).alias("clipped"),
        )
    return _filled(sums, frequency, last)


def _filled(sums: DataFrame, frequency: str, last: datetime) -> DataFrame:
    """Add rows with usage 0 between the periods of each customer, and up to the last one.

    Args:
        sums: `customer_id`, `period` and `usage`, with all rows of a customer in one partition.
        frequency: of the periods.
        last: start of the last period.
    """
    of_customer = Window.partitionBy("customer_id").orderBy("period")
    one = F.expr(FREQUENCIES[frequency].step)
    next_one = F.lead("period").over(of_customer)
    sums = sums.select("customer_id", "period", "usage", next_one.alias("next"))
    until = F.coalesce(F.col("next") - one, F.lit(str(last)).cast("timestamp_ntz"))
    each = F.explode(F.sequence("period", until, one)).alias("each")
    usage = F.when(F.col("each") == F.col("period"), F.col("usage")).otherwise(0.0)
    rows = sums.select("customer_id", "period", "usage", each)
    kind: DataType = TimestampType() if frequency == "hour" else DateType()
    period = F.col("each").cast(kind).alias(PERIOD)
    return rows.select("customer_id", period, usage.alias("usage"))
