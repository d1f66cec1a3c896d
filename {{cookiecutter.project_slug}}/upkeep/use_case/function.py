"""New use case: state its question, and who uses the answer.

Functions take frames and return frames. Reading, writing and opening Spark belong in the job.
"""

import pandas as pd
from matplotlib.figure import Figure
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def by_month(usage: DataFrame) -> DataFrame:
    """Sum usage by month: an example, to be replaced by the answer to the question.

    Args:
        usage: one row per customer and month: customer_id, month, usage.

    Returns:
        One row per month: month; customers (number with usage above 0); usage (their sum; 0 if all
        usage is null).
    """
    used = F.when(F.col("usage") > 0, F.col("usage"))
    return usage.groupBy("month").agg(
        F.count(used).alias("customers"),
        F.coalesce(F.sum(used), F.lit(0.0)).alias("usage"),
    )


def chart(months: pd.DataFrame) -> Figure:
    """Draw usage over time.

    Args:
        months: result of `by_month`, sorted by month.
    """
    figure = Figure(figsize=(8, 4), layout="constrained")
    panel = figure.subplots()
    panel.plot(months["month"], months["usage"], color="#009E73")
    panel.set_ylim(bottom=0)
    panel.set_title("Usage by month", loc="left", fontweight="bold")
    panel.spines[["top", "right"]].set_visible(False)
    return figure
