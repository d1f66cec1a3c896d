"""The picture and the card say what was measured."""

import numpy as np
import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.churn import charts
from {{ cookiecutter.package_name }}.churn.card import card
from {{ cookiecutter.package_name }}.churn.importance import Worth
from {{ cookiecutter.package_name }}.churn.scores import by_decile, measure

RANDOM = np.random.default_rng(0)
CHANCE = RANDOM.uniform(0, 0.6, 2000)
ROWS = pd.DataFrame(
    {"churned": (RANDOM.uniform(size=2000) < CHANCE).astype(int), "churn_probability": CHANCE}
)
BLIND = ROWS.assign(churn_probability=0.3)
WORTH = {f"feature {number}": Worth(number / 100, 0.01) for number in range(12)}


def panels():
    figure = charts.evaluation({"model": ROWS, "blind": BLIND}, WORTH, "Title")
    return {panel.get_title(loc="left"): panel for panel in figure.axes}


def test_every_method_has_its_curve_and_its_area():
    roc = panels()["ROC"]
    labels = roc.get_legend_handles_labels()[1]
    assert labels == [f"model, ROC AUC {measure(ROWS).roc_auc:.3f}", "blind, ROC AUC 0.500"]
    under_it = np.trapezoid(roc.lines[0].get_ydata(), roc.lines[0].get_xdata())
    assert under_it == pytest.approx(measure(ROWS).roc_auc)


def test_calibration_lies_near_the_diagonal_for_chances_that_come_true():
    [_, line] = panels()["Calibration, ten groups of equal size"].lines
    assert len(line.get_xdata()) == 10
    assert np.abs(line.get_xdata() - line.get_ydata()).max() < 0.1


def test_lift_is_drawn_for_each_tenth():
    bars = panels()["Lift by decile"].patches
    assert [bar.get_height() for bar in bars] == by_decile(ROWS)["lift"].tolist()


def test_the_most_important_features_are_drawn_and_the_largest_on_top():
    names = [label.get_text() for label in panels()["Most important features"].get_yticklabels()]
    assert names == [f"feature {number}" for number in range(2, 12)]


def test_the_card_tells_facts_scores_and_what_to_mind():
    text = card(
        {"horizon": 3},
        [{"method": "model", "roc_auc": 0.75}],
        {"weak": Worth(0.0, 0.01), "strong": Worth(0.2, 0.01)},
    )
    assert text.startswith("# ")
    assert "| horizon |" in text
    assert "0.750" in text
    assert text.index("strong") < text.index("weak")
