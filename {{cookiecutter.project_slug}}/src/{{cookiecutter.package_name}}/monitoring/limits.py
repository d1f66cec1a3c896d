"""Control limits: the values that a figure may have, computed from its own history.

The limits of a value are a prediction interval from the values before it: mean and standard
deviation of the past, and a quantile of Student's t distribution, which is wider where the past is
short (Hahn and Meeker, 1991). If the values are independent and normally distributed, the value of
an ordinary period is outside with the stated probability, whatever the length of the history.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import mean, stdev
from typing import Any, Literal, NamedTuple

FEWEST = 6
"""Earlier values that limits need."""

LONGEST = 36
"""Earlier values that limits are computed from, the newest ones."""

LASTING = 3
"""After so many values in a row outside of their limits, the history starts again: a new level."""

STATUSES = ("ok", "watch", "act")
"""What a check may say, from the best to the worst."""


@dataclass(frozen=True)
class Rates:
    """The probability that an ordinary value is outside of the limits of `act`, and of `watch`."""

    act: float = 0.001
    watch: float = 0.01


@dataclass(frozen=True)
class Watched:
    """A figure to check.

    what: the figure in words, with its unit.
    least: the smallest distance from the past's mean that matters, in the figure's unit; of the
        logarithm where is_log. It keeps a history without any variation from raising alarms.
    is_log: whether limits are computed on logarithms, for positive figures without an upper bound.
    alarms: the side on which a value is alarming.
    """

    name: str
    what: str
    least: float
    is_log: bool = False
    alarms: Literal["above", "below", "both"] = "both"


class Limits(NamedTuple):
    """The interval that a value should be in; None where a side has no limit."""

    low: float | None
    high: float | None

    def holds(self, value: float) -> bool:
        """Return whether a value is inside."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class Point:
    """A figure at a period, with the limits from the periods before; None: too few of these."""

    period: str
    value: float
    act: Limits | None = None
    watch: Limits | None = None

    @property
    def status(self) -> str:
        """What the limits say of the value."""
        if self.act is not None and not self.act.holds(self.value):
            return "act"
        return "watch" if self.watch is not None and not self.watch.holds(self.value) else "ok"


@dataclass(frozen=True)
class Check:
    """A watched figure and its history, in the order of periods; the last point is checked.

    unknown: the newest period, if the figure has no value in it: then nothing is checked.
    """

    watched: Watched
    points: Sequence[Point]
    reason: str
    unknown: str | None = None

    @property
    def newest(self) -> Point | None:
        """The point that is checked; None if the newest period has no value."""
        return self.points[-1] if self.points and self.unknown is None else None

    @property
    def status(self) -> str:
        """What is said of the newest value."""
        return self.newest.status if self.newest else "ok"

    def record(self) -> dict[str, Any]:
        """Return the check as a row of a report."""
        last = self.newest
        limits = last.act if last and last.act else Limits(None, None)
        return {
            "check": self.watched.name,
            "status": self.status,
            "value": last.value if last else None,
            "low": limits.low,
            "high": limits.high,
            "period": last.period if last else self.unknown,
            "reason": self.reason,
        }

    def history(self) -> list[dict[str, Any]]:
        """Return the points as records."""
        return [{**asdict(point), "status": point.status} for point in self.points]


def check(
    watched: Watched,
    values: Sequence[tuple[str, float | None]],
    rates: Rates,
    bounds: Limits | None = None,
) -> Check:
    """Check the newest value of a figure.

    Args:
        watched: the figure.
        values: (period, value), in the order of periods; None where the figure has no value. If
            the newest period has none, an alarm of an earlier period is not repeated.
        rates: of false alarms.
        bounds: limits of `act` that replace those of the history.
    """
    points: list[Point] = []
    past: list[float] = []
    outside: list[float] = []
    for period, value in values:
        if value is None:
            continue
        point = Point(period, value, *_limits(watched, past, rates, bounds))
        points.append(point)
        if point.status == "act" and bounds is None:
            outside.append(value)  # later limits come from ordinary values only
            if len(outside) == LASTING:
                past, outside = outside, []
        else:
            past, outside = [*past, value][-LONGEST:], []
    if values and values[-1][1] is None:
        unknown = values[-1][0]
        told = f"{watched.what}: no value in {unknown}, for lack of data"
        return Check(watched, points, told, unknown)
    return Check(watched, points, _reason(watched, points, rates, bounds))


def worst(checks: Sequence[Check]) -> str:
    """Return the worst status of checks."""
    return max((check.status for check in checks), key=STATUSES.index, default="ok")


def _limits(
    watched: Watched, past: Sequence[float], rates: Rates, bounds: Limits | None
) -> tuple[Limits | None, Limits | None]:
    """Return the limits of `act` and of `watch` for the value after a past."""
    if bounds is not None:
        return bounds, None
    if len(past) < FEWEST:
        return None, None
    return _interval(watched, past, rates.act), _interval(watched, past, rates.watch)


def _interval(watched: Watched, past: Sequence[float], rate: float) -> Limits:
    """Return the prediction interval of the value after a past."""
    from scipy.special import stdtrit

    known = [math.log(max(value, 1e-12)) for value in past] if watched.is_log else past
    count = len(known)
    outside = rate / 2 if watched.alarms == "both" else rate
    spread = stdev(known) * math.sqrt(1 + 1 / count) * float(stdtrit(count - 1, 1 - outside))
    half = max(spread, watched.least)
    low, high = mean(known) - half, mean(known) + half
    if watched.is_log:
        low, high = math.exp(low), math.exp(high)
    return Limits(
        None if watched.alarms == "above" else low, None if watched.alarms == "below" else high
    )


def _reason(watched: Watched, points: Sequence[Point], rates: Rates, bounds: Limits | None) -> str:
    """Say in one line what the newest value is, what it may be, and why."""
    if not points:
        return f"{watched.what}: no value yet"
    last = points[-1]
    found = f"{watched.what}: {last.value:.4g} in {last.period}"
    if last.act is None:
        return f"{found}; limits need {FEWEST} ordinary earlier values"
    if bounds is not None:
        return f"{found}; {_words(bounds)} by the file of bounds"
    if last.status == "watch":
        return f"{found}; {_words(last.watch)} in all but {rates.watch:.2g} of ordinary periods"
    return f"{found}; {_words(last.act)} in all but {rates.act:.2g} of ordinary periods"


def _words(limits: Limits | None) -> str:
    low, high = limits or (None, None)
    if low is None or high is None:
        return f"at most {high:.4g}" if low is None else f"at least {low:.4g}"
    return f"{low:.4g} to {high:.4g}"
