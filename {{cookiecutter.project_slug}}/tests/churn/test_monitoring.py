"""Scores are compared with who churned since, and figures from bins are those of single rows."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pyspark.sql.types import DateType
from sklearn.metrics import brier_score_loss, roc_auc_score

from {{ cookiecutter.package_name }}.churn import monitoring
from {{ cookiecutter.package_name }}.monitoring.limits import Rates
from {{ cookiecutter.package_name }}.periods import FREQUENCIES

MONTHS = [date(2025, month, 1) for month in range(1, 13)]
USAGE = "customer_id string, period date, usage double"


def test_a_horizon_has_passed_when_its_last_period_is_in_the_table():
    pairs = [(MONTHS[8], 3), (MONTHS[9], 3), (MONTHS[2], 3), (MONTHS[1], 3)]
    found = monitoring.ends(pairs, MONTHS[0], MONTHS[-1])
    assert found == {(MONTHS[8], 3): MONTHS[11], (MONTHS[2], 3): MONTHS[5]}
    cutoff = date(2025, 12, 8)
    weeks = monitoring.ends([(cutoff, 3)], MONTHS[0], date(2025, 12, 29), FREQUENCIES["week"])
    assert weeks == {(cutoff, 3): date(2025, 12, 29)}


def test_who_uses_nothing_in_the_horizon_has_churned(make_table):
    january, _, march, april = MONTHS[:4]
    usage = make_table(
        [
            ("stays", january, 1.0),
            ("stays", march, 1.0),
            ("churns", january, 1.0),  # no rows after it: zero usage
            ("zero", january, 1.0),
            ("zero", march, 0.0),
            ("unknown", january, 1.0),
            ("unknown", march, None),
            ("later", january, 1.0),
            ("later", april, 1.0),  # after the horizon
            ("gone", january, 0.0),
        ],
        USAGE,
    )
    names = ("stays", "churns", "zero", "unknown", "later", "gone")
    scores = make_table(
        [
            (who, 1.0 if who == "gone" else 0.2, "1", cutoff, 2, cutoff)
            for who in names
            for cutoff in (january, march)
        ],
        monitoring.columns(DateType()),
    )
    found = monitoring.with_outcomes(scores, usage, {(january, 2): march}).collect()
    assert {row.customer_id: row.churned for row in found} == {
        "stays": 0.0,
        "churns": 1.0,
        "zero": 1.0,
        "later": 1.0,
    }


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(3)
    probability = random.beta(1, 12, 4000)
    return pd.DataFrame(
        {"churn_probability": probability, "churned": random.random(4000) < probability}
    )


def test_figures_from_bins_are_those_of_the_rows(make_table, rows):
    made = [
        (f"c{place}", row.churn_probability, "1", MONTHS[0], float(row.churned))
        for place, row in enumerate(rows.itertuples())
    ]
    columns = "customer_id string, churn_probability double, model_version string, cutoff date"
    table = make_table(made, f"{columns}, churned double")
    [found] = monitoring.by(monitoring.histogram(table).toPandas(), ["cutoff"])
    assert found["cutoff"] == "2025-01-01" and found["customers"] == 4000
    auc = roc_auc_score(rows["churned"], rows["churn_probability"])
    assert found["roc_auc"] == pytest.approx(auc, abs=0.001)
    assert found["roc_auc_low"] < auc < found["roc_auc_high"]
    brier = brier_score_loss(rows["churned"], rows["churn_probability"])
    assert found["brier"] == pytest.approx(brier)
    assert found["brier_low"] < brier < found["brier_high"]
    assert found["calibration"] == pytest.approx(
        rows["churn_probability"].sum() / rows["churned"].sum()
    )
    top = rows.nlargest(400, "churn_probability")["churned"].mean() / rows["churned"].mean()
    assert found["lift"] == pytest.approx(top, rel=0.03)
    assert found["lift_low"] < found["lift"] < found["lift_high"]
    assert 0 < found["ece"] < 0.02


def test_too_few_churners_have_no_figures():
    bins = pd.DataFrame({"bin": [0], "rows": [50], "churned": [9.0], "probability": [5.0]}).assign(
        squares=1.0, fourths=1.0
    )
    assert monitoring.quality(bins)["roc_auc"] is None


def counted(moved):
    """A year of vintages with the same scores, the last of them moved by so many bins."""
    return pd.DataFrame(
        [
            {"as_of": month, "bin": place + (moved if month == MONTHS[-1] else 0), "rows": rows}
            for month in MONTHS
            for place, rows in enumerate([10, 40, 80, 100, 90, 60, 30, 10])
        ]
    )


def test_scores_that_move_have_a_high_stability_index():
    same, moved = (monitoring.drift(counted(bins)) for bins in (0, 3))
    assert same[-1] == ("2025-12-01", pytest.approx(0, abs=1e-6))
    assert moved[-1][1] > 0.25
    assert moved[:-1] == same[:-1]


def statuses(aucs, drifts):
    ordinary = {"brier": 0.05, "calibration": 1.0, "lift": 3.0}
    by_cutoff = [
        {"cutoff": str(month), "roc_auc": auc, **ordinary}
        for month, auc in zip(MONTHS, aucs, strict=False)
    ]
    found = monitoring.checks(by_cutoff, drifts, Rates(), {})
    return {check.watched.name: check.status for check in found}


def test_a_ranking_that_fails_and_scores_that_move_act():
    quiet = [0.8, 0.81, 0.79, 0.805, 0.795, 0.8, 0.802, 0.798]
    calm = [(str(month), 0.01) for month in MONTHS[:8]]
    assert set(statuses(quiet, calm).values()) == {"ok"}
    found = statuses([*quiet, 0.6], [*calm, ("2025-09-01", 0.4)])
    assert found["roc-auc"] == found["score-drift"] == "act"
    assert found["brier"] == "ok"
    assert statuses([*quiet, 0.6, None], calm)["roc-auc"] == "ok"  # not the alarm of a month ago
