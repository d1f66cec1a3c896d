"""What columns hold when a model is trained, so that scoring can tell when they change."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StringType

from ..tables import quoted
from .columns import DATES, Kind, as_kinds, is_iso_date
from .shares import BINS, edges_of, shares_of, values_at, with_rest

LEVELS = 100
"""The most values of a category that are kept: those with the most rows."""


def profile(frame: DataFrame, kinds: Mapping[str, Kind]) -> dict[str, dict[str, Any]]:
    """Describe columns: in one pass over the rows for numbers, and one for categories.

    Args:
        frame: rows with the columns.
        kinds: what a model takes the columns for.

    Returns:
        For each column, rows (of the frame) and known (those that have a number, or one of the
        levels). For a number, smallest, largest and date: whether it counts the days of dates. For
        a category, levels: its values, the LEVELS of them that have the most rows. For both, shares
        of the rows in bins (see shares.py): of a number between its edges, of a category for each
        of its frequent values.
    """
    types = {field.name: field.dataType for field in frame.schema}
    ready = dict(zip(kinds, as_kinds(frame, kinds), strict=True))
    numbers = {name: ready[name] for name, kind in kinds.items() if kind == "number"}
    found = frame.agg(
        F.count(F.lit(1)).alias("rows"),
        F.array(F.lit(0), *map(F.count, numbers.values())).alias("known"),
        F.array(F.lit(0.0), *map(F.min, numbers.values())).alias("smallest"),
        F.array(F.lit(0.0), *map(F.max, numbers.values())).alias("largest"),
        F.array(F.lit(0), *(F.count_if(is_date(name, types[name])) for name in numbers)).alias(
            "dates"
        ),
        F.array(F.array(F.lit(0.0)), *map(values_at, numbers.values())).alias("values"),
    ).first()
    assert found is not None  # an aggregate of all rows is one row
    described: dict[str, dict[str, Any]] = {
        name: {
            "rows": found.rows,
            "known": found.known[at],
            "smallest": found.smallest[at],
            "largest": found.largest[at],
            "date": 2 * found.dates[at] > found.known[at],
            "edges": (edges := edges_of(found.values[at])),
            "shares": shares_of(found.values[at], edges, found.known[at], found.rows),
        }
        for at, name in enumerate(numbers, 1)
    }
    categories = frame.select(*(column for name, column in ready.items() if name not in numbers))
    levels = _levels(categories)
    for name in categories.columns:
        rows_of = levels.get(name, {})
        frequent = sorted(rows_of, key=lambda value: (-rows_of[value], value))[: BINS - 1]
        described[name] = {
            "rows": found.rows,
            "known": sum(rows_of.values()),
            "levels": sorted(rows_of),
            "frequent": frequent,
            "shares": with_rest([rows_of[value] for value in frequent], found.rows),
        }
    return described


def is_date(name: str, stored: DataType) -> Column:
    """Whether a value is a date, or a text that is read as one."""
    value = F.col(quoted(name))
    if isinstance(stored, DATES):
        return value.isNotNull()
    return is_iso_date(value) if isinstance(stored, StringType) else F.lit(False)


def _levels(categories: DataFrame) -> dict[str, dict[str, int]]:
    """Count the rows of the most frequent values of each column: name -> value -> rows."""
    if not categories.columns:
        return {}
    pairs = [
        F.struct(F.lit(name).alias("name"), F.col(quoted(name)).alias("value"))
        for name in categories.columns
    ]
    counts = (
        categories.select(F.explode(F.array(*pairs)).alias("pair"))
        .select("pair.*")
        .where("value != ''")
        .groupBy("name", "value")
        .count()
    )
    rank = F.row_number().over(Window.partitionBy("name").orderBy(F.desc("count"), "value"))
    levels: dict[str, dict[str, int]] = {}
    for row in counts.withColumn("rank", rank).where(F.col("rank") <= LEVELS).collect():
        levels.setdefault(row["name"], {})[row["value"]] = row["count"]
    return levels
