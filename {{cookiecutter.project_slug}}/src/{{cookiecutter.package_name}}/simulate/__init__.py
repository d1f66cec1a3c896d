"""Simulated customers whose true parameters (traits) and true usage (months) are known.

Contractual customers use the product in each month until they leave. Buyers come and go: each
month they buy with a probability of their own. Both may decline before they leave, pause in the
same months of each year, and change to another level of usage. Prices and one shock concern many.

Every random number is a hash of the seed, its purpose, and its customer and month. So the tables
depend on the seed alone: not on partitions, the cluster or the order of rows.
"""

from .months import churn_probability, truth, usage
from .traits import LAST_MONTH, customers, population

__all__ = ["LAST_MONTH", "churn_probability", "customers", "population", "truth", "usage"]
