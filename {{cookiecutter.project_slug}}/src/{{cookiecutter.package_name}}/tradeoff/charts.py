"""The picture of what training costs, on one node or on all."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

from ..reporting.charts import BLUE, GREEN, GREY, ORANGE, name_panel, short, two_digits, write_title
from .conclusions import SWEEPS, Crossover, Measurement
from .crossover import Curve

COLOURS = {
    "sklearn": ORANGE,
    "tensorflow": BLUE,
    "mllib": GREEN,
    "loop": GREY,
    "pool": ORANGE,
    "spark": GREEN,
}
NAMES = {
    "sklearn": "scikit-learn, one node",
    "tensorflow": "TensorFlow, one node",
    "mllib": "Spark MLlib, all nodes",
    "loop": "a loop",
    "pool": "a pool of processes",
    "spark": "Spark, segments as rows",
}
TITLES = {
    "n": "n: rows of one model",
    "k": "k: features of one model",
    "m": "m: models, one a segment",
}
BELOW, ABOVE = 0.1, 0.45
"""Room below the curves, and above them for a legend, as shares of their height."""

FEWEST = 3
"""Sizes that a sweep needs to be drawn: two show no curve."""


def training(
    measurements: Sequence[Measurement],
    curves: Mapping[tuple[str, str], Curve],
    crossovers: Sequence[Crossover],
) -> Figure:
    """Seconds over n, k and m, both by powers of ten; crossovers are marked.

    A sweep of fewer than `FEWEST` sizes is left out, unless all are.
    """
    sizes = {sweep: {m.size for m in measurements if m.sweep == sweep} for sweep in TITLES}
    sweeps = [sweep for sweep in TITLES if len(sizes[sweep]) >= FEWEST]
    sweeps = sweeps or [sweep for sweep in TITLES if sizes[sweep]]
    figure = Figure(figsize=(5.2 * len(sweeps), 5), layout="constrained")
    panels = figure.subplots(1, len(sweeps), squeeze=False)[0]
    for panel, sweep in zip(panels, sweeps, strict=True):
        draw(panel, [m for m in measurements if m.sweep == sweep], curves)
        found = [c for c in crossovers if c.sweep == sweep]
        mark(panel, found)
        name_panel(panel, TITLES[sweep])
    write_title(figure, finding([c for c in crossovers if c.sweep in sweeps]))
    return figure


def finding(crossovers: Sequence[Crossover]) -> str:
    """Say what the first comparison of one model, and the last of many models, showed."""
    of_one = [c for c in crossovers if c.sweep != "m"][:1]
    of_many = [c for c in crossovers if c.sweep == "m"][-1:]
    told = "; ".join(compared(crossover) for crossover in of_one + of_many)
    return told or "What training costs, on one node and on all"


def compared(crossover: Crossover) -> str:
    """Say how much longer one method takes, or from which size on the second is faster."""
    first, second = name(crossover.first), name(crossover.second)
    what = SWEEPS[crossover.sweep]
    if crossover.size is not None:
        return f"{second} is faster than {first} above {two_digits(crossover.size)} {what}"
    times, slow, fast = crossover.times, second, first
    if times < 1:
        times, slow, fast = 1 / times, first, second
    size = f"{short(crossover.largest)} {what}"
    return f"{slow} takes {two_digits(times)} x as long as {fast} at {size}"


def name(method: str) -> str:
    """Return a method's name without where it runs."""
    return NAMES[method].partition(",")[0]


def draw(
    panel: Axes, measurements: Sequence[Measurement], curves: Mapping[tuple[str, str], Curve]
) -> None:
    """Draw what was measured of each method as dots, and the curve that was fitted to it."""
    for method in dict.fromkeys(m.method for m in measurements):
        found = [m for m in measurements if m.method == method]
        sizes = np.array([m.size for m in found], float)
        panel.scatter(sizes, [m.seconds for m in found], color=COLOURS[method], s=22, zorder=3)
        grid = np.geomspace(sizes.min(), sizes.max(), 100)
        curve = curves[found[0].sweep, method]
        panel.plot(grid, curve.at(grid), color=COLOURS[method], linewidth=1.5, label=NAMES[method])
    panel.set(xscale="log", yscale="log", ylabel="seconds of training")
    panel.set_xlabel(SWEEPS[measurements[0].sweep])
    low, high = panel.dataLim.y0, panel.dataLim.y1
    height = max(high / low, 2)
    panel.set_ylim(low / height**BELOW, high * height**ABOVE)
    for axis, ratio in ((panel.xaxis, panel.dataLim.x1 / panel.dataLim.x0), (panel.yaxis, height)):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if ratio < 100 else (1,)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
        axis.set_minor_formatter("")
    panel.legend(loc="upper left", fontsize=9, framealpha=1, edgecolor="none")


def mark(panel: Axes, crossovers: Sequence[Crossover]) -> None:
    """Mark where methods change places, and say so below the axis; or that they do not."""
    marked = sorted((c.size, place) for place, c in enumerate(crossovers) if c.size is not None)
    told = [panel.get_xlabel()]
    for size, place in marked:
        found = crossovers[place]
        panel.axvline(size, color=GREY, linewidth=1, linestyle=":", zorder=1)
        told.append(f"{name(found.second)} overtakes {name(found.first)} at {two_digits(size)}")
    if crossovers and not marked:
        told.append("no crossover exceeds the noise")
    panel.set_xlabel("\n".join(told))


def tick(value: float) -> str:
    """Return the label of a tick: 320 k, or 0.25."""
    return short(value) if value >= 1 else f"{value:g}"
