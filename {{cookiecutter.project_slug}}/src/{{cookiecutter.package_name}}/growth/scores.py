"""Errors, coverage and quantile loss of forecasts per customer, computed by Spark."""

from collections.abc import Sequence
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ..periods import MONTH, Frequency
from .forecasts import quantile_column
from .history import change_over


class TotalScore(NamedTuple):
    """Errors of the total in the periods of a fold: inside counts those within the interval."""

    periods: int
    inside: int
    usage: float
    absolute_error: float


def score_total(totals: DataFrame, forecasts: DataFrame, actual: DataFrame) -> TotalScore:
    """Compare the total with what the customers who were forecast used together.

    Args:
        totals: see totals.totals.
        forecasts: the forecasts table that it sums up.
        actual: usage of the months that were forecast.
    """
    customers = forecasts.where("forecast IS NOT NULL").select("customer_id").distinct()
    used = (
        actual.join(customers, "customer_id", "left_semi")
        .groupBy(F.col("month").alias("period"))
        .agg(F.sum("usage").alias("usage"))
        .where("usage IS NOT NULL")
    )
    inside = F.col("usage").between(F.col("lower"), F.col("upper"))
    [found] = (
        totals.where("is_total")
        .join(used, "period")
        .agg(
            F.count("*"),
            F.count_if(inside),
            F.coalesce(F.sum("usage"), F.lit(0.0)),
            F.coalesce(F.sum(F.abs(F.col("forecast") - F.col("usage"))), F.lit(0.0)),
        )
        .collect()
    )
    return TotalScore(*found)


def score(
    forecasts: DataFrame,
    actual: DataFrame,
    history: DataFrame,
    season: int,
    quantiles: Sequence[float] = (),
    frequency: Frequency = MONTH,
) -> DataFrame:
    """Compare forecasts with actual usage, customer by customer; `summary` sums up.

    sMAPE is the mean of 200 |y - f| / (|y| + |f|), and 0 where both are 0 (Makridakis and Hibon,
    2000). MASE is the mean absolute error as a multiple of the error that repeating the last
    season makes within the history (Hyndman and Koehler, 2006), RMSSE the same of squared errors,
    under a root (Makridakis et al., 2022).

    Args:
        forecasts: the forecasts table.
        actual: usage of the months that were forecast.
        history: usage that the forecasts were made from; no rows are missing (history.filled).
        season: periods after which usage repeats itself.
        quantiles: probabilities whose columns the forecasts have.
        frequency: of the periods.

    Returns:
        One row per customer who has a forecast for a month in which usage is known: customer_id;
        months (known in the history); smape; mase and rmsse (null where the history is shorter
        than a season or always the same); coverage (share of the months that lie within the
        interval); coverage_without_zero_width (of the months whose interval has a width, null
        where none has); and sums over the months: usage; error (forecast minus usage);
        absolute_error; and quantile_loss (mean over the quantiles of twice the pinball loss; null
        without quantiles).
    """
    error = F.col("forecast") - F.col("usage")
    size = F.abs("usage") + F.abs("forecast")
    inside = F.col("usage").between(F.col("lower"), F.col("upper")).cast("int")
    errors = (
        actual.join(forecasts, ["customer_id", "month"])
        .where("usage IS NOT NULL AND forecast IS NOT NULL")
        .groupBy("customer_id")
        .agg(
            F.avg(F.when(size > 0, 200 * F.abs(error) / size).otherwise(0.0)).alias("smape"),
            F.avg(F.abs(error)).alias("mean_absolute"),
            F.avg(error**2).alias("mean_square"),
            F.avg(inside).alias("coverage"),
            F.avg(F.when(F.col("upper") > F.col("lower"), inside)).alias(
                "coverage_without_zero_width"
            ),
            F.sum("usage").alias("usage"),
            F.sum(error).alias("error"),
            F.sum(F.abs(error)).alias("absolute_error"),
            F.sum(_quantile_loss(quantiles)).alias("quantile_loss"),
        )
    )
    scales = (
        history.withColumn("change", change_over(season, frequency))
        .groupBy("customer_id")
        .agg(
            F.count("usage").alias("months"),
            F.avg(F.abs("change")).alias("scale"),
            F.avg(F.col("change") ** 2).alias("square_scale"),
        )
    )
    return errors.join(scales, "customer_id").select(
        "customer_id",
        "months",
        "smape",
        F.try_divide("mean_absolute", "scale").alias("mase"),
        F.sqrt(F.try_divide("mean_square", "square_scale")).alias("rmsse"),
        *("coverage", "coverage_without_zero_width"),
        *("usage", "error", "absolute_error", "quantile_loss"),
    )


def summary() -> list[Column]:
    """Aggregate the scores of customers.

    WAPE, bias and WQL (weighted quantile loss) are sums over all customers and months, as shares
    of what was used; the other measures are means over customers.
    """

    def share(total: str) -> Column:
        return F.try_divide(F.sum(total), F.sum("usage"))

    return [
        share("absolute_error").alias("wape"),
        share("error").alias("bias"),
        *(F.avg(measure).alias(measure) for measure in ("mase", "rmsse", "smape")),
        share("quantile_loss").alias("wql"),
        *(F.avg(name).alias(name) for name in ("coverage", "coverage_without_zero_width")),
        F.count_distinct("customer_id").alias("customers"),
    ]


def _quantile_loss(quantiles: Sequence[float]) -> Column:
    """Twice the pinball loss, as the mean over the quantiles; the absolute error is that of 0.5."""
    if not quantiles:
        return F.lit(None).cast("double")
    losses = [
        2 * F.greatest(probability * above, (probability - 1) * above)
        for probability in quantiles
        for above in [F.col("usage") - F.col(quantile_column(probability))]
    ]
    return sum(losses[1:], losses[0]) / len(losses)
