"""Method b is a mean of members, and only validation changes the weights."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from {{ cookiecutter.package_name }}.churn.blend import (
    EQUAL,
    OWN,
    RFM,
    TRAINER,
    Blend,
    best_weights,
)
from {{ cookiecutter.package_name }}.churn.buy_till_you_die import log_odds


def always(tenths):
    """What gives everybody a probability of so many tenths."""
    return DummyClassifier().fit([[0]] * 10, [number < tenths for number in range(10)])


ROWS = pd.DataFrame({"frequency": [5.0, 2], "idle": [0.0, 3], "recency": [0.0, 2], "x": 1.0})
BLEND = Blend(
    prior=[1.0, 2.0, 0.5, 3.0],
    horizon=3,
    members={TRAINER: always(2), RFM: always(4)},
    columns={TRAINER: ["x", "log_odds"], RFM: ["x"]},
    weights=EQUAL,
)


def test_the_probability_is_the_weighted_mean_of_the_members():
    counts = (ROWS[name].to_numpy() for name in ("frequency", "idle", "recency"))
    own = 1 / (1 + np.exp(-log_odds(BLEND.prior, 3, *counts)))
    probability = BLEND.predict_proba(ROWS)
    assert probability[:, 1] == pytest.approx(0.5 * 0.2 + 0.25 * 0.4 + 0.25 * own)
    assert probability.sum(axis=1) == pytest.approx(1)
    assert BLEND.each(ROWS)[OWN] == pytest.approx(own)


def test_it_needs_what_its_members_need():
    network = always(1)
    network.packages = ("tensorflow",)
    assert Blend([], 3, {TRAINER: network, RFM: always(1)}, {}, {}).packages == ("tensorflow",)


RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.uniform(0.05, 0.95, 4000)
CHURNED = (RANDOM.uniform(size=4000) < TRUTH).astype(int)
WRONG = RANDOM.permutation(TRUTH)


def test_a_member_that_is_plainly_better_alone_is_taken_alone():
    weights = best_weights(CHURNED, {TRAINER: WRONG, RFM: TRUTH, OWN: WRONG})
    assert weights == {TRAINER: 0, RFM: 1, OWN: 0}


def test_members_that_are_alike_are_averaged():
    nearly = {name: np.clip(TRUTH + RANDOM.normal(0, 0.02, 4000), 0.01, 0.99) for name in EQUAL}
    assert best_weights(CHURNED, nearly) == EQUAL
