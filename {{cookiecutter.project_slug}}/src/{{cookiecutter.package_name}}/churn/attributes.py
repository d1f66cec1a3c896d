"""Attributes of customers as they were at a cutoff, and not as they are today."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DateType, StringType, TimestampNTZType, TimestampType

from ..periods import MONTH, Frequency
from ..tables import quoted

VALID_FROM = "valid_from"
"""Optional column of the customers table: the date from which a row is valid."""

DATE = r"^\d{4}-\d{2}-\d{2}([ T].*)?$"
"""How dates look in columns of text."""


def at_cutoffs(
    described: DataFrame, customers: DataFrame, frequency: Frequency = MONTH
) -> DataFrame:
    """Join each row of (customer_id, cutoff, ...) with the attributes that held at the cutoff.

    Of several rows of a customer, the one with the latest VALID_FROM up to the end of the cutoff's
    period holds. Without that column, attributes are taken as they are.
    """
    if VALID_FROM not in customers.columns:
        return described.join(customers, "customer_id", "left")
    # without a date, a row is valid from the beginning
    since = F.coalesce(F.col(VALID_FROM).try_cast("date"), F.lit("0001-01-01").cast("date"))
    versions = customers.groupBy("customer_id").agg(
        F.collect_list(
            F.struct(since.alias("since"), F.struct(*map(quoted, _others(customers))).alias("row"))
        ).alias("versions")
    )
    after = frequency.add("cutoff", 1)
    held = F.array_max(F.filter("versions", lambda version: version["since"] < after))
    joined = described.join(versions, "customer_id", "left").withColumn("held", held["row"])
    return joined.select(*described.columns, "held.*")


def known_later(
    described: DataFrame, attributes: list[str], frequency: Frequency = MONTH
) -> dict[str, int]:
    """Count the rows with dates after the cutoff's period, which were not known at the cutoff.

    Returns:
        Attribute -> number of such rows, for attributes that have any.
    """
    dates = {name: _as_date(described, name) for name in attributes}
    later = {
        name: F.count_if(date >= frequency.add("cutoff", 1)).alias(f"later_{number}")
        for number, (name, date) in enumerate(dates.items())
        if date is not None
    }
    if not later:
        return {}
    [found] = described.agg(*later.values()).collect()
    return {name: rows for name, rows in zip(later, found, strict=True) if rows}


def told(later: dict[str, int]) -> list[str]:
    """Return a warning for each column that `known_later` found."""
    return [
        f"customers table: column {name} holds dates after the cutoff in {rows:,} rows: it "
        f"is as of today, and was left out. Give past values in rows with a column {VALID_FROM}."
        for name, rows in later.items()
    ]


def _others(customers: DataFrame) -> list[str]:
    return [name for name in customers.columns if name not in ("customer_id", VALID_FROM)]


def _as_date(frame: DataFrame, name: str) -> Column | None:
    """The column as dates; None where it is neither dates nor text."""
    stored = frame.schema[name].dataType
    value = F.col(quoted(name))
    if isinstance(stored, (DateType, TimestampType, TimestampNTZType)):
        return value.cast("date")
    if isinstance(stored, StringType):
        return F.when(value.rlike(DATE), F.substring(value, 1, 10).try_cast("date"))
    return None
