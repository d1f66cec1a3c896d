"""Errors of earlier forecasts, by vintage, lead time and segment."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DoubleType, StringType, StructField, StructType

from ..monitoring.limits import Check, Limits, Rates, Watched, check
from ..periods import Frequency
from ..tables import quoted
from .history import small_tasks
from .totals import NO_VALUE

WATCHED = (
    Watched("wape", "error one period ahead, as a share of usage", 0.1, True, "above"),
    Watched("bias", "forecast minus usage, one period ahead, as a share", 0.02),
    Watched("coverage", "share of usage in the interval, one period ahead", 0.03, alarms="below"),
)
"""Figures of the forecasts of the next period, which show a change first."""

PROMISE = Watched(
    "promise", "WAPE of all lead times, as a multiple of the backtest's", 0.0, True, "above"
)
PROMISED = 1.5
"""The largest such multiple without `act`; most of what a backtest leaves out is less than that."""

SEGMENT_BIAS = "segment-bias"
SEGMENTS = 20
"""The largest segments, which are checked; the report lists all of these."""

SUMS = ("customers", "usage", "forecast", "absolute_error", "inside")


def names(by: Sequence[str]) -> list[str]:
    """Return the names of the checks, for the file of bounds."""
    return [*(watched.name for watched in WATCHED), PROMISE.name, *([SEGMENT_BIAS] if by else [])]


def columns(period: DataType) -> StructType:
    """Return what is read of the forecasts of all vintages.

    Args:
        period: the type of a period: a date, or a timestamp for hours.
    """
    return StructType(
        [
            StructField("customer_id", StringType()),
            StructField("period", period),
            StructField("forecast", DoubleType()),
            StructField("lower", DoubleType()),
            StructField("upper", DoubleType()),
            StructField("as_of", period),
        ]
    )


def sums(
    forecasts: DataFrame,
    usage: DataFrame,
    customers: DataFrame | None = None,
    by: Sequence[str] = (),
) -> DataFrame:
    """Add up forecasts and the usage that came, by vintage, period and segment.

    Args:
        forecasts: rows of all vintages: customer_id, as_of, period, forecast, lower, upper.
        usage: one row per customer and period. A missing row is zero usage up to the table's last
            period; a row with null usage is unknown, and is in no figure.
        customers: one row per customer with the columns of `by`.
        by: columns whose combinations of values are the segments.

    Returns:
        One row per vintage, period after it up to the usage table's last one, and segment: as_of;
        period; the columns of `by`, as text; customers; usage; forecast; absolute_error; inside
        (customers whose usage is in the interval).
    """
    until = usage.agg(F.max("period").alias("until"))
    known = usage.select("customer_id", "period", "usage", F.lit(True).alias("has_row"))
    ahead = forecasts.where("forecast IS NOT NULL AND period > as_of").join(
        F.broadcast(until), F.col("period") <= F.col("until")
    )
    # the smaller side is hashed, because sorting all vintages would take most of the time; in small
    # tasks, because a hash table must fit into memory
    keys = ["customer_id", "period"]
    known = known.repartition(small_tasks(usage), *keys).hint("shuffle_hash")
    both = ahead.join(known, keys, "left")
    segments: list[Column] = []
    if customers is not None and by:
        both = both.join(customers.select("customer_id", *map(quoted, by)), "customer_id", "left")
        segments = [
            F.coalesce(F.col(quoted(name)).cast("string"), F.lit(NO_VALUE)).alias(name)
            for name in by
        ]
    used = F.when(F.col("has_row"), F.col("usage")).otherwise(0.0)
    return (
        both.withColumn("usage", used)
        .where("usage IS NOT NULL")
        .groupBy("as_of", "period", *segments)
        .agg(
            F.count("*").alias("customers"),
            F.sum("usage").alias("usage"),
            F.sum("forecast").alias("forecast"),
            F.sum(F.abs(F.col("forecast") - F.col("usage"))).alias("absolute_error"),
            F.count_if(F.col("usage").between(F.col("lower"), F.col("upper"))).alias("inside"),
        )
    )


def with_leads(found: pd.DataFrame, frequency: Frequency) -> pd.DataFrame:
    """Add `lead` to what `sums` found: 1 for the period after the vintage."""
    leads = found["period"].map(frequency.index) - found["as_of"].map(frequency.index)
    return found.assign(lead=leads.astype(int))


def figures(found: pd.DataFrame, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return the errors of rows of `sums` by some of their columns, as records.

    Columns: those of `keys`; customers (forecasts that were compared); wape and bias (absolute
    error, and forecast minus usage, as shares of usage); total_wape (absolute error of the sum of
    all customers, by vintage and period, as a share of usage); coverage.
    """
    if found.empty:
        return []
    cells = found.groupby([*dict.fromkeys([*keys, "as_of", "period"])])[list(SUMS)].sum()
    cells = cells.assign(total_error=(cells["forecast"] - cells["usage"]).abs())
    summed = cells.groupby(level=list(keys)).sum().reset_index()
    records = []
    for row in summed.to_dict("records"):
        records.append(
            {
                **{key: _word(row[key]) for key in keys},
                "customers": int(row["customers"]),
                "wape": _share(row["absolute_error"], row["usage"]),
                "bias": _share(row["forecast"] - row["usage"], row["usage"]),
                "total_wape": _share(row["total_error"], row["usage"]),
                "coverage": _share(row["inside"], row["customers"]),
            }
        )
    return records


def checks(
    found: pd.DataFrame,
    by: Sequence[str],
    promised: Mapping[str, Any] | None,
    rates: Rates,
    bounds: Mapping[str, Limits],
) -> list[Check]:
    """Check the forecasts whose period has come.

    Args:
        found: see with_leads.
        by: the columns of segments in it.
        promised: the method's row of reports/growth_backtest.json, if it is there.
        rates: of false alarms.
        bounds: of the file of bounds.
    """
    if found.empty:
        return [check(watched, [], rates) for watched in WATCHED]
    nearest = figures(found[found["lead"] == 1], ["period"])
    made = [
        check(watched, _series(nearest, watched.name), rates, bounds.get(watched.name))
        for watched in WATCHED
    ]
    if promised and promised.get("wape"):
        ratios = [
            (when, None if value is None else value / promised["wape"])
            for when, value in _series(_complete(found), "wape")
        ]
        limits = bounds.get(PROMISE.name, Limits(None, PROMISED))
        made.append(check(PROMISE, ratios, rates, limits))
    return made + _of_segments(found, by, rates, bounds.get(SEGMENT_BIAS))


def _complete(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the figures of the vintages whose whole horizon has come."""
    longest = found.groupby("as_of")["lead"].max()
    done = longest[longest == longest.max()].index
    return figures(found[found["as_of"].isin(done)], ["as_of"])


def _of_segments(
    found: pd.DataFrame, by: Sequence[str], rates: Rates, bounds: Limits | None
) -> list[Check]:
    """Check the bias of the largest segments; together they raise as many false alarms as one."""
    if not by:
        return []
    nearest = found[found["lead"] == 1]
    sizes = nearest.groupby(list(by))["usage"].sum().sort_values(ascending=False)
    largest = sizes.index[:SEGMENTS]
    shared = Rates(rates.act / max(len(largest), 1), rates.watch / max(len(largest), 1))
    made = []
    for values in largest:
        texts = values if isinstance(values, tuple) else (values,)
        chosen = (nearest[list(by)] == list(texts)).all(axis=1)
        name = f"{SEGMENT_BIAS} {', '.join(texts)}"
        watched = Watched(name, f"bias of {', '.join(texts)}, one period ahead", 0.03)
        series = _series(figures(nearest[chosen], ["period"]), "bias")
        newest = str(nearest["period"].max())
        if series[-1][0] != newest:  # the segment has no customers any more
            series.append((newest, None))
        made.append(check(watched, series, shared, bounds))
    return made


def _series(records: Sequence[Mapping[str, Any]], name: str) -> list[tuple[str, float | None]]:
    when = "period" if records and "period" in records[0] else "as_of"
    return [(row[when], row[name]) for row in records]


def _word(value: Any) -> Any:
    return value if isinstance(value, int | str) else str(value)


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
