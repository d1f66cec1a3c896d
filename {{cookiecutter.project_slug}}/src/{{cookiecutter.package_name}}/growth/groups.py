"""Groups of customers, by columns of a customers table: check them, sum them up, and show some."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ..errors import BadInputError
from ..tables import any_table, quoted
from .totals import NO_VALUE, OWN_COLUMNS

GROUPED_CUSTOMERS = replace(any_table("customer_id"), name="customers", may_be_renamed=True)
"""One row per customer with any other columns, of which some are chosen to group by."""

REPORTED = 20
"""The largest groups, which a report lists; the table has all."""


def check_groups(customers: DataFrame, by: Sequence[str], where: str) -> None:
    """Refuse columns to group by that the customers table lacks, or whose names are taken.

    Raises:
        BadInputError: names the column and those that there are.
    """
    known = {name.lower() for name in customers.columns}
    own = {*OWN_COLUMNS, "customer_id"}
    for name in by:
        if name.lower() not in known:
            others = ", ".join(column for column in customers.columns if column not in own)
            raise BadInputError(f"{where}: --by {name}: there is no such column, but {others}.")
        if name.lower() in own:
            raise BadInputError(
                f"{where}: --by {name}: the totals table has a column of this name. Rename it."
            )
    if len({name.lower() for name in by}) < len(by):
        raise BadInputError(f"--by {' '.join(by)}: a column is given twice.")


def sum_up_groups(totals: DataFrame, by: Sequence[str]) -> list[dict[str, Any]]:
    """Return the largest groups (REPORTED) as records: all periods of the horizon together.

    Columns: those of `by`; customers; forecast; year_before; growth; growth_percent.
    """
    if not by:
        return []
    names = [*map(quoted, by)]
    growth = F.col("forecast") - F.col("year_before")
    rows = (
        totals.where("NOT is_total")
        .groupBy(*names)
        .agg(
            F.max("customers").alias("customers"),
            F.sum("forecast").alias("forecast"),
            F.when(F.count("year_before") == F.count("*"), F.sum("year_before")).alias(
                "year_before"
            ),
        )
        .withColumn("growth", growth)
        .withColumn("growth_percent", F.try_divide(100 * growth, F.col("year_before")))
        .orderBy(F.desc("forecast"), *names)
        .limit(REPORTED)
    )
    return [row.asDict() for row in rows.collect()]


def of_largest_groups(
    usage: DataFrame, totals: DataFrame, customers: DataFrame, by: Sequence[str], count: int = 6
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the history and the totals of the groups that will use most, for a chart.

    Returns:
        Two frames of few rows, in which customer_id is the name of the group: its history
        (customer_id, month, usage), and its forecast (also lower and upper).
    """
    forecast = totals.where("NOT is_total").select(
        _name(by).alias("customer_id"),
        F.col("period").alias("month"),
        *("forecast", "lower", "upper"),
    )
    largest = (
        forecast.groupBy("customer_id")
        .agg(F.sum("forecast").alias("usage"))
        .orderBy(F.desc("usage"), "customer_id")
        .limit(count)
        .select("customer_id")
    )
    # only the names: the customers table may have columns called usage or month, too
    names = customers.select("customer_id", _name(by).alias("group"))
    group = F.coalesce("group", F.lit(", ".join([NO_VALUE] * len(by))))
    named = usage.join(names, "customer_id", "left").withColumn("customer_id", group)
    history = (
        named.join(largest, "customer_id", "left_semi")
        .groupBy("customer_id", "month")
        .agg(F.sum("usage").alias("usage"))
    )
    shown = forecast.join(largest, "customer_id", "left_semi")
    return history.toPandas(), shown.toPandas()


def _name(by: Sequence[str]) -> Column:
    values = (F.coalesce(F.col(quoted(name)).cast("string"), F.lit(NO_VALUE)) for name in by)
    return F.concat_ws(", ", *values)
