"""Churn prediction: which customers will use nothing any more?

A method is a function from rows whose outcome is known, and rows to predict, to the latter with
their churn_probability. To add one, write its file and name it here.
"""

from collections.abc import Callable

from pyspark.sql import DataFrame

from . import all_customers, per_customer, recency

Method = Callable[[DataFrame, DataFrame], DataFrame]
"""(training, features) -> features with churn_probability. See per_customer.predict."""

METHODS: dict[str, Method] = {
    "per-customer": per_customer.predict,
    "all-customers": all_customers.predict,
    "recency": recency.predict,
}
