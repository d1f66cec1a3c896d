"""What a usage table held in each period: rows, usage, nulls, customers new and gone."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from ..errors import BadInputError
from .limits import Check, Limits, Point, Rates, Watched, check

Series = list[tuple[str, float | None]]

WATCHED = (
    Watched("rows", "rows, as a multiple of the period before", 0.05, is_log=True),
    Watched("usage", "mean usage of a row, as a multiple of the period before", 0.1, is_log=True),
    Watched("nulls", "share of rows whose usage is null", 0.01, alarms="above"),
    Watched("new", "share of customers with usage who have none before", 0.02, alarms="above"),
    Watched("gone", "share of the period before's customers without usage", 0.02, alarms="above"),
)
"""The checks of a usage table. A unit error shows in `usage`, a lost file in `rows`."""

COLUMNS = Watched("columns", "columns added or removed since the last check", 0.0)
"""Changes of columns that no job reads are reported too, but do not stop a run."""


PAIR = ("period", "before")
"""Columns of a period, and of the one before it."""


class Period(NamedTuple):
    """Figures of a usage table in one period.

    active: customers with usage. new: those of them without any earlier usage. gone: customers with
    usage in the period before who have none in this one.
    """

    period: str
    rows: int
    nulls: int
    usage: float
    active: int
    new: int
    gone: int


def by_period(usage: DataFrame) -> list[Period]:
    """Count a usage table by period; Spark aggregates, and collects two rows per period.

    Args:
        usage: one row per customer and period.

    Returns:
        The periods that have rows, in their order.
    """
    counted = (
        usage.groupBy("period")
        .agg(
            F.count("*").alias("rows"),
            F.count_if(F.col("usage").isNull()).alias("nulls"),
            F.coalesce(F.sum("usage"), F.lit(0.0)).alias("usage"),
        )
        .orderBy("period")
        .collect()
    )
    periods = [row["period"] for row in counted]
    before = usage.sparkSession.createDataFrame(
        [*zip(periods, [None, *periods], strict=False)],
        StructType([StructField(name, usage.schema["period"].dataType) for name in PAIR]),
    )
    of_customer = Window.partitionBy("customer_id").orderBy("period")
    uses = usage.where("usage > 0").select("customer_id", "period")
    steps = (
        uses.withColumn("earlier", F.lag("period").over(of_customer))
        .join(F.broadcast(before), "period")
        .groupBy("period")
        .agg(
            F.count("*").alias("active"),
            F.count_if(F.col("earlier").isNull()).alias("new"),
            F.count_if(F.col("earlier") == F.col("before")).alias("stayed"),
        )
        .collect()
    )
    found = {row["period"]: (row["active"], row["new"], row["stayed"]) for row in steps}
    told: list[Period] = []
    for row in counted:
        active, new, stayed = found.get(row["period"], (0, 0, 0))
        gone = told[-1].active - stayed if told else 0
        figures = (row["rows"], row["nulls"], row["usage"], active, new, gone)
        told.append(Period(str(row["period"]), *figures))
    return told


def check_vintages(vintages: Iterable[Any], periods: Sequence[Period], where: str) -> None:
    """Refuse predictions whose periods are not those of the usage table, as weeks among months.

    Args:
        vintages: the last periods that predictions were made from.
        periods: see `by_period`.
        where: whose vintages they are, for the message.

    Raises:
        BadInputError: says how many vintages, with an example.
    """
    known = {period.period for period in periods}
    first, last = periods[0].period, periods[-1].period
    within = sorted(text for text in map(str, vintages) if first <= text <= last)
    wrong = [text for text in within if text not in known]
    if wrong:
        raise BadInputError(
            f"{where}: {len(wrong)} of {len(within)} vintages, for example {wrong[0]}, are not "
            f"periods of the usage table, which has {first} to {last}. Give the usage table, and "
            "the --frequency, that the predictions were made from."
        )


def checks(
    periods: Sequence[Period], rates: Rates, bounds: dict[str, Limits] | None = None
) -> list[Check]:
    """Check the newest period of a usage table against the periods before it.

    The first period is left out: each of its customers is new.
    """
    series: dict[str, Series] = {watched.name: [] for watched in WATCHED}
    for earlier, now in pairwise(periods):
        found = {
            "rows": now.rows / earlier.rows,
            "usage": _share(_mean(now), _mean(earlier)),
            "nulls": now.nulls / now.rows,
            "new": _share(now.new, now.active),
            "gone": _share(now.gone, earlier.active),
        }
        for name, value in found.items():
            series[name].append((now.period, value if math.isfinite(value) else None))
    given = bounds or {}
    return [
        check(watched, series[watched.name], rates, given.get(watched.name)) for watched in WATCHED
    ]


def check_names(names: Iterable[str], before: Iterable[str] | None, period: str) -> Check:
    """Check the names of a table's columns against those of the check before, if there was one."""
    if before is None:
        return Check(COLUMNS, [], f"{COLUMNS.what}: no earlier check")
    changed = sorted({*names} ^ {*before})
    point = Point(period, len(changed), None, Limits(None, 0))
    return Check(COLUMNS, [point], f"{COLUMNS.what}: {', '.join(changed) or 'none'}")


def _mean(period: Period) -> float:
    return _share(period.usage, period.rows - period.nulls)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
