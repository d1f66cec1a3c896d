"""The forecasts table: how a method's fits become one, and what can be read from it."""

from collections.abc import Callable

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DateType, DoubleType, StringType, StructField, StructType

from .history import histories

FORECASTS = StructType(
    [
        StructField("customer_id", StringType()),
        StructField("month", DateType()),
        StructField("forecast", DoubleType()),
        StructField("lower", DoubleType()),
        StructField("upper", DoubleType()),
        StructField("model", StringType()),
        StructField("error", StringType()),
    ]
)
"""One row per customer and month of the horizon, which starts after the customer's last month.

forecast, lower and upper are in units of usage and never negative. A customer who cannot be
forecast has one row, for the first month, with nulls and the reason in `error`.
"""

FITS = """
    forecast array<double>, lower array<double>, upper array<double>, model string, error string
"""
"""One row per customer: arrays with an element for each month of the horizon."""

UNKNOWN = ([None], [None], [None], None, "usage is known in no month")
"""The fit of a customer of whom nothing is known."""

FitBatch = Callable[[pd.Series], pd.DataFrame]
"""A batch of histories (arrays of usage, NaN where not known) -> a row of FITS for each."""


def forecast_each(usage: DataFrame, fit_batch: FitBatch) -> DataFrame:
    """Fit each customer's history in Spark's Python workers, a batch of customers at a time.

    A customer is a row of the pandas UDF. `groupBy(...).applyInPandas` would say the same, but
    costs as much for each group as a small model does.

    Returns:
        The forecasts table.
    """

    def fit(histories: pd.Series) -> pd.DataFrame:
        return fit_batch(histories)

    fit_udf = F.pandas_udf(fit, FITS)  # type: ignore[call-overload]
    steps = F.posexplode(F.arrays_zip("fit.forecast", "fit.lower", "fit.upper"))
    return (
        histories(usage)
        .select("customer_id", "last_month", fit_udf("usage").alias("fit"))
        .select("customer_id", "last_month", "fit", steps.alias("step", "at"))
        .select(
            "customer_id",
            F.add_months("last_month", F.col("step") + 1).alias("month"),
            "at.forecast",
            "at.lower",
            "at.upper",
            "fit.model",
            "fit.error",
        )
    )


def by_model(forecasts: DataFrame) -> DataFrame:
    """Sum a forecasts table up.

    Returns:
        One row per model ("error" where there is none): model; customers; usage (the sum of all
        their forecasts).
    """
    return (
        forecasts.groupBy(F.coalesce("model", F.lit("error")).alias("model"))
        .agg(F.count_distinct("customer_id").alias("customers"), F.sum("forecast").alias("usage"))
        .orderBy(F.desc("customers"), "model")
    )


def total_by_month(usage: DataFrame, forecasts: DataFrame) -> DataFrame:
    """Sum the usage and the forecasts of all customers, month by month.

    Returns:
        One row per month, in their order: month; usage (null after the last month of the usage
        table); forecast (null up to that month).
    """
    last = usage.agg(F.max("month").alias("last"))
    used = usage.groupBy("month").agg(F.sum("usage").alias("usage"))
    ahead = (
        forecasts.where("forecast IS NOT NULL")
        .join(F.broadcast(last), F.col("month") > F.col("last"))
        .groupBy("month")
        .agg(F.sum("forecast").alias("forecast"))
    )
    return used.join(ahead, "month", "full_outer").orderBy("month")


def of_largest_customers(forecasts: DataFrame, count: int = 6) -> DataFrame:
    """The forecasts of the customers who will use most, or of as many as there are."""
    largest = (
        forecasts.groupBy("customer_id")
        .agg(F.sum("forecast").alias("usage"))
        .orderBy(F.desc_nulls_last("usage"), "customer_id")
        .limit(count)
    )
    return forecasts.join(largest.select("customer_id"), "customer_id", "left_semi")
