"""Method a: each customer by its own history, weighed by a prior over all. Low n, low k, high m.

The model is BG/BB (see buy_till_you_die): nothing is trained but four numbers of the prior.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .buy_till_you_die import LOG_ODDS


def predict(training: DataFrame, features: DataFrame) -> DataFrame:
    """Add the probability that a customer uses nothing in the periods after its cutoff.

    Args:
        training: rows of `features.features` with LOG_ODDS whose `churned` is known, from earlier
            cutoffs.
        features: the same at the cutoff to predict from.

    Returns:
        `features` with a column churn_probability, from 0 to 1.
    """
    return features.withColumn("churn_probability", 1 / (1 + F.exp(-F.col(LOG_ODDS))))
