"""The seasonal naive baseline: repeat the usage of the same period one season ago, in Spark."""

from collections.abc import Sequence
from statistics import NormalDist

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ..periods import MONTH, Frequency
from .forecasts import UNKNOWN, quantile_column
from .history import change_over, filled, usage_by_month


def forecast(
    usage: DataFrame,
    horizon: int,
    season: int = 12,
    level: int = 90,
    quantiles: Sequence[float] = (),
    frequency: Frequency = MONTH,
) -> DataFrame:
    """Repeat each customer's last season; where a period of it is unknown, its last known usage.

    The interval grows with the seasons ahead, as that of a random walk does (Hyndman and
    Athanasopoulos, Forecasting: principles and practice, 5.5). A history shorter than a season
    says nothing of that growth: then the interval goes from zero to twice the forecast.

    See per_customer.forecast for arguments and result.
    """
    known_month = F.when(F.col("usage").isNotNull(), F.col("month"))
    customers = (
        filled(usage, frequency)
        .withColumn("change", change_over(season, frequency))
        .groupBy("customer_id")
        .agg(
            F.max("month").alias("last_month"),
            F.max_by("usage", known_month).alias("last_usage"),
            F.sqrt(F.avg(F.col("change") ** 2)).alias("deviation"),
            usage_by_month().alias("known"),
            F.bool_or("stale").alias("stale"),
        )
    )

    steps = customers.withColumn("step", F.explode(F.sequence(F.lit(1), F.lit(horizon))))
    seasons_ahead = F.ceil(F.col("step") / season)
    month = frequency.add("last_month", "step")
    season_ago = frequency.add("last_month", F.col("step") - season * seasons_ahead.cast("int"))
    forecasts = steps.select(
        "customer_id",
        "step",
        month.alias("month"),
        F.coalesce(F.try_element_at("known", season_ago), "last_usage").alias("forecast"),
        (F.col("deviation") * F.sqrt(seasons_ahead)).alias("deviation"),
        "stale",
    ).where("forecast IS NOT NULL OR step = 1")

    is_unknown = F.col("forecast").isNull()
    return forecasts.select(
        "customer_id",
        "month",
        "forecast",
        _bound(0.5 - level / 200, level).alias("lower"),
        _bound(0.5 + level / 200, level).alias("upper"),
        *(_bound(quantile, level).alias(quantile_column(quantile)) for quantile in quantiles),
        F.when(~is_unknown, "seasonal-naive").alias("model"),
        F.when(is_unknown, UNKNOWN).alias("error"),
        "stale",
    )


def _bound(probability: float, level: int) -> Column:
    """The quantile of a normal distribution around the forecast, not under zero."""
    deviations = NormalDist().inv_cdf(probability)
    share = deviations / NormalDist().inv_cdf(0.5 + level / 200)
    spread = F.coalesce(deviations * F.col("deviation"), share * F.col("forecast"))
    return F.greatest(F.col("forecast") + spread, F.lit(0.0) * F.col("forecast"))
