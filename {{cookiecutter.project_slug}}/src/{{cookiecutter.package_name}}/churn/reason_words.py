"""Reasons in plain words: which features are one reason, and what it says of a customer."""

from collections.abc import Callable, Mapping
from math import expm1, isfinite
from typing import Any

from ..periods import MONTH, Frequency
from .windows import COUNTS, WINDOWS

GROUPS = {
    "pause": ("recency", "idle", "longest_pause", "interval", "overdue"),
    "frequency": (*("frequency", *COUNTS, "recent_frequency", "frequency_trend"),),
    "size": ("mean_usage", "last_usage", "recent_usage", "level"),
    "trend": ("growth", "season", "volatility", "change"),
    "age": ("tenure",),
}
"""Reason -> the features of usage that it stands for, at any frequency."""

LONGEST = 40
"""Letters of a value that are shown."""


def in_words(reason: str, row: Mapping[str, Any], frequency: Frequency = MONTH) -> str:
    """Say what a reason is for a customer.

    Args:
        reason: a name of GROUPS, or of another column.
        row: the customer's features.
        frequency: of the usage that the features are of.
    """
    needed = NEEDED.get(reason, ())
    if reason == "frequency":
        needed = (WINDOWS[frequency.name].counts[-1], *needed)
    if reason in WORDS and all(name in row for name in needed):
        values = [row[name] for name in needed]
        if all(value is not None and isfinite(value) for value in values):
            return WORDS[reason](*values, frequency)
    value = row.get(reason)
    if isinstance(value, float):
        value = f"{value:,.4g}" if isfinite(value) else "unknown"
    text = "unknown" if value in (None, "") else " ".join(str(value).split())
    names = {"pause": "pauses", "frequency": "how often", "size": "how much", "age": "age"}
    if reason in GROUPS:
        return f"{names.get(reason, reason)}: unknown"
    return f"{reason}: {text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}"


def _count(number: float, frequency: Frequency) -> str:
    return f"{number:,.0f} {frequency.name}{'' if round(number) == 1 else 's'}"


def _pause(recency: float, frequency: Frequency) -> str:
    if recency < 1:
        return f"usage in the last {frequency.name}"
    return f"no usage for {_count(recency, frequency)}"


def _frequency(used: float, tenure: float, frequency: Frequency) -> str:
    known = min(tenure, WINDOWS[frequency.name].recent[-1])
    return f"usage in {used:,.0f} of the last {_count(known, frequency)}"


def _size(mean: float, frequency: Frequency) -> str:
    article = "an" if frequency.name == "hour" else "a"
    return f"uses {mean:,.4g} in {article} {frequency.name} with usage"


def _trend(growth: float, frequency: Frequency) -> str:
    percent = 100 * expm1(frequency.month * growth)
    if abs(percent) < 0.5:
        return "usage is steady"
    span = "month" if frequency.hours else frequency.name
    return f"usage {'grows' if percent > 0 else 'shrinks'} by {abs(percent):.0f} % a {span}"


def _age(tenure: float, frequency: Frequency) -> str:
    return f"a customer for {_count(tenure, frequency)}"


NEEDED = {
    "pause": ("recency",),
    "frequency": ("tenure",),
    "size": ("mean_usage",),
    "trend": ("growth",),
    "age": ("tenure",),
}
"""The features that the words of a reason are made from; those of frequency need a count too."""

WORDS: dict[str, Callable[..., str]] = {
    "pause": _pause,
    "frequency": _frequency,
    "size": _size,
    "trend": _trend,
    "age": _age,
}
