"""pandas UDF: batches of rows go through Arrow to pandas and back. For code that Spark lacks.

The first choice for custom functions. A batch, or a whole group, must fit in a worker's memory.
"""

from functools import reduce
from operator import add

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..periods import month_index_column
from .tasks import TARIFF, TREND_SCHEMA


def charge(usage: DataFrame) -> DataFrame:
    """Charge each month's usage (see tasks.py), a batch of rows at a time."""
    # created here, not by a decorator: at import it is unknown whether Spark is local or remote
    charge_udf = F.pandas_udf(_charge_of_batch, "double")  # type: ignore[call-overload]
    return usage.select("customer_id", "month", charge_udf("usage").alias("charge"))


def trend(usage: DataFrame) -> DataFrame:
    """Fit each customer's growth per month (see tasks.py), a customer at a time."""
    indexed = usage.select("customer_id", month_index_column("month").alias("x"), "usage")
    return indexed.groupBy("customer_id").applyInPandas(_trend_of_customer, TREND_SCHEMA)


def _charge_of_batch(usage: pd.Series) -> pd.Series:
    return reduce(add, (tier.price * (usage - tier.start).clip(0, tier.width) for tier in TARIFF))


def _trend_of_customer(history: pd.DataFrame) -> pd.DataFrame:
    known = history.dropna(subset="usage")
    trend = np.polyfit(known["x"], known["usage"], deg=1)[0] if len(known) > 1 else np.nan
    return pd.DataFrame({"customer_id": history["customer_id"].iloc[:1], "trend": trend})
