"""Fit how a cost grows with size, and find the size at which a second method becomes cheaper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

POWERS = (0.3, 2.0)
"""Bounds for the power of a curve."""

SAME = 0.05
"""Relative difference below which two costs count as equal, however exact the measurements."""


TICK = 0.2
"""Timing noise in seconds, independent of size; shorter measurements hardly count in a fit."""


@dataclass(frozen=True)
class Curve:
    """A cost in seconds: fixed + factor * size ** power.

    error: standard deviation of the measurements, relative to cost + TICK.
    """

    fixed: float
    factor: float
    power: float
    error: float

    def at(self, size: ArrayLike) -> NDArray[np.float64]:
        """Return the cost of each size, in seconds."""
        grown: NDArray[np.float64] = np.asarray(size, float) ** self.power
        return self.fixed + self.factor * grown


def fit_curve(sizes: Sequence[float], costs: Sequence[float]) -> Curve:
    """Fit a curve by least squares of log(cost + TICK).

    With fewer than four different sizes the power is fixed at 1; with one size the curve is flat.

    Args:
        sizes: rows, features or models of each measurement.
        costs: seconds of each measurement.
    """
    from scipy.optimize import least_squares

    size, cost = np.asarray(sizes, float), np.asarray(costs, float)
    if len(set(sizes)) < 2:
        return Curve(float(np.exp(np.log(cost).mean())), 0.0, 1.0, 0.0)
    free = len(set(sizes)) >= 4

    def curve(found: NDArray[np.float64]) -> Curve:
        power = found[2] if free else 1.0
        return Curve(float(np.exp(found[0])), float(np.exp(found[1])), float(power), 0.0)

    def misses(found: NDArray[np.float64]) -> NDArray[np.float64]:
        missed: NDArray[np.float64] = np.log((curve(found).at(size) + TICK) / (cost + TICK))
        return missed

    largest = size.argmax()
    start = [np.log(cost.min() / 2), np.log(cost[largest] / 2 / size[largest]), 1.0]
    limits = ([-np.inf, -np.inf, POWERS[0]], [np.inf, np.inf, POWERS[1]])
    take = 3 if free else 2
    best = least_squares(misses, start[:take], bounds=(limits[0][:take], limits[1][:take]))
    spare = max(len(size) - take, 1)
    return replace(curve(best.x), error=float(np.sqrt((best.fun**2).sum() / spare)))


def crossover(first: Curve, second: Curve, smallest: float, largest: float) -> float | None:
    """Return the size above which the second method costs less than the first.

    A crossover is reported only inside the measured range: the first must be cheaper at its start
    and the second at its end, by more than SAME and more than twice the error of the fits.

    Args:
        first: curve of the method that is cheaper for small sizes.
        second: curve of the other method.
        smallest: lower end of the measured range.
        largest: upper end of the measured range.

    Returns:
        The size; None if there is no such crossover.
    """
    from scipy.optimize import brentq

    margin = max(SAME, 2 * float(np.hypot(first.error, second.error)))

    def lead(log_size: ArrayLike) -> NDArray[np.float64]:
        size = np.exp(log_size)
        of_first: NDArray[np.float64] = np.log(second.at(size) / first.at(size))
        return of_first

    grid = np.linspace(np.log(smallest), np.log(largest), 200)
    leads = lead(grid)
    if leads[0] <= margin or leads[-1] >= -margin:
        return None
    last = int(np.flatnonzero(leads > 0)[-1])
    return float(np.exp(brentq(lead, grid[last], grid[last + 1])))


def size_at(sizes: Sequence[float], costs: Sequence[float], limit: float) -> float | None:
    """Return the size at which a linearly growing cost, such as memory, reaches a limit.

    Returns:
        The size; None with fewer than two different sizes, or if the cost does not grow.
    """
    if len(set(sizes)) < 2:
        return None
    slope, fixed = np.polyfit(sizes, costs, 1)
    grown = slope * (max(sizes) - min(sizes))
    return float((limit - fixed) / slope) if grown > SAME * max(costs) else None
