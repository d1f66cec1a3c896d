"""The project's tables: columns, key and rules."""

from dataclasses import dataclass
from typing import NamedTuple

from pyspark.sql.types import DateType, DoubleType, StringType, StructField, StructType


class Rule(NamedTuple):
    """What must not be: a SQL condition that is true for a bad row, and how to say it."""

    column: str
    bad_when: str
    problem: str
    remedy: str = "Correct or remove such rows."


@dataclass(frozen=True)
class Table:
    """What a table holds: its columns, its key (unique, never null) and its rules.

    others: whether it may hold other columns too, which are then returned as they are stored.
    period: the column that says when, if the table has one; periods are months.
    measure: the column whose sum tells whether a period is complete, if there is one.
    """

    name: str
    schema: StructType
    key: tuple[str, ...]
    rules: tuple[Rule, ...]
    others: bool = False
    period: str | None = None
    measure: str | None = None


USAGE = Table(
    name="usage",
    schema=StructType(
        [
            StructField("customer_id", StringType()),
            StructField("month", DateType()),
            StructField("usage", DoubleType()),
        ]
    ),
    key=("customer_id", "month"),
    rules=(
        Rule("customer_id", "customer_id IS NULL", "null"),
        Rule("customer_id", "trim(customer_id) = ''", "empty"),
        Rule("month", "month IS NULL", "null"),
        Rule(
            "month",
            "month NOT BETWEEN DATE'1900-01-01' AND DATE'9999-12-31'",
            "out of range (years 1900 to 9999)",
        ),
        Rule("month", "month != trunc(month, 'MM')", "not the first day of a month"),
        Rule("usage", "isnan(usage) OR usage = double('inf')", "not a finite number"),
        Rule("usage", "usage < 0", "negative"),
    ),
    period="month",
    measure="usage",
)
"""One row per customer and month. Usage is in the customer's units.

A missing row after a customer's first month is zero usage, up to the table's last month; a row
with null usage is unknown. Growth and churn both follow this rule.
"""

CUSTOMERS = Table(
    name="customers",
    schema=StructType(
        [
            StructField("customer_id", StringType()),
            StructField("signup_month", DateType()),
            StructField("plan", StringType()),
        ]
    ),
    key=("customer_id",),
    rules=(
        Rule("customer_id", "customer_id IS NULL", "null"),
        Rule("customer_id", "trim(customer_id) = ''", "empty"),
    ),
    others=True,
)
"""One row per customer, with what else is known of it."""


def any_table(key: str) -> Table:
    """Whatever has a column that tells the rows apart; its other columns may be anything."""
    return Table(
        name="features",
        schema=StructType([StructField(key, StringType())]),
        key=(key,),
        rules=(
            Rule(key, f"{quoted(key)} IS NULL", "null"),
            Rule(key, f"trim({quoted(key)}) = ''", "empty"),
        ),
        others=True,
    )


def quoted(column: str) -> str:
    """A column's name as Spark reads it whatever letters are in it, dots too."""
    return f"`{column.replace('`', '``')}`"
