"""Churn prediction: which customers will stop using anything?

A method without settings is a function of rows whose outcome is known and rows to predict. It
returns the rows to predict with their churn_probability. To add a method, write its file and name
it here. jobs/train_churn.py trains and keeps method b, all_customers, and compares it with these.
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
