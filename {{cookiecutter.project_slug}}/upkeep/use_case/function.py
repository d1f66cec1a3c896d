"""New use case: which question does it answer, and for whom?

Frames go in and a frame comes out. What reads, writes or opens Spark is in the job.
"""

import pandas as pd
from matplotlib.figure import Figure
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def by_month(usage: DataFrame) -> DataFrame:
    """Sum up each month: a start that works, to be replaced by what answers the question.

    Args:
        usage: one row per customer and month: customer_id, month, usage.

    Returns:
        One row per month: month; customers (those who used anything); usage (their sum, 0 where
        nothing was measured).
    """
    used = F.when(F.col("usage") > 0, F.col("usage"))
    return usage.groupBy("month").agg(
        F.count(used).alias("customers"),
        F.coalesce(F.sum(used), F.lit(0.0)).alias("usage"),
    )


def chart(months: pd.DataFrame) -> Figure:
    """Usage over time.

    Args:
        months: what `by_month` returns, in the order of months.
    """
    figure = Figure(figsize=(8, 4), layout="constrained")
    panel = figure.subplots()
    panel.plot(months["month"], months["usage"], color="#2a7f62")
    panel.set_ylim(bottom=0)
    panel.set_title("Usage by month", loc="left", fontweight="bold")
    panel.spines[["top", "right"]].set_visible(False)
    return figure
