"""The picture of a churn model, from its predictions of customers that it has not seen."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from .importance import Worth
from .scores import by_decile, calibration

COLOURS = ("#2a7f62", "#e0a030", "#5b6abf", "#8d99ae")
GUIDE: dict[str, Any] = {"color": "#999999", "linewidth": 1, "linestyle": ":"}
FEATURES = 10
"""How many of the most important features are drawn."""


def evaluation(
    predicted: Mapping[str, pd.DataFrame], importance: Mapping[str, Worth], title: str
) -> Figure:
    """ROC, precision and recall, calibration, lift and the most important features.

    Args:
        predicted: name of a method -> churned and churn_probability; the first is the model's.
        importance: feature -> what it is worth, in ROC AUC.
        title: what is drawn.
    """
    figure = Figure(figsize=(13, 7.5), layout="constrained")
    panels = figure.subplots(2, 3).flatten()
    colours = dict(zip(predicted, COLOURS, strict=False))
    model = next(iter(predicted.values()))
    draw_roc(panels[0], predicted, colours)
    draw_precision(panels[1], predicted, colours)
    draw_calibration(panels[2], model)
    draw_lift(panels[3], model)
    draw_importance(panels[4], importance)
    panels[5].set_visible(False)
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower right", bbox_to_anchor=(0.92, 0.2), frameon=False)
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
    return figure


def draw_roc(
    panel: Axes, predicted: Mapping[str, pd.DataFrame], colours: Mapping[str, str]
) -> None:
    """Churners found, against others taken for churners, by threshold."""
    from sklearn.metrics import roc_auc_score, roc_curve

    for name, rows in predicted.items():
        false, true, _ = roc_curve(rows["churned"], rows["churn_probability"])
        area = roc_auc_score(rows["churned"], rows["churn_probability"])
        panel.plot(false, true, color=colours[name], label=f"{name}, ROC AUC {area:.3f}")
    panel.plot([0, 1], [0, 1], **GUIDE)
    panel.set(xlabel="others taken for churners", ylabel="churners found")
    panel.set_title("ROC", loc="left", fontsize=11)
    as_percent(panel)


def draw_precision(
    panel: Axes, predicted: Mapping[str, pd.DataFrame], colours: Mapping[str, str]
) -> None:
    """Churners among those who are taken for some, against churners found, by threshold."""
    from sklearn.metrics import precision_recall_curve

    for name, rows in predicted.items():
        precision, recall, _ = precision_recall_curve(rows["churned"], rows["churn_probability"])
        panel.plot(recall, precision, color=colours[name], drawstyle="steps-post")
    panel.axhline(next(iter(predicted.values()))["churned"].mean(), **GUIDE)
    panel.set(xlabel="churners found (recall)", ylabel="who are churners (precision)")
    panel.set_title("Precision and recall", loc="left", fontsize=11)
    panel.set_ylim(0, 1.02)
    as_percent(panel)


def draw_calibration(panel: Axes, rows: pd.DataFrame) -> None:
    """Whether chances come true, in ten groups of equal size."""
    groups = calibration(rows)
    largest = max(groups["chance"].max(), groups["share"].max())
    panel.plot([0, largest], [0, largest], **GUIDE)
    panel.plot(groups["chance"], groups["share"], marker="o", color=COLOURS[0])
    panel.set(xlabel="chance that the model gave", ylabel="who churned")
    panel.set_title("Calibration, ten groups of equal size", loc="left", fontsize=11)
    as_percent(panel)


def draw_lift(panel: Axes, rows: pd.DataFrame) -> None:
    """How many times more churners are in each tenth than among all."""
    lift = by_decile(rows)["lift"]
    bars = panel.bar(np.arange(1, len(lift) + 1), lift, color=COLOURS[0])
    panel.bar_label(bars, [f"{value:.1f}" for value in lift], fontsize=8)
    panel.axhline(1, **GUIDE)
    panel.set(xlabel="tenth of the customers, the likeliest first", ylabel="times the average")
    panel.set_title("Lift by decile", loc="left", fontsize=11)
    panel.set_xticks(np.arange(1, len(lift) + 1))


def draw_importance(panel: Axes, importance: Mapping[str, Worth]) -> None:
    """Draw what the features are worth, with two spreads to either side."""
    largest = sorted(importance.items(), key=lambda item: -item[1].mean)[:FEATURES][::-1]
    means, spreads = zip(*(worth for _, worth in largest), strict=True)
    errors = 2 * np.array(spreads)
    panel.barh(
        [name for name, _ in largest], means, xerr=errors, color=COLOURS[0], ecolor="#333333"
    )
    panel.set(xlabel="ROC AUC lost when it is shuffled")
    panel.set_title("Most important features", loc="left", fontsize=11)


def as_percent(panel: Axes) -> None:
    """Write both axes as percentages."""
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_formatter(PercentFormatter(1))
