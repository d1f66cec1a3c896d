"""Churn prediction: which customers will use nothing any more?

The methods that need no choices are functions from rows whose outcome is known, and rows to
predict, to the latter with their churn_probability. To add one, write its file and name it here.
Method b, all_customers, is what jobs/train_churn.py trains, keeps and compares with them.
"""

from collections.abc import Callable

from pyspark.sql import DataFrame

from . import per_customer, recency, rfm

Method = Callable[[DataFrame, DataFrame], DataFrame]
"""(training, features) -> features with churn_probability. See per_customer.predict."""

METHODS: dict[str, Method] = {
    "per-customer": per_customer.predict,
    "rfm": rfm.predict,
    "recency": recency.predict,
}
