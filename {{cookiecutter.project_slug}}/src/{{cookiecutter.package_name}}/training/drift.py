"""What has changed in a table's columns since a model was trained.

A value that cannot be read is null to a model, and a category that training did not know counts
for nothing: the model scores such rows without an error, and badly.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType

from ..errors import BadInputError
from .columns import DATES, Kind, as_kinds, filled_text
from .profile import is_date
from .shares import Share, compared, spread

MOVED = 0.1
"""A column is reported when the share of its rows that a model can use moves by more."""

WIDER = 0.5
"""Numbers this much of training's range beside it count as inside: time moves on after training."""

CHANCE = 0.001
"""A column without any usable value is refused when that is less likely than this by chance."""


class Counted(NamedTuple):
    """Numbers of rows of a column: filled; usable to the model; far outside training's range.

    example: a value that is filled and not usable. spread: see shares.spread.
    """

    filled: int
    usable: int
    outside: int
    example: str | None
    spread: list[float] | None


def check_columns(
    features: DataFrame,
    kinds: Mapping[str, Kind],
    profile: Mapping[str, Mapping[str, Any]],
    source: str,
) -> tuple[list[str], list[Share]]:
    """Compare a table's columns with those of a model's training, in one pass over the rows.

    Args:
        features: the rows to score.
        kinds: what the model takes the columns for.
        profile: what the columns held in training, by training.profile; empty if that is not known.
        source: what the table is called in messages.

    Returns:
        A line for each column that moved, and the shares of rows in the bins of all columns.

    Raises:
        BadInputError: when a column is of no use to the model, and was in training.
    """
    known = [name for name in kinds if name in profile]
    if not known:
        return [], []
    types = {field.name: field.dataType for field in features.schema}
    ready = dict(zip(kinds, as_kinds(features, kinds), strict=True))
    found = features.agg(
        F.count(F.lit(1)).alias("rows"),
        F.array(*(_counts(name, types[name], ready[name], profile[name]) for name in known)).alias(
            "columns"
        ),
    ).first()
    if found is None or not found.rows:
        return [], []
    counted = {name: Counted(*column) for name, column in zip(known, found.columns, strict=True)}
    useless = [
        name for name, column in counted.items() if _is_useless(column, found.rows, profile[name])
    ]
    if useless:
        more = f" (and {len(useless) - 1} more columns)" if len(useless) > 1 else ""
        told = _told(useless[0], counted[useless[0]], found.rows, profile[useless[0]])
        raise BadInputError(
            f"{source}: {told}{more}. The model cannot use it. Correct the table, or train on it."
        )
    moved = [
        f"{source}: {_told(name, column, found.rows, profile[name])}"
        for name, column in counted.items()
        if _has_moved(column, found.rows, profile[name])
    ]
    shares = [
        share
        for name, column in counted.items()
        for share in compared(name, column.spread, column.usable, found.rows, profile[name])
    ]
    return moved, shares


def _counts(name: str, stored: DataType, ready: Column, before: Mapping[str, Any]) -> Column:
    """The fields of Counted."""
    filled = filled_text(name)
    outside = F.lit(False)
    if "levels" in before:
        usable = ready.isin(before["levels"]) & (ready != "")
    else:
        usable = ready.isNotNull()
        if before["date"]:
            usable = usable & is_date(name, stored)
        elif isinstance(stored, DATES):
            usable = F.lit(False)
        else:
            usable = usable & ~F.coalesce(is_date(name, stored), F.lit(False))
        if before["smallest"] is not None:
            margin = WIDER * (before["largest"] - before["smallest"])
            limits = before["smallest"] - margin, before["largest"] + margin
            outside = usable & ~ready.between(*limits)
    return F.struct(
        F.count(filled).alias("filled"),
        F.count_if(usable).alias("usable"),
        F.count_if(outside).alias("outside"),
        F.min(F.when(filled.isNotNull() & ~F.coalesce(usable, F.lit(False)), filled)).alias(
            "example"
        ),
        spread(ready, before).alias("spread"),
    )


def _share(before: Mapping[str, Any]) -> float:
    return float(before["known"] / max(before["rows"], 1))


def _is_useless(column: Counted, rows: int, before: Mapping[str, Any]) -> bool:
    """Whether no row is usable, and that is too improbable to be chance."""
    null = (before["rows"] - before["known"] + 1) / (before["rows"] + 2)
    return column.usable == 0 and bool(null**rows < CHANCE)


def _has_moved(column: Counted, rows: int, before: Mapping[str, Any]) -> bool:
    change = abs(column.usable / rows - _share(before))
    return change > MOVED or column.outside / rows > MOVED


def _told(name: str, column: Counted, rows: int, before: Mapping[str, Any]) -> str:
    """Return a line on the rows of a column that the model can use, and on the others."""
    told = (
        f"column {name} has a usable value in {column.usable:,} of {rows:,} rows "
        f"({column.usable / rows:.0%}; {_share(before):.0%} in training)"
    )
    unusable = column.filled - column.usable
    if rows - column.filled:
        told += f", {rows - column.filled:,} are null"
    if not column.filled:
        told += " (where it comes from --customers, see that the ids match)"
    if unusable and column.example is not None:
        told += f", {unusable:,} are {_wrong(column.example, before)}"
    if column.outside:
        limits = f"{before['smallest']:g} to {before['largest']:g}"
        told += f", {column.outside:,} lie far outside training's range ({limits})"
    return told


def _wrong(example: str, before: Mapping[str, Any]) -> str:
    if "levels" not in before:
        wanted = "dates like 2024-12-31" if before["date"] else "numbers"
        return f"no {wanted}, for example {example!r}"
    alike = [level for level in before["levels"] if level.lower() == example.lower()]
    told = f"unknown categories, for example {example!r}"
    if alike:
        return f"{told}, which training wrote {alike[0]!r}"
    some = ", ".join(map(repr, before["levels"][:3]))
    return f"{told} (training had {some}{', ...' if len(before['levels']) > 3 else ''})"
