"""Time spans and sample sizes of churn prediction, for usage of each frequency.

Spans of weeks are as long as those of months. Days and hours repeat each week, and customers who
use daily leave within weeks, so their spans are weeks and days.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Windows(NamedTuple):
    """Spans, in periods, and a number of customers.

    recent: up to the cutoff, in which periods with usage are counted. The first span is also that
        of recent usage and of change, and says how fast old usage fades.
    step: between cutoffs that are trained on. For days and hours it is no multiple of a week or a
        day, so that cutoffs fall on each weekday and all over the day.
    customers: about how many customers the prior of BG/BB is fitted to, at most. The prior has only
        four numbers, and the time of a fit grows with customers and periods.
    """

    recent: tuple[int, int, int]
    step: int
    customers: int

    @property
    def counts(self) -> tuple[str, ...]:
        """The names of the features that count periods with usage in `recent`."""
        return tuple(f"frequency_{periods}" for periods in self.recent)


WINDOWS = {
    "hour": Windows((24, 168, 672), step=29, customers=300),
    "day": Windows((7, 28, 91), step=8, customers=2_000),
    "week": Windows((13, 26, 52), step=4, customers=10_000),
    "month": Windows((3, 6, 12), step=1, customers=50_000),
    "quarter": Windows((2, 4, 8), step=1, customers=50_000),
    "year": Windows((2, 3, 5), step=1, customers=50_000),
}
"""Name of a frequency -> its spans and sizes."""

COUNTS = tuple(
    f"frequency_{periods}"
    for periods in sorted({span for windows in WINDOWS.values() for span in windows.recent})
)
"""The names of counts of all frequencies."""


def shortest_count(columns: Iterable[str]) -> str:
    """Return the count in the shortest span, among the columns that describe usage."""
    known = set(columns)
    return next(name for name in COUNTS if name in known)
