"""The chart of checks: the history of each figure with its bounds."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import to_datetime

from ..reporting.charts import (
    BLACK,
    GREY,
    ORANGE,
    SKY,
    VERMILION,
    label,
    name_panel,
    place_dates,
    shorten_numbers,
    write_title,
)
from .limits import Check, Limits, worst

COLOURS = {"ok": BLACK, "watch": ORANGE, "act": VERMILION}
MARKERS = {"ok": "o", "watch": "^", "act": "X"}
"""Statuses differ in their marks too, for charts that are printed without colours."""

COLUMNS = 2
MOST = 12
"""Panels of a chart; checks that are not ok come first."""


def finding(checks: Sequence[Check]) -> str:
    """Say in one line what the checks found."""
    counts = {status: [c for c in checks if c.status == status] for status in ("act", "watch")}
    if worst(checks) == "ok":
        unknown = sum(check.newest is None for check in checks)
        if unknown == len(checks):
            return f"ok: {counted(unknown)} without a value yet"
        more = f"; {counted(unknown)} without a value yet" if unknown else ""
        known = counted(len(checks) - unknown)
        return f"ok: {known}, and no newest value is outside of its limits{more}"
    told = (
        f"{status}: {', '.join(check.watched.name for check in found)}"
        for status, found in counts.items()
        if found
    )
    return "; ".join(told)


def counted(checks: int) -> str:
    """Write a number of checks."""
    return "1 check" if checks == 1 else f"{checks} checks"


def history(checks: Sequence[Check], title: str) -> Figure:
    """Draw the history of each figure, the limits that each value had, and what they say of it."""
    known = [check for check in checks if check.points]
    shown = sorted(known, key=lambda check: ("act", "watch", "ok").index(check.status))[:MOST]
    rows = max(1, -(-len(shown) // COLUMNS))
    figure = Figure(figsize=(13, 1 + 2.4 * rows), layout="constrained")
    panels = figure.subplots(rows, COLUMNS, squeeze=False).flatten()
    for panel, check in zip(panels, shown, strict=False):
        _draw(panel, check)
    for panel in panels[len(shown) :]:
        panel.set_axis_off()
    handles = {
        name: handle
        for panel in panels
        for handle, name in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(), handles.keys(), loc="outside lower left", ncols=5, frameon=False
    )
    write_title(figure, f"{title}: {finding(checks)}")
    return figure


def _draw(panel: Axes, check: Check) -> None:
    dates = to_datetime([point.period for point in check.points])
    values = [point.value for point in check.points]
    _band(panel, check, "watch", "inside the limits of watch", SKY, 0.25)
    act = [point.act or Limits(None, None) for point in check.points]
    for place in (0, 1):
        line = [_number(limits[place]) for limits in act]
        name = "limit of act" if place == 1 or check.watched.alarms == "below" else None
        if any(limits[place] is not None for limits in act):
            panel.plot(dates, line, color=GREY, linestyle="--", linewidth=1.2, label=name)
    panel.plot(dates, values, color=BLACK, linewidth=1)
    for status, colour in COLOURS.items():
        at = [place for place, point in enumerate(check.points) if point.status == status]
        if at:
            panel.scatter(
                dates[at],
                [values[place] for place in at],
                color=colour,
                marker=MARKERS[status],
                s=18 if status == "ok" else 60,
                zorder=3,
                label=status,
            )
    _zoom(panel, check)
    place_dates(panel, dates)
    shorten_numbers(panel)
    name_panel(panel, label(f"{check.watched.name}: {check.watched.what}", 64))


def _number(limit: float | None) -> float:
    return math.nan if limit is None else limit


def _zoom(panel: Axes, check: Check) -> None:
    """Use a logarithmic axis where a value is far from the others, so that limits can be seen."""
    values = [point.value for point in check.points]
    if check.watched.is_log and max(values) > 20 * min(values) > 0:
        panel.set_yscale("log")


def _band(panel: Axes, check: Check, kind: str, name: str, colour: str, alpha: float) -> None:
    points = [point for point in check.points if getattr(point, kind) is not None]
    if not points:
        return
    values = [point.value for point in check.points]
    edges = [getattr(point, kind) for point in points]
    floor = 0.0 if min(values) >= 0 else min(values)
    lows = [floor if limits.low is None else limits.low for limits in edges]
    top = max(values)
    highs = [top if limits.high is None else limits.high for limits in edges]
    dates = to_datetime([point.period for point in points])
    panel.fill_between(dates, lows, highs, color=colour, alpha=alpha, linewidth=0, label=name)
