"""The project's tables: columns, key and rules."""

from dataclasses import dataclass
from typing import NamedTuple

from pyspark.sql.types import DateType, DoubleType, StringType, StructField, StructType


class Rule(NamedTuple):
    """A rule for rows: a SQL condition that is true for bad rows, and the words of its message."""

    column: str
    bad_when: str
    problem: str
    remedy: str = "Correct or remove such rows."


@dataclass(frozen=True)
class Table:
    """The contract of a table: its columns, its key (unique, never null) and its rules.

    others: whether other columns are allowed; they are returned with their stored types.
    period: name of the column with the period, if any.
    measure: name of the column whose sum shows whether a period is complete, if any.
    may_be_renamed: whether jobs take other names of its columns by `--columns`.
    is_ahead: whether its periods lie after those of usage too, and after today.
    """

    name: str
    schema: StructType
    key: tuple[str, ...]
    rules: tuple[Rule, ...]
    others: bool = False
    period: str | None = None
    measure: str | None = None
    may_be_renamed: bool = True
    is_ahead: bool = False


def _within_years(column: str) -> Rule:
    """Years that a calendar, Python and people agree on."""
    years = "DATE'1900-01-01' AND DATE'9999-12-31'"
    return Rule(column, f"{column} NOT BETWEEN {years}", "out of range (years 1900 to 9999)")


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
        _within_years("month"),
        Rule("usage", "isnan(usage) OR usage = double('inf')", "not a finite number"),
        Rule("usage", "usage < 0", "negative"),
    ),
    period="month",
    measure="usage",
)
"""One row per customer and period. Usage is in the customer's units.

`month` is the start of a period: hour, day, week, month, quarter or year. frequencies.py finds
which one, and has its rules. Hours are read as timestamps without a zone, other periods as dates. A
missing row after a customer's first period is zero usage, up to the table's last period; a row with
null usage is unknown. Growth and churn both follow this rule.
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
        _within_years("signup_month"),
    ),
    others=True,
)
"""One row per customer, with any other columns."""


def any_table(key: str) -> Table:
    """Return the contract of a table with one key column and any other columns."""
    return Table(
        name="features",
        schema=StructType([StructField(key, StringType())]),
        key=(key,),
        rules=(
            Rule(key, f"{quoted(key)} IS NULL", "null"),
            Rule(key, f"trim({quoted(key)}) = ''", "empty"),
        ),
        others=True,
        may_be_renamed=False,
    )


def quoted(column: str) -> str:
    """Return a column's name quoted for Spark SQL, which allows any characters in it."""
    return f"`{column.replace('`', '``')}`"
