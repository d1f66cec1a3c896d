"""Shares of a column's rows in bins, in training and now, and how much they differ.

A number has up to BINS bins, with about as many rows of training in each. A category has a bin for
each of its most frequent values. The last bin holds the rest: nulls, and of a category also the
other values.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F

BINS = 10
"""Largest number of bins of a column, besides the bin of the rest."""

VALUES = 100
"""Quantiles that stand for the values of a column: shares are exact to one in so many."""

QUANTILES = [(place + 0.5) / VALUES for place in range(VALUES)]

RANKS = 1000
"""A quantile's rank is exact to one in so many."""


class Share(NamedTuple):
    """The share of a column's rows in a bin, in training and now."""

    feature: str
    bin: str
    trained: float
    share: float


SCHEMA = "feature string, bin string, trained double, share double"
"""Schema of a table of Share."""


def values_at(number: Column) -> Column:
    """Return QUANTILES of a column of doubles, as an array that an aggregation makes."""
    return F.percentile_approx(number, QUANTILES, RANKS)


def edges_of(values: Sequence[float] | None) -> list[float]:
    """Return the upper edges of a number's bins but for the last one, which has none.

    Args:
        values: see `values_at`; None where all rows are null.
    """
    step = VALUES // BINS
    return sorted({*values[step - 1 : -1 : step]}) if values else []


def shares_of(
    values: Sequence[float] | None, edges: Sequence[float], known: int, rows: int
) -> list[float]:
    """Return the shares of rows in a number's bins.

    Args:
        values: see `values_at`; None where all rows are null.
        edges: see `edges_of`.
        known: rows that have a number.
        rows: all of them.
    """
    counts = [0] * (len(edges) + 1)
    for value in values or ():
        counts[bisect_left(edges, value)] += 1
    each = known / max(rows, 1) / VALUES
    return [*(count * each for count in counts), 1 - known / max(rows, 1)]


def with_rest(counts: Sequence[float], rows: int) -> list[float]:
    """Return the shares of rows in bins with these counts, and that of the rest."""
    return [*(count / max(rows, 1) for count in counts), 1 - sum(counts) / max(rows, 1)]


def spread(ready: Column, before: Mapping[str, Any]) -> Column:
    """Return what `compared` needs of a column, as an array of doubles that an aggregation makes.

    Args:
        ready: the column, as a model takes it.
        before: its entry of a profile (training.profile).
    """
    if "shares" not in before:
        return F.lit(None).cast("array<double>")
    if "edges" in before:
        return values_at(ready)
    counts = (F.count_if(ready == value).cast("double") for value in before["frequent"])
    return F.array(*counts).cast("array<double>")


def compared(
    name: str, found: Sequence[float] | None, known: int, rows: int, before: Mapping[str, Any]
) -> list[Share]:
    """Return the shares of a column's bins; none for a profile of an earlier version.

    Args:
        name: of the column.
        found: see `spread`.
        known: rows that have a number.
        rows: all of them.
        before: the column's entry of a profile.
    """
    if "shares" not in before:
        return []
    if "edges" in before:
        now = shares_of(found, before["edges"], known, rows)
        words = [*_between(before["edges"], before["date"]), "null"]
    else:
        now = with_rest(found or [], rows)
        words = [*before["frequent"], "other or null"]
    bins = zip(words, before["shares"], now, strict=True)
    return [Share(name, word, trained, share) for word, trained, share in bins]


def _between(edges: Sequence[float], is_date: bool) -> list[str]:
    """Name the bins of a number by their edges."""
    ends = _texts(edges, is_date)
    if not ends:
        return ["any"]
    inner = (f"above {low}, at most {high}" for low, high in pairwise(ends))
    return [f"at most {ends[0]}", *inner, f"above {ends[-1]}"]


def _texts(edges: Sequence[float], is_date: bool) -> list[str]:
    """Write edges as dates, or as numbers: short ones, unless two would look the same."""
    if is_date:
        with suppress(OverflowError):  # some of the column may be numbers, such as 20240131
            return [str(date(1970, 1, 1) + timedelta(days=edge)) for edge in edges]
    short = [f"{edge:.4g}" for edge in edges]
    return short if len({*short}) == len(short) else [f"{edge:.15g}" for edge in edges]
