"""Reasons in plain words: which features are one reason, and what it says of a customer."""

from collections.abc import Callable, Mapping
from math import expm1, isfinite
from typing import Any

GROUPS = {
    "pause": ("recency", "idle", "longest_pause", "interval", "overdue"),
    "frequency": (
        *("frequency", "frequency_3", "frequency_6", "frequency_12"),
        *("recent_frequency", "frequency_trend"),
    ),
    "size": ("mean_usage", "last_usage", "recent_usage", "level"),
    "trend": ("growth", "season", "volatility", "change"),
    "age": ("tenure",),
}
"""Reason -> the features of usage (description.FEATURES) that tell of it."""

LONGEST = 40
"""Letters of a value that are told."""


def in_words(reason: str, row: Mapping[str, Any], period: str = "month") -> str:
    """Say what a reason is for a customer.

    Args:
        reason: a name of GROUPS, or of another column.
        row: the customer's features.
        period: how the length of a row's period is called.
    """
    if reason in WORDS and all(name in row for name in NEEDED[reason]):
        values = [row[name] for name in NEEDED[reason]]
        if all(value is not None and isfinite(value) for value in values):
            return WORDS[reason](*values, period)
    value = row.get(reason)
    if isinstance(value, float):
        value = f"{value:,.4g}" if isfinite(value) else "unknown"
    text = "unknown" if value in (None, "") else " ".join(str(value).split())
    names = {"pause": "pauses", "frequency": "how often", "size": "how much", "age": "age"}
    if reason in GROUPS:
        return f"{names.get(reason, reason)}: unknown"
    return f"{reason}: {text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}"


def _count(number: float, period: str) -> str:
    return f"{number:,.0f} {period}" if round(number) == 1 else f"{number:,.0f} {period}s"


def _pause(recency: float, period: str) -> str:
    if recency < 1:
        return f"usage in the last {period}"
    return f"no usage for {_count(recency, period)}"


def _frequency(used: float, tenure: float, period: str) -> str:
    known = min(tenure, 12)
    return f"usage in {used:,.0f} of the last {_count(known, period)}"


def _size(mean: float, period: str) -> str:
    return f"uses {mean:,.4g} in a {period} with usage"


def _trend(growth: float, period: str) -> str:
    percent = 100 * expm1(growth)
    if abs(percent) < 0.5:
        return "usage is steady"
    return f"usage {'grows' if percent > 0 else 'shrinks'} by {abs(percent):.0f} % a {period}"


def _age(tenure: float, period: str) -> str:
    return f"a customer for {_count(tenure, period)}"


NEEDED = {
    "pause": ("recency",),
    "frequency": ("frequency_12", "tenure"),
    "size": ("mean_usage",),
    "trend": ("growth",),
    "age": ("tenure",),
}
"""The features that the words of a reason are made from."""

WORDS: dict[str, Callable[..., str]] = {
    "pause": _pause,
    "frequency": _frequency,
    "size": _size,
    "trend": _trend,
    "age": _age,
}
