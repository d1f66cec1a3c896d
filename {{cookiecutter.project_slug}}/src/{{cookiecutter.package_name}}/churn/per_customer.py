"""Method a: each customer by its own history alone. Low n, low k, high m.

Nothing is learned from others. We ask of each customer: how long has it lived, how often did it
pause, does its usage fall? A column expression does for a model, so rows never leave the JVM.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from .features import GROWTH_SPREAD


def predict(training: DataFrame, features: DataFrame) -> DataFrame:
    """Add the chance that a customer uses nothing in the months after its cutoff.

    Args:
        training: rows of `features.features` whose `churned` is known, from earlier cutoffs.
        features: rows of `features.features` to predict.

    Returns:
        `features` with a column churn_probability, from 0 to 1.
    """
    return features.withColumn("churn_probability", chance())


def chance() -> Column:
    """The chance that a customer has left already, or leaves now.

    A month without usage is a pause, as often as the customer paused before, or the end. Both
    shares are estimated by Laplace's rule of succession (1774): one more case of each than was
    seen. A decline of a usual standard deviation multiplies the odds to leave by e.
    """
    lived = F.col("tenure") - F.col("recency")
    decline = -F.col("growth") / F.sqrt(GROWTH_SPREAD**2 + F.pow("growth_error", F.lit(2)))
    leaves = 1 / (1 + (F.col("tenure") + 1) * F.exp(-decline))
    pauses = (F.col("idle") + 1) / (lived + 2)

    # silent since it left, in any of the months since the last with usage; or silent, not gone
    silent = F.pow(pauses, "recency")
    gone = leaves * (1 - silent) / (1 - pauses)
    return (gone + silent * leaves) / (gone + silent)
