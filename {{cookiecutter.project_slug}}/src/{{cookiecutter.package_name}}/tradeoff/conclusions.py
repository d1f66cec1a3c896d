"""What measurements of training say: how costs grow, and when to change the way."""

from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from .crossover import Curve, crossover, fit_curve, size_at

SWEEPS = {"n": "rows", "k": "features", "m": "models"}
"""What grows in each sweep, and how it is called."""

PAIRS = (
    *((sweep, first, "mllib") for sweep in ("n", "k") for first in ("sklearn", "tensorflow")),
    ("m", "loop", "pool"),
    ("m", "loop", "spark"),
    ("m", "pool", "spark"),
)
"""Sweep, a way of fewer means, and one of more, which may overtake it."""

TOLD = 100
"""Megabytes of the largest size, under which nothing can be told of how memory grows."""


@dataclass(frozen=True)
class Measurement:
    """What one way of training took at one size.

    sweep: what grows: n, k or m. way: a trainer, or a way to train many models.
    rows, features, models: what was trained on, in all, and how many models.
    driver_mb: at most, beyond what the driver held before. worker_mb: at most, of any one other
    Python process. jvm_mb: at most, of Spark's Java.
    roc_auc: of rows that no model has seen; None where they are too few to tell.
    """

    sweep: str
    way: str
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
        """What grows."""
        return int(getattr(self, SWEEPS[self.sweep]))


@dataclass(frozen=True)
class Crossover:
    """From which size on the second way is the faster one; None where no measured size shows it.

    times: how many times as long as the first the second takes at the largest size.
    memory_ends_at: the size at which the first way would fill this machine's memory, as far as
        its share grows evenly; None where that cannot be told.
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
        """What there is to say, in a sentence or two."""
        what = SWEEPS[self.sweep]
        if self.size is not None:
            said = (
                f"From about {self.size:,.0f} {what} on, {self.second} is faster than {self.first}."
            )
        else:
            said = (
                f"No crossover stands out of the noise: at {self.largest:,} {what}, {self.second} "
                f"takes {self.times:.2f} times as long as {self.first}."
            )
        if self.memory_ends_at is not None:
            said += f" Memory would end {self.first} at about {self.memory_ends_at:,.0f} {what}."
        return said


def conclude(
    measurements: Sequence[Measurement],
) -> tuple[dict[tuple[str, str], Curve], list[Crossover]]:
    """Fit a curve of seconds to each way, and look for crossovers.

    Returns:
        The curves, by sweep and way, and a crossover for each of PAIRS that was measured.
    """
    ways: dict[tuple[str, str], list[Measurement]] = {}
    for measurement in measurements:
        ways.setdefault((measurement.sweep, measurement.way), []).append(measurement)
    curves = {
        key: fit_curve([m.size for m in found], [m.seconds for m in found])
        for key, found in ways.items()
    }
    total = psutil.virtual_memory().total / 2**20
    crossovers = []
    for sweep, first, second in PAIRS:
        common = {m.size for m in ways.get((sweep, first), [])} & {
            m.size for m in ways.get((sweep, second), [])
        }
        if common:
            of_first = ways[sweep, first]
            largest, both = max(common), (curves[sweep, first], curves[sweep, second])
            at = crossover(*both, min(common), largest)
            times = float(both[1].at(largest) / both[0].at(largest))
            held = [m.driver_mb for m in of_first]
            ends = size_at([m.size for m in of_first], held, total) if max(held) > TOLD else None
            crossovers.append(Crossover(sweep, first, second, at, largest, times, ends))
    return curves, crossovers
