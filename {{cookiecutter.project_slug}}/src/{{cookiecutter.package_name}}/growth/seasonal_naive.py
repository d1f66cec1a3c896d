"""The baseline: what was used in the same month a season ago is used again. Done by Spark alone."""

from statistics import NormalDist

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .history import change_over, usage_by_month


def forecast(usage: DataFrame, horizon: int, season: int = 12, level: int = 90) -> DataFrame:
    """Repeat each customer's last season; where a month of it is unknown, its last known usage.

    The interval grows with the seasons ahead, as that of a random walk does (Hyndman and
    Athanasopoulos, Forecasting: principles and practice, 5.5). Less than a season says nothing of
    it: then it is the forecast, give or take all of it.

    See per_customer.forecast for arguments and result.
    """
    known_month = F.when(F.col("usage").isNotNull(), F.col("month"))
    customers = (
        usage.withColumn("change", change_over(season))
        .groupBy("customer_id")
        .agg(
            F.max("month").alias("last_month"),
            F.max_by("usage", known_month).alias("last_usage"),
            F.sqrt(F.avg(F.col("change") ** 2)).alias("deviation"),
            usage_by_month().alias("known"),
        )
    )

    steps = customers.withColumn("step", F.explode(F.sequence(F.lit(1), F.lit(horizon))))
    seasons_ahead = F.ceil(F.col("step") / season)
    month = F.add_months("last_month", F.col("step"))
    season_ago = F.add_months("last_month", F.col("step") - season * seasons_ahead.cast("int"))
    deviations = NormalDist().inv_cdf(0.5 + level / 200)
    forecasts = steps.select(
        "customer_id",
        "step",
        month.alias("month"),
        F.coalesce(F.try_element_at("known", season_ago), "last_usage").alias("forecast"),
        (deviations * F.col("deviation") * F.sqrt(seasons_ahead)).alias("spread"),
    ).where("forecast IS NOT NULL OR step = 1")

    spread = F.coalesce("spread", "forecast")
    unknown = F.col("forecast").isNull()
    return forecasts.select(
        "customer_id",
        "month",
        "forecast",
        F.greatest(F.col("forecast") - spread, F.lit(0.0) * F.col("forecast")).alias("lower"),
        (F.col("forecast") + spread).alias("upper"),
        F.when(~unknown, "seasonal-naive").alias("model"),
        F.when(unknown, "usage is known in no month").alias("error"),
    )
