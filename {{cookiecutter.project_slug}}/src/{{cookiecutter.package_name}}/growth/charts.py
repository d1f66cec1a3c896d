"""The pictures of growth forecasting, each a function from figures to a matplotlib Figure."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from ..reporting.charts import short
from .backtest import LENGTHS, LengthScore, MethodScore

METHOD_COLOURS = ("#2a7f62", "#e0a030", "#8d99ae", "#c0392b", "#5b5f97", "#444444")
HISTORY_COLOUR, FORECAST_COLOUR = "#333333", "#2a7f62"


def backtest(by_method: Sequence[MethodScore], by_length: Sequence[LengthScore]) -> Figure:
    """Each method's error by the length of history, and its errors over all customers."""
    colours = dict(zip([m.method for m in by_method], METHOD_COLOURS, strict=False))
    figure = Figure(figsize=(11, 5), layout="constrained")
    curves, bars = figure.subplots(1, 2, width_ratios=[3, 2])

    labels = [label for label in LENGTHS.values() if any(s.seasons == label for s in by_length)]
    customers = {s.seasons: s.customers for s in by_length}
    for method, colour in colours.items():
        smape = {s.seasons: s.smape for s in by_length if s.method == method}
        reached = [label for label in labels if label in smape]
        curves.plot(
            [labels.index(label) for label in reached],
            [smape[label] for label in reached],
            marker="o",
            color=colour,
            label=method,
        )
    curves.set_xticks(
        range(len(labels)), [f"{label}\n{short(customers[label])} customers" for label in labels]
    )
    curves.set_title("sMAPE by seasons of history: lower is better", loc="left", fontsize=11)
    curves.set_ylim(bottom=0)
    curves.margins(x=0.1)
    curves.legend(frameon=False)

    ordered = list(reversed(by_method))
    drawn = bars.barh(
        [m.method for m in ordered],
        [m.mase or 0 for m in ordered],
        color=[colours[m.method] for m in ordered],
    )
    bars.bar_label(
        drawn,
        [f"{m.mase:.2f}   {m.seconds:.0f} s" if m.mase is not None else "unknown" for m in ordered],
        padding=5,
    )
    bars.set_title("MASE, and seconds to forecast", loc="left", fontsize=11)
    bars.margins(x=0.4)
    bars.xaxis.set_visible(False)
    bars.spines["bottom"].set_visible(False)
    bars.tick_params(left=False)

    for panel in (curves, bars):
        panel.spines[["top", "right"]].set_visible(False)
    figure.suptitle(
        "Which method forecasts best, for which customers?", x=0.01, ha="left", fontweight="bold"
    )
    return figure


def forecasts(history: pd.DataFrame, forecasts: pd.DataFrame) -> Figure:
    """History, forecast and interval of a few customers, a panel for each.

    Args:
        history: customer_id, month and usage.
        forecasts: the forecasts table of the same customers.
    """
    names = list(forecasts["customer_id"].unique())
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(11, 1 + 2.4 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).flatten()
    for panel, name in zip(panels, names, strict=False):
        draw_customer(
            panel,
            history[history["customer_id"] == name].sort_values("month"),
            forecasts[forecasts["customer_id"] == name].sort_values("month"),
        )
        panel.set_title(name, loc="left", fontsize=10)
    for panel in panels[len(names) :]:
        panel.set_visible(False)
    figure.suptitle(
        "The customers who use most, and what they will use", x=0.01, ha="left", fontweight="bold"
    )
    return figure


def draw_customer(panel: Axes, history: pd.DataFrame, forecast: pd.DataFrame) -> None:
    """Draw one customer's months into a panel."""
    panel.plot(history["month"], history["usage"], color=HISTORY_COLOUR, linewidth=1)
    panel.plot(forecast["month"], forecast["forecast"], color=FORECAST_COLOUR, linewidth=1.5)
    panel.fill_between(
        forecast["month"], forecast["lower"], forecast["upper"], color=FORECAST_COLOUR, alpha=0.2
    )
    panel.set_ylim(bottom=0)
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    panel.tick_params(labelsize=8)
    panel.spines[["top", "right"]].set_visible(False)
