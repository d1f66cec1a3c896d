"""Decide which period of a table of events is the last complete one.

A period is complete if the time without events at its end is not longer than usual. Usual is what
nine of ten earlier periods do not exceed: shops close on Sundays, and small shops sell nothing for
days. With fewer than ten earlier periods, the longest counts; without any, the last unit of the
period must have an event. Times count in whole units: days, hours of a day, or minutes
of an hour. The period of today is never complete.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from ..errors import BadInputError
from ..periods import FREQUENCIES

UNITS = {"hour": timedelta(minutes=1), "day": timedelta(hours=1)}
"""Frequency -> unit in which the time without events is counted; a day for all others."""

NAMES = {"hour": "minutes", "day": "hours"}

COMPARED = 24
"""Number of earlier periods that the last one is compared with."""

USUAL = 0.9
"""Share of the earlier periods whose time without events is usual."""


class Period(NamedTuple):
    """A period with events.

    start: its first moment.
    end: the first moment of the next period.
    last: time of its last event.
    events: number of its events.
    """

    start: datetime
    end: datetime
    last: datetime
    events: int


@dataclass(frozen=True)
class Verdict:
    """Whether a period is complete, with the figures.

    silence: time without events at its end, in units of the frequency.
    usual: the longest silence that is usual; None without earlier periods.
    unit: name of the unit.
    has_ended: whether it ended before today.
    """

    is_complete: bool
    silence: int
    usual: int | None
    unit: str
    has_ended: bool


def judge(periods: Sequence[Period], frequency: str, now: datetime) -> Verdict:
    """Return whether the last of some periods is complete.

    Args:
        periods: the periods with events, in the order of time.
        frequency: hour, day, week, month, quarter or year.
        now: the present, in the time zone of the periods.
    """
    unit = UNITS.get(frequency, timedelta(days=1))
    *before, last = periods[-COMPARED - 1 :]
    silences = sorted(_silence(period, unit) for period in before)
    usual = silences[ceil(USUAL * len(silences)) - 1] if silences else None
    silence = _silence(last, unit)
    has_ended = last.end <= now
    return Verdict(
        has_ended and silence <= (usual or 0),
        silence,
        usual,
        NAMES.get(frequency, "days"),
        has_ended,
    )


def last_complete(
    periods: Sequence[Period], frequency: str, now: datetime, as_of: datetime | None, where: str
) -> tuple[Period, Verdict]:
    """Return the last period to use, and the verdict on the last period with events.

    Args:
        periods: the periods with events, in the order of time.
        frequency: hour, day, week, month, quarter or year.
        now: the present, in the time zone of the periods.
        as_of: a time in the last period to use. This period is used, complete or not.
        where: name of the table in messages.

    Raises:
        BadInputError: if the only period is not complete.
    """
    ended = sum(period.end <= now for period in periods)
    if as_of is None:  # events of later periods are bookings, for example
        periods = periods[: ended + 1]
    verdict = judge(periods, frequency, now)
    last = periods[-1]
    is_named = as_of is not None and last.start <= as_of < last.end
    if verdict.is_complete or is_named:
        return last, verdict
    if len(periods) == 1:
        raise BadInputError(
            f"{where}: the only {frequency} with events, {name_of(last.start, frequency)}, is not "
            f"complete: its last event is of {last.last}. To use it: --as-of "
            f"{name_of(last.start, frequency)}"
        )
    return periods[-2], verdict


def name_of(start: datetime, frequency: str) -> str:
    """Return the text that names a period, as --as-of takes it (Frequency.text)."""
    return FREQUENCIES[frequency].text(start)


def _silence(period: Period, unit: timedelta) -> int:
    """Return the number of whole units after that of the last event."""
    return (period.end - period.start) // unit - (period.last - period.start) // unit - 1
