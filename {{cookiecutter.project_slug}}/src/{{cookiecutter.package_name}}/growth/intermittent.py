"""Expected usage of intermittent customers.

A median of such a customer is zero, and medians do not add up to what a team plans with. Here the
forecast is an expected value: the customer's own exponentially weighted mean, times the share of
such a mean that similar customers used afterwards. Similar customers have been silent for about as
long and were active in about as many months (recency and frequency, as in Fader, Hardie and Lee,
2005). The shares are measured over all customers at several past origins.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame

from .plausible import is_unused

Floats = NDArray[np.float64]

DECAY = 0.8
"""Weight of a month in the mean, as a multiple of the weight of the month after it.

Months are those of the calendar for days, hours and weeks too: `month` is the number of periods in
one (periods.Frequency). For quarters and years `month` is 1: a period counts as a month.
"""

DORMANT_AFTER = 3
"""Minimum number of last months without usage for a dormant customer."""

TWO_YEARS = 24
"""Periods from which on models know of seasons."""

WEEK = {30: 7, 720: 168}
"""Periods in a month -> in a week, for days and hours: closed days and nights are no pauses."""

NEGLIGIBLE = 0.01
"""A dormant customer is forecast as zero if a return within the horizon is less probable."""

SILENT, ACTIVE = (1, 2, 3, 6), (2, 3, 5)
"""Where cells begin: months without usage at the end, and months with usage."""

CELLS = (len(SILENT) + 1) * (len(ACTIVE) + 1)

ORIGINS = 4
"""Past origins to learn from, a horizon apart, so that not all lie in one season."""

PRIOR_SHARE = 0.02
"""Weight of all customers in the share of a cell, as a share of what all were expected to use."""

BINS = np.append(0, np.geomspace(0.02, 50, 60))
"""Edges of a histogram of usage in a month, as a multiple of the customer's usual active month."""

LARGEST = 1e200
"""Usage above this is not added up, because sums of it would overflow."""

FEWEST_CUSTOMERS = 20
"""Minimum number of customers in a cell whose probability of a return is measured."""


class State(NamedTuple):
    """A customer at an origin: weighted mean per month, mean of active months, and its cell."""

    mean: float
    size: float
    cell: int


class Returns(NamedTuple):
    """What customers used after past origins.

    share: (cells,), usage as a multiple of the weighted mean.
    probability: (cells,), of any usage within the horizon.
    histogram: (cells, bins), the share of months whose usage fell into a bin of BINS.
    are_usual: whether most customers are irregular; new customers are then treated as such.
    customers: how many customers the table has.
    month: periods in a month.
    """

    share: Floats
    probability: Floats
    histogram: Floats
    are_usual: bool = False
    customers: int = 0
    month: int = 1


def is_dormant(series: Floats, month: int = 1) -> bool:
    """Return whether a customer is dormant: no usage at all, or none for a long time.

    The zeros at the end must last DORMANT_AFTER months, and longer than every earlier pause.
    """
    used = np.flatnonzero(series)
    if not len(used):
        return True
    silence = len(series) - 1 - used[-1]
    longest_pause = max(np.diff(used), default=1) - 1
    return bool(silence >= DORMANT_AFTER * month and silence > longest_pause)


def is_irregular(series: Floats, month: int = 1) -> bool:
    """Say whether a customer uses nothing in many of its periods, or is dormant.

    Many are half of the periods; or a quarter if the history is shorter than TWO_YEARS, too short
    for a season of zeros to be known. Hours and days of the week that are always unused do not
    count (plausible.is_unused). Unknown periods are NaN, so that each period keeps its place in
    the week.
    """
    known = ~np.isnan(series)
    many = 0.25 if np.count_nonzero(known) < TWO_YEARS else 0.5
    counted = series[known]
    if month in WEEK:
        closed = is_unused(series, WEEK[month], WEEK[month])
        counted = series[known & ~np.resize(closed[::-1], len(series))[::-1]]
    zeros = len(counted) - np.count_nonzero(counted)
    return bool(zeros >= len(counted) * many) or is_dormant(series[known], month)


def state(series: Floats, month: int = 1) -> State:
    """Describe a customer by its known periods."""
    used = np.flatnonzero(series)
    weights = DECAY ** (np.arange(len(series) - 1.0, -1, -1) / month)
    silence = len(series) - 1 - used[-1] if len(used) else len(series)
    cell = np.digitize(silence, np.multiply(SILENT, month)) * (len(ACTIVE) + 1) + np.digitize(
        len(used), ACTIVE
    )
    size = series[used].mean() if len(used) else 0.0
    return State(float(weights @ series / weights.sum()), float(size), int(cell))


NOTHING_KNOWN = Returns(
    np.ones(CELLS), np.zeros(CELLS), np.repeat([np.eye(len(BINS))[0]], CELLS, axis=0)
)
"""The values without past origins: usage continues, and dormant customers stay so."""


def learn(histories: DataFrame, horizon: int, month: int = 1) -> Returns:
    """Measure what customers used after past origins; Spark adds up, the driver gets the sums.

    Args:
        histories: see history.histories.
        horizon: periods to forecast, and between the origins.
        month: periods in a month.
    """

    def count(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        sums = Sums.empty(month)
        for batch in batches:
            for usage in batch["usage"]:
                sums.add(usage, horizon)
        [place] = sums.values.ravel().nonzero()
        yield pd.DataFrame({"place": [place], "sum": [sums.values.flat[place]]})

    counted = histories.select("usage").mapInPandas(count, "place array<long>, sum array<double>")
    total = Sums.empty(month)
    for place, sums in counted.collect():
        total.values.flat[np.array(place, dtype=int)] += sums
    return total.returns()


class Sums:
    """Sums over customers, by origin and cell; they can be added up in any order.

    Axes: known for DORMANT_AFTER months at the origin or new; origin (the first is now, after which
    nothing is seen); cell; and customers, customers who returned, usage that was expected, usage
    that was seen, and the histogram of months.
    """

    SHAPE: ClassVar = (2, ORIGINS + 1, CELLS, 4 + len(BINS))

    def __init__(self, values: Floats, month: int = 1) -> None:
        """Take an array of SHAPE, or its elements in order, and the periods in a month."""
        self.values = values.reshape(self.SHAPE)
        self.month = month

    @classmethod
    def empty(cls, month: int = 1) -> "Sums":
        """Return sums before any customer is added."""
        return cls(np.zeros(cls.SHAPE), month)

    def add(self, usage: Floats, horizon: int) -> None:
        """Add a customer, by its usage in each month up to now."""
        known = usage[~np.isnan(usage)]
        if not len(known):
            return
        self.values[0, 0, int(is_irregular(usage, self.month)), 0] += 1
        for origin in range(1, ORIGINS + 1):
            before, later = np.split(usage, [max(len(usage) - origin * horizon, 0)])
            past, later = before[~np.isnan(before)], later[:horizon]
            later = later[~np.isnan(later)]
            if not len(past) or not len(later):
                return
            is_new = len(past) < DORMANT_AFTER * self.month
            if is_new or is_irregular(before, self.month):
                sums = self.values[int(is_new), origin]
                self.add_origin(sums, state(past, self.month), later)

    @staticmethod
    def add_origin(sums: Floats, before: State, later: Floats) -> None:
        """Add what a customer used after an origin to the sums of that origin."""
        if not 0 < before.size < LARGEST or later.max() > LARGEST:
            return
        row = sums[before.cell]
        row[:4] += 1, later.any(), before.mean * len(later), later.sum()
        bins = np.searchsorted(BINS, later / before.size)
        row[4:] += np.bincount(np.minimum(bins, len(BINS) - 1), minlength=len(BINS))

    def returns(self) -> Returns:
        """Turn sums into shares; a cell with few customers gets the shares of all."""
        regular, irregular = self.values[0, 0, :2, 0]
        are_usual = bool(irregular > regular)
        past = self.values[0, 1:] + are_usual * self.values[1, 1:]
        found = NOTHING_KNOWN._replace(
            are_usual=are_usual, customers=int(regular + irregular), month=self.month
        )
        per_origin = past[:, :, 2].sum(axis=1, keepdims=True)
        if not per_origin.any():
            return found
        # all origins have the same weight, whatever was used at the time
        weights = np.divide(1, per_origin, out=np.zeros_like(per_origin), where=per_origin > 0)
        expected, seen = ((past[:, :, i] * weights).sum(axis=0) for i in (2, 3))
        customers, returned = (past[:, :, i].sum(axis=0) for i in (0, 1))
        months = past[:, :, 4:].sum(axis=0)

        prior = PRIOR_SHARE * expected.sum()
        enough = customers >= FEWEST_CUSTOMERS
        counted = months + FEWEST_CUSTOMERS * months.sum(axis=0) / months.sum()
        return found._replace(
            share=(seen + prior * seen.sum() / expected.sum()) / (expected + prior),
            probability=np.where(enough, returned / np.maximum(customers, 1), 0),
            histogram=counted / counted.sum(axis=1, keepdims=True),
        )


def takes(series: Floats, returns: Returns) -> bool:
    """Say whether a customer is forecast here, by its months; NaN where usage is unknown."""
    is_new = bool(np.count_nonzero(~np.isnan(series)) < DORMANT_AFTER * returns.month)
    return is_irregular(series, returns.month) or (is_new and returns.are_usual)


def forecast_irregular(
    series: Floats, returns: Returns, horizon: int, probabilities: Sequence[float]
) -> tuple[Floats, Floats, str]:
    """Forecast a customer from its known months.

    Args:
        series: usage in the months in which it is known.
        returns: what customers used after past origins.
        horizon: months to forecast.
        probabilities: of the bounds; the first two are those of the interval.

    Returns:
        The forecast (months,), its bounds (probabilities, months), and the name of the model:
        `zero` where usage has stopped and next to no such customer returned.
    """
    now = state(series, returns.month)
    is_gone = is_dormant(series, returns.month) and returns.probability[now.cell] < NEGLIGIBLE
    if is_gone or not now.size:
        return np.zeros(horizon), np.zeros((len(probabilities), horizon)), "zero"
    lower, upper = probabilities[:2]
    cumulative = returns.histogram[now.cell].cumsum()
    if cumulative[0] >= lower:
        # usage is never below zero: the interval starts there, and keeps the same probability
        upper -= lower
    wanted = np.array([lower, upper, *probabilities[2:]])
    multiples = np.interp(wanted, cumulative, BINS, right=BINS[-1])
    bounds = now.size * np.where(wanted <= cumulative[0], 0, multiples)
    forecast = np.full(horizon, returns.share[now.cell] * now.mean)
    return forecast, bounds[:, None].repeat(horizon, axis=1), "intermittent"
