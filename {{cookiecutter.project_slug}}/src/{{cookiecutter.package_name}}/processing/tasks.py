"""The two tasks: `charge` is custom code on a row, `trend` on a group of rows.

- charge(usage): one row per customer and month with customer_id, month, charge: what the month
  costs by the graduated TARIFF; null where usage is null.
- trend(usage): one row per customer with customer_id, trend: the growth of usage per month, by
  least squares over the months where usage is known; null where fewer than two are.
"""

from collections.abc import Iterable
from datetime import date
from statistics import linear_regression
from typing import NamedTuple

from ..periods import month_index

CHARGE_SCHEMA = "customer_id string, month date, charge double"
TREND_SCHEMA = "customer_id string, trend double"


class Tier(NamedTuple):
    """A tier of the tariff: `width` units above `start` cost `price` each."""

    start: float
    width: float
    price: float


TARIFF = (
    Tier(start=0, width=100, price=0.10),
    Tier(start=100, width=900, price=0.08),
    Tier(start=1000, width=float("inf"), price=0.05),
)


def charge_of_row(usage: float | None) -> float | None:
    """Return the charge for one month's usage, in plain Python."""
    if usage is None:
        return None
    return sum(tier.price * min(max(usage - tier.start, 0.0), tier.width) for tier in TARIFF)


def trend_of_group(history: Iterable[tuple[date, float | None]]) -> float | None:
    """Return the trend of one customer's (month, usage) pairs, in plain Python."""
    known = [(month_index(month), usage) for month, usage in history if usage is not None]
    if len(known) < 2:
        return None
    return linear_regression(*zip(*known, strict=True)).slope
