"""Which customers cannot be scored, have no recent rows, or are known by their attributes only."""

from datetime import date
from typing import Any, NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..errors import BadInputError
from ..periods import MONTH, STALE_AFTER, Frequency


class Coverage(NamedTuple):
    """Numbers of customers, each with an example (null where there is none).

    total: customers with rows in usage.
    unknown: of them, customers all of whose usage is null; they have no score.
    stale: of them, customers without a row in the table's last STALE_AFTER months, of 30 days or 4
        weeks; of quarters or years, so many of these.
    unused: customers of the customers table without rows in usage; they are not scored.
    """

    total: int
    unknown: int
    an_unknown: str | None
    stale: int
    a_stale: str | None
    unused: int
    an_unused: str | None

    def lines(self, frequency: Frequency = MONTH) -> list[str]:
        """Return a sentence for each kind of customer that there is."""
        last = f"{STALE_AFTER * frequency.month} {frequency.name}s"
        told = (
            (self.unknown, self.an_unknown, "have null usage only: no score"),
            (self.stale, self.a_stale, f"have no row in the last {last} (stale)"),
            (self.unused, self.an_unused, "of --customers have no usage: not in the scores"),
        )
        return [f"{count:,} customers {what}, for example {x}" for count, x, what in told if count]


def by_customer(usage: DataFrame, end: date, frequency: Frequency = MONTH) -> DataFrame:
    """Return one row per customer: customer_id; stale; unknown (see Coverage).

    Args:
        usage: the usage table.
        end: its last period.
        frequency: of the table.
    """
    rows = usage.groupBy("customer_id").agg(
        F.max("month").alias("last_row"), F.count("usage").alias("known")
    )
    fresh_until = frequency.add("last_row", STALE_AFTER * frequency.month)
    return rows.select(
        "customer_id",
        (fresh_until <= frequency.literal(end)).alias("stale"),
        (F.col("known") == 0).alias("unknown"),
    )


def count(covered: DataFrame, customers: DataFrame | None) -> Coverage:
    """Count the rows of `by_customer`, and the customers that are not among them."""
    [found] = covered.agg(
        F.count("*").alias("total"),
        F.count_if("unknown").alias("unknown"),
        F.min(F.when(F.col("unknown"), F.col("customer_id"))).alias("an_unknown"),
        F.count_if("stale").alias("stale"),
        F.min(F.when(F.col("stale"), F.col("customer_id"))).alias("a_stale"),
    ).collect()
    without: dict[str, Any] = {"unused": 0, "an_unused": None}
    if customers is not None:
        absent = customers.select("customer_id").distinct()
        [row] = (
            absent.join(covered, "customer_id", "left_anti")
            .agg(F.count("*").alias("unused"), F.min("customer_id").alias("an_unused"))
            .collect()
        )
        without = row.asDict()
    return Coverage(**found.asDict(), **without)


def check(found: Coverage, most: float) -> None:
    """Refuse usage of which too large a share of customers has no score.

    Raises:
        BadInputError: says how many, with an example and the option that allows it.
    """
    share = found.unknown / max(found.total, 1)
    if share > most:
        raise BadInputError(
            f"usage table: {found.unknown:,} of {found.total:,} customers ({share:.0%}) have null "
            f"usage only, for example {found.an_unknown}, and cannot be scored; {most:.0%} are "
            "allowed. Correct the table, or allow more with --max-unscored."
        )
