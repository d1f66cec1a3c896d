"""Conclusions from measured training costs: how they grow, and when to change the method."""

from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from .crossover import Curve, crossover, fit_curve, size_at

SWEEPS = {"n": "rows", "k": "features", "m": "models"}
"""Sweep -> the name of what grows in it."""

PAIRS = (
    *((sweep, first, "mllib") for sweep in ("n", "k") for first in ("sklearn", "tensorflow")),
    ("m", "loop", "pool"),
    ("m", "loop", "spark"),
    ("m", "pool", "spark"),
)
"""Sweep, a method that needs fewer resources, and one that needs more and may overtake it."""

TOLD = 100
"""Megabytes at the largest size below which growth of memory is not extrapolated."""


@dataclass(frozen=True)
class Measurement:
    """Cost and score of one method at one size.

    sweep: what grows: n, k or m.
    method: a trainer (sweeps n and k), or a method to train many models (sweep m).
    rows, features, models: totals over all models.
    driver_mb: peak memory of the driver, in MB, beyond what it held before.
    worker_mb: peak memory of the largest other Python process, in MB.
    jvm_mb: peak memory of Spark's Java, in MB.
    roc_auc: on the holdout; None if it has too few rows of either outcome.
    """

    sweep: str
    method: str
    rows: int
    features: int
    models: int
    seconds: float
    driver_mb: float
    worker_mb: float
    jvm_mb: float
    roc_auc: float | None

    @property
    def size(self) -> int:
        """Return the rows, features or models, whichever grows in the sweep."""
        return int(getattr(self, SWEEPS[self.sweep]))


@dataclass(frozen=True)
class Crossover:
    """The comparison of two methods in one sweep.

    size: above it the second method is faster; None if the measured range shows no such size.
    largest: the largest size at which both were measured.
    times: seconds of the second method divided by those of the first, at `largest`.
    memory_ends_at: the size at which the first method would fill this machine's memory, by linear
        extrapolation; None if its memory hardly grows.
    """

    sweep: str
    first: str
    second: str
    size: float | None
    largest: int
    times: float
    memory_ends_at: float | None

    @property
    def verdict(self) -> str:
        """Return the conclusion in one or two sentences."""
        what = SWEEPS[self.sweep]
        if self.size is not None:
            said = (
                f"Above about {self.size:,.0f} {what}, {self.second} is faster than {self.first}."
            )
        else:
            said = (
                f"No crossover beyond the noise: at {self.largest:,} {what}, {self.second} "
                f"takes {self.times:.2f} times as long as {self.first}."
            )
        if self.memory_ends_at is not None:
            said += (
                f" {self.first} would fill the memory at about {self.memory_ends_at:,.0f} {what}."
            )
        return said


def conclude(
    measurements: Sequence[Measurement],
) -> tuple[dict[tuple[str, str], Curve], list[Crossover]]:
    """Fit a curve of seconds to each method, and look for crossovers.

    Returns:
        The curves, by (sweep, method), and a Crossover for each of PAIRS that was measured.
    """
    by_method: dict[tuple[str, str], list[Measurement]] = {}
    for measurement in measurements:
        by_method.setdefault((measurement.sweep, measurement.method), []).append(measurement)
    curves = {
        key: fit_curve([m.size for m in found], [m.seconds for m in found])
        for key, found in by_method.items()
    }
    total = psutil.virtual_memory().total / 2**20
    crossovers = []
    for sweep, first, second in PAIRS:
        common = {m.size for m in by_method.get((sweep, first), [])} & {
            m.size for m in by_method.get((sweep, second), [])
        }
        if common:
            of_first = by_method[sweep, first]
            largest, both = max(common), (curves[sweep, first], curves[sweep, second])
            at = crossover(*both, min(common), largest)
            times = float(both[1].at(largest) / both[0].at(largest))
            held = [m.driver_mb for m in of_first]
            ends = size_at([m.size for m in of_first], held, total) if max(held) > TOLD else None
            crossovers.append(Crossover(sweep, first, second, at, largest, times, ends))
    return curves, crossovers
