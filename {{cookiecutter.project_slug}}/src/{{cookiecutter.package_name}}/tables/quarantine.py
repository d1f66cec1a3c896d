"""Quarantine: set rows that break a rule aside, each with its reason, and use the others.

A job goes on while the share of such rows is small, and refuses the table above it: many bad rows
mean that the table, or what the job was told of it, is wrong.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NoReturn

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ..errors import BadInputError
from .destinations import Destination
from .schemas import Rule

SUFFIX = "_rejected"
"""Ending of the name of the table with the rejected rows, beside the job's output."""


def first_broken(rules: Sequence[Rule]) -> Column:
    """Return the number of the first rule that a row breaks; null if it breaks none."""
    first = F.lit(None).cast("int")
    for number, rule in reversed(list(enumerate(rules))):
        first = F.when(F.expr(rule.bad_when), F.lit(number)).otherwise(first)
    return first


def reasons(rules: Sequence[Rule]) -> list[str]:
    """Return the reason for which each rule rejects rows."""
    return [f"{rule.column} is {rule.problem}" for rule in rules]


def with_reasons(rejected: DataFrame, number: str, rules: Sequence[Rule]) -> DataFrame:
    """Return the table of rejected rows.

    Args:
        rejected: rows with the stored row as the struct `stored`.
        number: column with the number of the broken rule.
        rules: the rules.

    Returns:
        `reason`, and `stored`: the row as it was stored, as JSON.
    """
    texts = F.array(*map(F.lit, reasons(rules)))
    return as_rejected(rejected, F.get(texts, F.col(number)))


def as_rejected(rejected: DataFrame, reason: Column) -> DataFrame:
    """Return the table of rejected rows, whose reason is given."""
    row = F.to_json("stored", {"ignoreNullFields": "false"})
    return rejected.select(reason.alias("reason"), row.alias("stored"))


def by_reason(rules: Sequence[Rule], counts: Sequence[int]) -> dict[str, int]:
    """Return the number of rows by reason, for rules that a row breaks."""
    named = zip(reasons(rules), counts, strict=True)
    return {reason: count for reason, count in named if count}


def refuse(
    max_rejected: float,
    counts: Mapping[str, int],
    total: int,
    where: str,
    example: str,
    remedy: str,
) -> NoReturn:
    """Refuse a table of which too many rows are rejected.

    Args:
        max_rejected: the largest share, from 0 to 1.
        counts: reason -> number of rows.
        total: number of all rows.
        where: name of the table in messages.
        example: a rejected row.
        remedy: what to do about the most frequent reason.

    Raises:
        BadInputError: with the counts, the example, what helps, and the share that is needed.
    """
    rejected = sum(counts.values())
    enough = math.ceil(100 * rejected / total) / 100
    raise BadInputError(
        f"{where}: {rejected:,} of {total:,} rows break a rule, more than --max-rejected "
        f"{max_rejected:g}: {told(counts)}; for example {example}. {remedy}"
        + (f" To set such rows aside: --max-rejected {enough:g}" if rejected < total else "")
    )


def told(counts: Mapping[str, int]) -> str:
    """Return counts by reason in words, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{count:,} because {reason}" for reason, count in ordered)


def lines(counts: Mapping[str, int], total: int, place: Destination) -> list[str]:
    """Return a line that tells of rejected rows, if there are any.

    Args:
        counts: reason -> number of rows.
        total: number of all rows.
        place: the table with the rejected rows.
    """
    if not counts:
        return []
    rejected = sum(counts.values())
    return [f"rejected: {rejected:,} of {total:,} rows: {told(counts)}. They are in {place}"]
