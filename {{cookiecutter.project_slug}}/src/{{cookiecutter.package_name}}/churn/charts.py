"""The chart of a churn model, from its predictions of customers that it has not seen."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from ..reporting.charts import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    colours_of,
    label,
    name_panel,
    short,
    shorten_numbers,
    write_title,
)
from .importance import Worth
from .offers import Point
from .scores import by_decile, calibration
from .uncertainty import auc_interval, roc_band, share_interval

METHOD_COLOURS = {
    "all-customers": BLUE,
    "per-customer": GREEN,
    "rfm": ORANGE,
    "recency": PURPLE,
}
GUIDE: dict[str, Any] = {"color": GREY, "linewidth": 1, "linestyle": ":"}
FEATURES = 10
"""How many of the most important features are drawn."""

MANY = 6
"""Above so many methods, a legend has one line for each."""

WIDEST = 0.05
"""Largest lower edge of the axes of calibration: they span more than a power of ten."""

PERCENTAGES = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Shares that a logarithmic axis may write, of which it writes five at most."""


def evaluation(
    predicted: Mapping[str, pd.DataFrame], importance: Mapping[str, Worth], title: str
) -> Figure:
    """Draw ROC, precision and recall, calibration, lift and the most important features.

    Args:
        predicted: name of a method -> churned and churn_probability; the first is the model's.
        importance: feature -> the ROC AUC that is lost without it.
        title: what was evaluated; the figure's title adds which method ranks best.
    """
    figure = Figure(figsize=(13, 7.8), layout="constrained")
    panels = figure.subplots(2, 3).flatten()
    colours = colours_of(predicted, METHOD_COLOURS)
    name, model = next(iter(predicted.items()))
    draw_roc(panels[0], predicted, colours)
    draw_precision(panels[1], predicted, colours)
    draw_calibration(panels[2], model, colours[name])
    draw_lift(panels[3], model, colours[name])
    draw_importance(panels[4], importance, colours[name])
    panels[5].axis("off")
    handles, labels = panels[0].get_legend_handles_labels()
    size = 9 if len(predicted) <= MANY else 8
    panels[5].legend(handles, labels, loc="center left", frameon=False, fontsize=size)
    write_title(figure, f"{title}{'' if title.endswith('?') else ':'} {finding(predicted)}")
    return figure


def area(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Return a method's ROC AUC and the bounds of its 95 % interval."""
    from sklearn.metrics import roc_auc_score

    found = float(roc_auc_score(rows["churned"], rows["churn_probability"]))
    churned = int(rows["churned"].sum())
    return found, *auc_interval(found, churned, len(rows) - churned)


def finding(predicted: Mapping[str, pd.DataFrame]) -> str:
    """Say which methods have the highest ROC AUC, and which the interval does not tell apart."""
    areas = {name: area(rows) for name, rows in predicted.items()}
    highest = max(areas.values(), key=lambda found: found[0])
    best = [name for name, found in areas.items() if f"{found[0]:.3f}" == f"{highest[0]:.3f}"]
    near = [n for n, found in areas.items() if n not in best and found[0] >= highest[1]]
    figures = f"{highest[0]:.3f} (95 % interval {highest[1]:.3f} to {highest[2]:.3f})"
    if len(areas) == 1:
        return f"ROC AUC {figures}"
    verb = "has" if len(best) == 1 else "have"
    said = f"{' and '.join(best)} {verb} the highest ROC AUC, {figures}"
    return f"{said}; the interval includes {' and '.join(near)}" if near else said


def draw_roc(
    panel: Axes, predicted: Mapping[str, pd.DataFrame], colours: Mapping[str, str]
) -> None:
    """Draw churners found against others taken for churners, with the first method's band."""
    from sklearn.metrics import roc_curve

    separator = "\n" if len(predicted) <= MANY else ": "
    for name, rows in predicted.items():
        false, true, _ = roc_curve(rows["churned"], rows["churn_probability"])
        found, lower, upper = area(rows)
        legend = f"{label(name)}{separator}ROC AUC {found:.3f} ({lower:.3f} to {upper:.3f})"
        panel.plot(false, true, color=colours[name], label=legend)
    name, rows = next(iter(predicted.items()))
    band = roc_band(rows)
    shade: dict[str, Any] = {"color": colours[name], "alpha": 0.15, "linewidth": 0}
    panel.fill_between(
        band["others"],
        band["lower"],
        band["upper"],
        label=f"95 % band of {label(name)}:\n{rows['churned'].sum():,} of {len(rows):,} churned",
        **shade,
    )
    panel.plot([0, 1], [0, 1], **GUIDE)
    panel.set(xlabel="others taken for churners", ylabel="churners found")
    name_panel(panel, "ROC")
    as_percent(panel)


def draw_precision(
    panel: Axes, predicted: Mapping[str, pd.DataFrame], colours: Mapping[str, str]
) -> None:
    """Draw churners among those who are taken for some, against churners found, by threshold."""
    from sklearn.metrics import precision_recall_curve

    for name, rows in predicted.items():
        precision, recall, _ = precision_recall_curve(rows["churned"], rows["churn_probability"])
        panel.plot(recall, precision, color=colours[name], drawstyle="steps-post")
    panel.axhline(next(iter(predicted.values()))["churned"].mean(), **GUIDE)
    panel.set(xlabel="churners found (recall)", ylabel="who are churners (precision)")
    name_panel(panel, "Precision and recall")
    panel.set_ylim(0, 1.02)
    as_percent(panel)


def draw_calibration(panel: Axes, rows: pd.DataFrame, colour: str) -> None:
    """Draw predicted probabilities against shares of churners, in groups of equal size.

    Both axes are logarithmic: most customers' probabilities are small, and would lie on one spot.
    A group without churners lies at the lower edge, as a hollow mark.
    """
    groups = calibration(rows)
    predicted, churned = groups["probability"].to_numpy(float), groups["share"].to_numpy(float)
    lower, upper = share_interval(groups["share"] * groups["rows"], groups["rows"])
    positive = np.concatenate([predicted, churned])
    positive = positive[positive > 0]
    edge = max(min(float(positive.min()) / 2, WIDEST), PERCENTAGES[0])
    x, y = np.maximum(predicted, edge), np.maximum(churned, edge)
    panel.vlines(x, np.maximum(lower, edge), np.maximum(upper, edge), color=colour, alpha=0.4)
    panel.plot(x, y, color=colour, linewidth=1)
    none = churned < edge
    panel.plot(x[~none], y[~none], "o", color=colour)
    if none.any():
        panel.plot(x[none], y[none], "o", color=colour, markerfacecolor="white", clip_on=False)
    panel.plot([edge, 1], [edge, 1], **GUIDE)
    most = min(1.1, 2 * float(max(x.max(), y.max(), upper.max())))
    panel.set(xscale="log", yscale="log", xlim=(edge, most), ylim=(edge, most))
    hollow = "\n(hollow mark: nobody churned)" if none.any() else ""
    panel.set_xlabel(f"predicted probability, {len(groups)} groups of equal size{hollow}")
    panel.set_ylabel("who churned, 95 % interval")
    name_panel(panel, "Calibration")
    shown = [share for share in PERCENTAGES if edge <= share <= most]
    shown = shown[::-1][:: -(-len(shown) // 5)][::-1]
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_locator(FixedLocator(shown))
        axis.set_minor_locator(NullLocator())
    as_percent(panel)


def draw_lift(panel: Axes, rows: pd.DataFrame, colour: str) -> None:
    """Draw how many times more churners are in each tenth than among all."""
    lift = by_decile(rows)["lift"]
    bars = panel.bar(np.arange(1, len(lift) + 1), lift, color=colour)
    panel.bar_label(bars, [f"{value:.1f}" for value in lift], fontsize=8)
    panel.axhline(1, **GUIDE)
    panel.set(xlabel="tenth of the customers, the likeliest first", ylabel="times the average")
    name_panel(panel, "Lift by decile")
    panel.set_xticks(np.arange(1, len(lift) + 1))


def draw_importance(panel: Axes, importance: Mapping[str, Worth], colour: str) -> None:
    """Draw the features without which the model loses most, with two spreads to either side."""
    largest = sorted(importance.items(), key=lambda item: -item[1].mean)[:FEATURES][::-1]
    name_panel(panel, "Most important features")
    if not largest:
        panel.set(xticks=[], yticks=[], xlabel="no feature was measured")
        return
    panel.barh(
        range(len(largest)),
        [worth.mean for _, worth in largest],
        xerr=[2 * worth.spread for _, worth in largest],
        tick_label=[label(name) for name, _ in largest],
        color=colour,
        ecolor=GREY,
    )
    panel.locator_params(axis="x", nbins=4)
    panel.set(xlabel="ROC AUC lost when it is shuffled", ylim=(len(largest) - FEATURES - 0.6, None))


def as_percent(panel: Axes) -> None:
    """Write both axes as percentages, of small shares too: 0.03%."""
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.3g}%"))


def profit(points: Sequence[Point]) -> Figure:
    """Draw the expected profit of contacting the customers who are worth most, by their number."""
    figure = Figure(figsize=(9, 5), layout="constrained")
    panel = figure.subplots()
    customers, profits = [p.customers for p in points], [p.profit for p in points]
    mark = "o" if len(points) < 3 else ""
    panel.plot(customers, profits, color=BLUE, marker=mark)
    panel.axhline(0, **GUIDE)
    best = max(points, key=lambda point: point.profit)
    panel.plot([best.customers], [best.profit], "o", color=ORANGE)
    panel.set_xlabel("customers contacted, those worth most first")
    panel.set_ylabel("expected profit, in the unit of --offer-cost")
    if not any(profits):
        panel.set(xlim=(0, max([*customers, 1])), ylim=(-1, 1))
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    shorten_numbers(panel)
    name_panel(panel, "Profit by number of customers contacted")
    write_title(figure, worth(points))
    return figure


def worth(points: Sequence[Point]) -> str:
    """Say how many customers are worth contacting, and what that earns."""
    best = max(points, key=lambda point: point.profit)
    if not best.customers:
        return "No customer is worth the cost of the offer"
    customers = "customer is" if best.customers == 1 else "customers are"
    return f"{best.customers:,} {customers} worth contacting: expected profit {short(best.profit)}"
