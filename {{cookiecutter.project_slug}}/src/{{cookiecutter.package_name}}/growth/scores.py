"""How good forecasts are: sMAPE, MASE and coverage of each customer, computed by Spark."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .history import change_over


def score(forecasts: DataFrame, actual: DataFrame, history: DataFrame, season: int) -> DataFrame:
    """Compare forecasts with what was then used.

    sMAPE is the mean of 200 |y - f| / (|y| + |f|), and 0 where both are 0 (Makridakis and Hibon,
    2000). MASE is the mean absolute error as a multiple of the error that repeating the last
    season makes within the history (Hyndman and Koehler, 2006).

    Args:
        forecasts: the forecasts table.
        actual: usage of the months that were forecast.
        history: usage that the forecasts were made from.
        season: months after which usage repeats itself.

    Returns:
        One row per customer who has a forecast for a month in which usage is known: customer_id;
        months (known in the history); smape; mase (null where the history is shorter than a season
        or always the same); coverage (share of the months that lie within the interval).
    """
    error = F.abs(F.col("usage") - F.col("forecast"))
    size = F.abs("usage") + F.abs("forecast")
    errors = (
        actual.join(forecasts, ["customer_id", "month"])
        .where("usage IS NOT NULL AND forecast IS NOT NULL")
        .groupBy("customer_id")
        .agg(
            F.avg(F.when(size > 0, 200 * error / size).otherwise(0.0)).alias("smape"),
            F.avg(error).alias("error"),
            F.avg(F.col("usage").between(F.col("lower"), F.col("upper")).cast("int")).alias(
                "coverage"
            ),
        )
    )
    scales = (
        history.withColumn("change", change_over(season))
        .groupBy("customer_id")
        .agg(F.count("usage").alias("months"), F.avg(F.abs("change")).alias("scale"))
    )
    return errors.join(scales, "customer_id").select(
        "customer_id",
        "months",
        "smape",
        F.try_divide("error", "scale").alias("mase"),
        "coverage",
    )
