"""How costs grow with size, and from which size on another way is the cheaper one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

POWERS = (0.3, 2.0)
"""Within which the power of a curve is looked for."""

SAME = 0.05
"""Ways that differ by less than this share cost the same, however exactly they were measured."""


TICK = 0.2
"""Seconds that come and go whatever the size is: what takes less tells little of growth."""


@dataclass(frozen=True)
class Curve:
    """A cost in seconds: fixed + factor * size ** power.

    error: the standard deviation of what was measured, as a share of the cost and a TICK.
    """

    fixed: float
    factor: float
    power: float
    error: float

    def at(self, size: ArrayLike) -> NDArray[np.float64]:
        """The cost of a size."""
        grown: NDArray[np.float64] = np.asarray(size, float) ** self.power
        return self.fixed + self.factor * grown


def fit_curve(sizes: Sequence[float], costs: Sequence[float]) -> Curve:
    """Fit a curve by least squares of relative errors, those of a TICK left aside.

    The power is 1 where fewer than four sizes tell of it, and the curve flat where there is but
    one.
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
    """The size from which on the second way costs less than the first.

    Only what the measured range shows counts: the first must be cheaper at its start and the
    second at its end, by more than SAME and than twice the error of the measurements.

    Returns:
        The size; None where there is no such crossing.
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
    """The size at which a cost that grows evenly, as memory does, reaches a limit.

    Returns:
        The size; None where fewer than two sizes tell of it, or where the cost does not grow.
    """
    if len(set(sizes)) < 2:
        return None
    slope, fixed = np.polyfit(sizes, costs, 1)
    grown = slope * (max(sizes) - min(sizes))
    return float((limit - fixed) / slope) if grown > SAME * max(costs) else None
