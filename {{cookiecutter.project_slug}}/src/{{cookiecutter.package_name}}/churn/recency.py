"""The baseline that the methods must beat: the longer without usage, the more likely churn."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def predict(training: DataFrame, features: DataFrame) -> DataFrame:
    """Predict from recency alone, without training (see per_customer.predict)."""
    return features.withColumn("churn_probability", probability())


def probability() -> Column:
    """Return 0 with usage in the last period, 1/2 after one period without usage, and so on."""
    return 1 - F.pow(F.lit(0.5), "recency")
