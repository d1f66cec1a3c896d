"""The picture of what training costs, on one node or on all."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..reporting.charts import BLUE, GREEN, GREY, ORANGE, short
from .conclusions import Crossover, Measurement
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


def training(
    measurements: Sequence[Measurement],
    curves: Mapping[tuple[str, str], Curve],
    crossovers: Sequence[Crossover],
) -> Figure:
    """Seconds over n, k and m, both by powers of ten; crossovers are marked."""
    sweeps = [sweep for sweep in TITLES if any(m.sweep == sweep for m in measurements)]
    figure = Figure(figsize=(5.2 * len(sweeps), 5), layout="constrained")
    panels = figure.subplots(1, len(sweeps), squeeze=False)[0]
    for panel, sweep in zip(panels, sweeps, strict=True):
        draw(panel, [m for m in measurements if m.sweep == sweep], curves)
        found = [c for c in crossovers if c.sweep == sweep]
        mark(panel, found)
        panel.set_title(TITLES[sweep], loc="left", fontsize=11)
    figure.suptitle(
        "One node or all of them?  Seconds of training (dots: measured; lines: fitted)",
        x=0.01,
        ha="left",
        fontsize=13,
        fontweight="bold",
    )
    return figure


def draw(
    panel: Axes, measurements: Sequence[Measurement], curves: Mapping[tuple[str, str], Curve]
) -> None:
    """Draw what was measured of each way, and the curve that was fitted to it."""
    for way in dict.fromkeys(m.method for m in measurements):
        found = [m for m in measurements if m.method == way]
        sizes = np.array([m.size for m in found], float)
        panel.scatter(sizes, [m.seconds for m in found], color=COLOURS[way], s=22, zorder=3)
        grid = np.geomspace(sizes.min(), sizes.max(), 100)
        curve = curves[found[0].sweep, way]
        panel.plot(grid, curve.at(grid), color=COLOURS[way], linewidth=1.5, label=NAMES[way])
    panel.set(xscale="log", yscale="log", ylabel="seconds")
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
        axis.set_minor_formatter("")
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(frameon=False, loc="upper left", fontsize=9)
    panel.margins(y=0.25)


def mark(panel: Axes, crossovers: Sequence[Crossover]) -> None:
    """Mark where ways change places, or say that they do not."""
    marked = [(found, found.size) for found in crossovers if found.size is not None]
    for place, (found, size) in enumerate(marked):
        panel.axvline(size, color=GREY, linewidth=1, linestyle=":")
        panel.annotate(
            f"{found.second} overtakes {found.first}: {short(size)}",
            (size, 0.05 + 0.05 * place),
            xycoords=("data", "axes fraction"),
            fontsize=8,
            ha="center",
            backgroundcolor="white",
        )
    if crossovers and not marked:
        panel.set_xlabel("no crossover stands out of the noise")


def tick(value: float) -> str:
    """A tick as a person says it."""
    return short(value) if value >= 1 else f"{value:g}"
