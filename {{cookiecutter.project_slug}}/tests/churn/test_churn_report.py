"""The picture and the card say what was measured."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from {{ cookiecutter.package_name }}.churn import charts
from {{ cookiecutter.package_name }}.churn.card import card
from {{ cookiecutter.package_name }}.churn.importance import Worth
from {{ cookiecutter.package_name }}.churn.scores import by_decile, measure
from {{ cookiecutter.package_name }}.churn.uncertainty import (
    auc_interval,
    roc_band,
    share_interval,
)

from tests.legible import faults

RANDOM = np.random.default_rng(0)
CHANCE = RANDOM.uniform(0, 0.6, 2000)
ROWS = pd.DataFrame(
    {"churned": (RANDOM.uniform(size=2000) < CHANCE).astype(int), "churn_probability": CHANCE}
)
BLIND = ROWS.assign(churn_probability=0.3)
WORTH = {f"feature {number}": Worth(number / 100, 0.01) for number in range(12)}


@pytest.fixture(scope="module")
def panels():
    figure = charts.evaluation({"model": ROWS, "blind": BLIND}, WORTH, "Title")
    return {panel.get_title(loc="left"): panel for panel in figure.axes}


def outcomes(churned: int, stayed: int, tell: float = 0.5) -> pd.DataFrame:
    """Rows of which so many churned; their probabilities are small and differ by `tell`."""
    random = np.random.default_rng(0)
    happened = np.repeat([1, 0], [churned, stayed])
    odds = np.exp(random.normal(-4, 1, len(happened)) + 4 * tell * happened)
    return pd.DataFrame({"churned": happened, "churn_probability": odds / (1 + odds)})


def test_every_method_has_its_curve_and_its_area(panels):
    roc = panels["ROC"]
    of_model, of_blind, band = roc.get_legend_handles_labels()[1]
    assert of_model.startswith(f"model\nROC AUC {measure(ROWS).roc_auc:.3f} (")
    assert of_blind.startswith("blind\nROC AUC 0.500 (")
    assert band.endswith(f"{ROWS['churned'].sum()} of 2,000 churned")
    under_it = np.trapezoid(roc.lines[0].get_ydata(), roc.lines[0].get_xdata())
    assert under_it == pytest.approx(measure(ROWS).roc_auc)


def test_calibration_lies_near_the_diagonal_for_chances_that_come_true(panels):
    line = panels["Calibration"].lines[0]
    assert len(line.get_xdata()) == 10
    assert np.abs(line.get_xdata() - line.get_ydata()).max() < 0.1


def test_calibration_shows_each_of_ten_groups_though_nine_are_small():
    panel = Figure().subplots()
    charts.draw_calibration(panel, outcomes(33, 20_000), "black")
    line = panel.lines[0]
    places = panel.transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]))
    assert np.diff(places[:, 0]).min() > 6  # pixels: as wide as a mark
    assert panel.lines[2].get_markerfacecolor() == "white"
    assert len(panel.lines[2].get_xdata()) == (line.get_ydata() == panel.get_ylim()[0]).sum()


def test_lift_is_drawn_for_each_tenth(panels):
    bars = panels["Lift by decile"].patches
    assert [bar.get_height() for bar in bars] == by_decile(ROWS)["lift"].tolist()


def test_the_most_important_features_are_drawn_and_the_largest_on_top(panels):
    names = [label.get_text() for label in panels["Most important features"].get_yticklabels()]
    assert names == [f"feature {number}" for number in range(2, 12)]


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        ({"a": outcomes(33, 900)}, "ROC AUC 0."),
        ({"a": ROWS, "b": BLIND}, "a has the highest ROC AUC, 0."),
        ({"a": BLIND, "b": ROWS}, "b has the highest ROC AUC, 0."),
        ({"a": ROWS, "b": ROWS}, "a and b have the highest ROC AUC, 0."),
    ],
)
def test_the_finding_names_who_ranks_best(methods, said):
    found = charts.finding(methods)
    assert found.startswith(said)
    assert found.endswith(")")


def test_the_finding_names_methods_that_few_churners_do_not_tell_apart():
    rows = outcomes(33, 900)
    worse = rows.assign(churn_probability=rows["churn_probability"] ** 0.5)
    worse.loc[0, "churn_probability"] = 0.0
    assert charts.finding({"a": rows, "b": worse}).endswith("; the interval includes b")


@pytest.mark.parametrize(
    ("count", "of", "interval"),
    [(0, 10, (0, 0.2775)), (10, 10, (0.7225, 1)), (81, 263, (0.2553, 0.3662))],
)
def test_intervals_of_shares_are_wilsons(count, of, interval):
    # the third is the example of Newcombe (1998), the others follow from z^2 / (n + z^2)
    assert share_interval(count, of) == pytest.approx(interval, abs=1e-4)


def test_the_interval_of_an_area_holds_it_and_narrows_with_churners():
    wide, narrow = auc_interval(0.8, 33, 900), auc_interval(0.8, 3300, 90_000)
    assert wide[0] < narrow[0] < 0.8 < narrow[1] < wide[1]
    assert (narrow[1] - narrow[0]) * 10 == pytest.approx(wide[1] - wide[0], rel=0.1)
    assert 0.8 < auc_interval(1.0, 33, 900)[0] < 1.0 == auc_interval(1.0, 33, 900)[1]


def test_the_interval_of_an_area_holds_the_true_one_of_nineteen_samples_in_twenty():
    truth = 0.76025  # of normal scores that lie one standard deviation apart: Phi(1 / sqrt(2))
    random = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        gone, rest = random.normal(1, 1, 33), random.normal(0, 1, 300)
        auc = (gone[:, None] > rest).mean()
        lower, upper = auc_interval(auc, 33, 300)
        held += lower <= truth <= upper
    assert 0.92 <= held / 400 <= 0.98


def test_the_band_holds_the_curve_and_the_true_one():
    rows = outcomes(33, 900)
    band = roc_band(rows)
    false, true, _ = roc_curve(rows["churned"], rows["churn_probability"])
    curve = np.interp(band["others"], false, true)
    assert (band["lower"] <= curve + 1e-9).all()
    assert (band["upper"] >= curve - 1e-9).all()
    larger = outcomes(20_000, 20_000)
    false, true, _ = roc_curve(larger["churned"], larger["churn_probability"])
    truth = np.interp(band["others"], false, true)
    assert (truth.clip(min=0) >= band["lower"] - 1e-9).all()
    assert (truth <= band["upper"] + 1e-9).all()


LONG = "an identifier that has no end, number "


@pytest.mark.parametrize(
    ("methods", "features", "rows"),
    [
        ([f"{LONG}{place}" for place in range(5)], [f"{LONG}{f}" for f in range(12)], (33, 20_000)),
        pytest.param(["all-customers"], ["$a$"], (1, 1), marks=pytest.mark.slow),
        pytest.param(["a", "b"], [], (500, 3), marks=pytest.mark.slow),
        pytest.param([f"m{m}" for m in range(12)], ["one"], (10, 10_000), marks=pytest.mark.slow),
    ],
)
def test_an_evaluation_can_be_read(methods, features, rows):
    predicted = dict.fromkeys(methods, outcomes(*rows))
    worth = {name: Worth(place / 1e4, 0.0) for place, name in enumerate(features)}
    assert faults(charts.evaluation(predicted, worth, "Churn")) == []


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
