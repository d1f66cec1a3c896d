"""The chart of the five ways, from figures to a matplotlib Figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ..reporting.charts import (
    GREEN,
    ORANGE,
    VERMILION,
    label,
    name_panel,
    short,
    two_digits,
    write_title,
)

if TYPE_CHECKING:
    from .compare import Measurement

DATA_PATHS = {
    "jvm": (GREEN, "stays in the JVM"),
    "arrow": (ORANGE, "to Python and back through Arrow, in batches"),
    "pickle": (VERMILION, "to Python and back pickled, row by row"),
}
"""A colour and a legend for each data path."""

WAY_NAMES = {
    "dataframe": "DataFrame",
    "pandas_on_spark": "pandas API on Spark",
    "pandas_udf": "pandas UDF",
    "python_udf_arrow": "Python UDF (Arrow)",
    "python_udf": "Python UDF (pickled)",
    "rdd": "RDD",
}

NOISE = 0.01
"""Timing noise of a query, in seconds: smaller differences are not significant."""

TASK_NAMES = {
    "charge": "On each row (charge)",
    "trend": "On each group (trend)",
}


def processing(measurements: Sequence[Measurement]) -> Figure:
    """Draw what a row costs in each way, and what a run costs whatever its rows are."""
    tasks = [task for task in TASK_NAMES if any(m.task == task for m in measurements)]
    ways = {m.way for m in measurements}
    figure = Figure(figsize=(12, 2 + 0.4 * len(ways) * len(tasks)), layout="constrained")
    grid = figure.subplots(len(tasks), 2, sharex="col", squeeze=False)
    for panels, task in zip(grid, tasks, strict=True):
        of_task = {m.way: m for m in measurements if m.task == task}
        known = [way for way in WAY_NAMES if way in of_task]
        others = [way for way in of_task if way not in WAY_NAMES]
        ordered = [of_task[way] for way in [*known, *others][::-1]]
        draw_bars(panels[0], ordered, [cost_of_row(m) for m in ordered])
        draw_bars(panels[1], ordered, [m.fixed_seconds for m in ordered])
        per = "row, fixed included" if has_one_size(of_task.values()) else "further row"
        name_panel(panels[0], f"{TASK_NAMES[task]}: microseconds per {per}")
        name_panel(panels[1], "Fixed: seconds of a run, whatever its rows")
        panels[1].set_yticklabels([])
        for panel in panels:
            panel.spines["bottom"].set_visible(False)
    write_title(figure, finding(measurements))
    legend = [Patch(color=colour, label=text) for colour, text in DATA_PATHS.values()]
    figure.legend(handles=legend, loc="outside lower left", ncols=len(legend), frameon=False)
    return figure


def draw_bars(
    panel: Axes, measurements: Sequence[Measurement], costs: Sequence[float | None]
) -> None:
    """Draw a bar for each way in the colour of its data path, with its figure."""
    bars = panel.barh(
        range(len(measurements)),
        [cost or 0 for cost in costs],
        tick_label=[label(WAY_NAMES.get(m.way, m.way)) for m in measurements],
        color=[DATA_PATHS[m.data_path][0] for m in measurements],
    )
    panel.bar_label(bars, ["unknown" if c is None else two_digits(c) for c in costs], padding=5)
    panel.margins(x=0.2)
    panel.xaxis.set_visible(False)
    panel.tick_params(left=False)


def cost_of_row(measurement: Measurement) -> float:
    """Return the microseconds of a row; with one size, its share of all seconds."""
    if measurement.microseconds_per_row is None:
        return 1e6 * measurement.seconds / measurement.rows if measurement.rows else 0.0
    return measurement.microseconds_per_row


def has_one_size(measurements: Iterable[Measurement]) -> bool:
    """Say whether fixed costs are unknown, because a single size of the table was measured."""
    return any(m.microseconds_per_row is None for m in measurements)


def finding(measurements: Sequence[Measurement]) -> str:
    """Say how much more a row costs in a pickled UDF than in the DataFrame API, on this table."""
    rows = max(m.rows for m in measurements)
    on = f"(up to {short(rows)} rows)"
    cost = {m.way: cost_of_row(m) for m in measurements if m.task == "charge"}
    if not {"python_udf", "dataframe"} <= cost.keys():
        return f"What a row costs in each way {on}"
    least = 1e6 * NOISE / rows if rows else 0.0
    if cost["python_udf"] <= least:
        return f"Too few rows to tell what a row costs: fixed costs are all that is seen {on}"
    times = cost["python_udf"] / max(cost["dataframe"], least)
    figure, more = (times, "more") if times >= 1 else (1 / times, "less")
    about = "at least " if cost["dataframe"] < least else ""
    said = "pickled Python UDF than in the DataFrame API"
    told = f"A row costs {about}{two_digits(figure)} x {more} in a {said}"
    if two_digits(figure) == "1" and not about:
        told = "A row costs as much in a pickled Python UDF as in the DataFrame API"
    if has_one_size(measurements):
        return f"{told}, fixed costs included {on}"
    return f"{told} {on}"
