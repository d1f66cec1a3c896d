"""The charts of growth forecasting, each a function from figures to a matplotlib Figure."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..reporting.charts import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    colours_of,
    label,
    name_panel,
    place_dates,
    short,
    shorten_numbers,
    write_title,
)
from .backtest import LENGTHS, LengthScore, MethodScore

METHOD_COLOURS = {
    "combination": BLUE,
    "per-customer": GREEN,
    "all-customers": ORANGE,
    "seasonal-naive": GREY,
}
HISTORY_COLOUR, FORECAST_COLOUR = BLACK, BLUE
MARKERS = "osD^vPX"
"""Methods differ in their marks too, for charts that are printed without colours."""

FEW = 3
"""Of fewer months, each one is marked."""

FEWEST_BARS = 3
"""Bars that a panel has room for at least: the bar of one method is no thicker."""

COLUMNS = 3
"""Panels of customers that stand side by side."""


def backtest(by_method: Sequence[MethodScore], by_length: Sequence[LengthScore]) -> Figure:
    """Draw each method's error by the length of history, and its errors over all customers."""
    colours = colours_of([m.method for m in by_method], METHOD_COLOURS)
    figure = Figure(figsize=(11, max(5, 2 + 0.45 * len(by_method))), layout="constrained")
    curves, bars = figure.subplots(1, 2, width_ratios=[3, 2])
    draw_lengths(curves, by_length, colours)
    draw_methods(bars, by_method, colours)
    figure.legend(loc="outside lower left", ncols=3, frameon=False)
    write_title(figure, finding(by_method))
    return figure


def finding(by_method: Sequence[MethodScore]) -> str:
    """Say which methods have the lowest error, as far as two decimals tell."""
    known = {m.method: round(m.mase, 2) for m in by_method if m.mase is not None}
    if not known:
        return "MASE is not known: no history is longer than a season, or none of them changes"
    lowest = min(known.values())
    best = " and ".join(method for method, mase in known.items() if mase == lowest)
    if len(by_method) == 1:
        return f"MASE of {best}: {lowest:.2f}"
    if len(known) == 1:
        return f"MASE of {best}: {lowest:.2f}; no other method's is known"
    if len(set(known.values())) == 1:
        return f"All methods have the same error: MASE {lowest:.2f}"
    verb = "have" if list(known.values()).count(lowest) > 1 else "has"
    said = f"{best} {verb} the lowest error: MASE {lowest:.2f}"
    if len({m.customers for m in by_method}) > 1:
        said += " (not each method could forecast the same customers)"
    return said


def draw_lengths(panel: Axes, by_length: Sequence[LengthScore], colours: Mapping[str, str]) -> None:
    """Draw each method's WAPE by seasons of history; a group that used nothing has none."""
    lengths = [length for length in LENGTHS.values() if any(s.seasons == length for s in by_length)]
    customers = {s.seasons: s.customers for s in by_length}
    for place, (method, colour) in enumerate(colours.items()):
        of_method = [s for s in by_length if s.method == method]
        wape = {s.seasons: s.wape for s in of_method if s.wape is not None}
        reached = [length for length in lengths if length in wape]
        panel.plot(
            [lengths.index(length) for length in reached],
            [wape[length] for length in reached],
            marker=MARKERS[place % len(MARKERS)],
            color=colour,
            label=label(method),
        )
    panel.set_xticks(
        range(len(lengths)),
        [f"{length}\n({short(customers[length])})" for length in lengths],
    )
    panel.set(xlabel="seasons of history (customers)", ylabel="WAPE: error as a share of usage")
    panel.set_ylim(bottom=0)
    panel.margins(x=0.1)
    name_panel(panel, "Error by length of history")


def draw_methods(panel: Axes, by_method: Sequence[MethodScore], colours: Mapping[str, str]) -> None:
    """Draw each method's MASE as a bar, with the seconds that its forecasts took."""
    ordered = list(reversed(by_method))
    bars = panel.barh(
        range(len(ordered)),
        [m.mase or 0 for m in ordered],
        tick_label=[label(m.method) for m in ordered],
        color=[colours[m.method] for m in ordered],
    )
    panel.bar_label(
        bars,
        [
            f"{m.mase:.2f}   {m.seconds:,.0f} s" if m.mase is not None else "unknown"
            for m in ordered
        ],
        padding=5,
    )
    name_panel(panel, "MASE, and seconds to forecast")
    panel.margins(x=0.5)
    panel.set_xlim(left=0)
    panel.set_ylim(min(len(ordered) - FEWEST_BARS, 0) - 0.6, len(ordered) - 0.4)
    panel.xaxis.set_visible(False)
    panel.spines["bottom"].set_visible(False)
    panel.tick_params(left=False)


def forecasts(
    total: pd.DataFrame,
    history: pd.DataFrame,
    forecasts: pd.DataFrame,
    failed: int = 0,
    period: str = "month",
) -> Figure:
    """Draw history and forecast of all customers together, and of a few, a panel for each.

    Args:
        total: month, usage and forecast of all customers together, from `total_by_month`; where
            there are lower and upper, they are drawn as a band, and year_before as a line.
        history: customer_id, month and usage of a few customers, or of groups by their names.
        forecasts: the forecasts table of the same customers or groups.
        failed: how many customers have no forecast, for the title.
        period: how the length of a row's period is called.
    """
    names = list(forecasts["customer_id"].unique())
    rows = -(-len(names) // COLUMNS)
    figure = Figure(figsize=(11, 4 + 2.4 * rows), layout="constrained")
    grid = figure.add_gridspec(1 + rows, COLUMNS, height_ratios=[1.4] + [1] * rows)
    panel = figure.add_subplot(grid[0, :])
    known = total.dropna(subset=["usage"])
    ahead = total.dropna(subset=["forecast"])
    draw_months(panel, known, ahead, ticks=8)
    if "year_before" in ahead and ahead["year_before"].notna().any():
        style: dict[str, Any] = {"color": GREY, "linestyle": "--", "linewidth": 1}
        panel.plot(ahead["month"], ahead["year_before"], label="a year before", **style)
    panel.set_ylabel(f"usage per {period}")
    figure.legend(loc="outside lower left", ncols=4, frameon=False)
    name_panel(panel, "All customers")
    for place, name in enumerate(names):
        panel = figure.add_subplot(grid[1 + place // COLUMNS, place % COLUMNS])
        draw_months(
            panel,
            history[history["customer_id"] == name].sort_values("month"),
            forecasts[forecasts["customer_id"] == name].sort_values("month"),
        )
        name_panel(panel, label(name))
        if place % COLUMNS == 0:
            panel.set_ylabel(f"usage per {period}", fontsize=8)
    write_title(figure, outlook(total, failed, period))
    return figure


def with_bounds(total: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Add the bounds and the year before of a totals table to the total by month."""
    columns = ["period", "lower", "upper", "year_before"]
    return total.merge(totals[columns].rename(columns={"period": "month"}), on="month", how="left")


def outlook(total: pd.DataFrame, failed: int = 0, period: str = "month") -> str:
    """Say what all customers will use, next to what they used a year before.

    Customers without a forecast are in neither.
    """
    ahead = total.dropna(subset=["forecast"])
    if ahead.empty:
        return "No customer could be forecast"
    periods = period if len(ahead) == 1 else f"{len(ahead)} {period}s"
    said = f"Usage of the next {periods}: {short(ahead['forecast'].sum())}"
    before = ahead["year_before"] if "year_before" in ahead else pd.Series(dtype=float)
    if before.sum() > 0 and before.notna().all():
        change = round(100 * (ahead["forecast"].sum() / before.sum() - 1))
        more = f"{abs(change):,} % {'more' if change > 0 else 'less'} than" if change else "as in"
        said += f", {more} the same {periods} a year before"
    if failed:
        customers = "a customer who has" if failed == 1 else f"{short(failed)} customers who have"
        said += f", without {customers} no forecast"
    return said


def draw_months(panel: Axes, history: pd.DataFrame, forecast: pd.DataFrame, ticks: int = 4) -> None:
    """Draw months of history and of a forecast, of one customer or of all."""
    lines = (
        (history["month"], history["usage"], HISTORY_COLOUR, "used"),
        (forecast["month"], forecast["forecast"], FORECAST_COLOUR, "forecast"),
    )
    for months, values, colour, name in lines:
        # a line of one month has no length: marks show it
        mark = "o" if len(months) < FEW else ""
        panel.plot(months, values, color=colour, label=name, marker=mark, markersize=3)
    if {"lower", "upper"} <= set(forecast):
        months, bounds = forecast["month"], forecast[["lower", "upper"]].astype(float)
        shade: dict[str, Any] = {"color": FORECAST_COLOUR, "alpha": 0.2, "label": "interval"}
        if len(forecast) == 1:
            panel.vlines(months, bounds["lower"], bounds["upper"], linewidth=6, **shade)
        else:
            panel.fill_between(months, bounds["lower"], bounds["upper"], linewidth=0, **shade)
    highest = panel.dataLim.y1
    top = 1.08 * highest if 0 < highest < float("inf") else 1
    panel.set_ylim(-0.02 * top, top)  # a line of zeros does not lie on the axis
    place_dates(panel, [*history["month"], *forecast["month"]], ticks)
    shorten_numbers(panel)
    panel.tick_params(labelsize=8)
