"""BG/BB: probabilities of histories are right, and the prior of simulated customers is found."""

from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.churn.buy_till_you_die import (
    History,
    count_histories,
    expected_uses,
    fit_prior,
    history,
    log_likelihood,
    log_odds,
    stays_away,
    with_log_odds,
)

PRIOR = (1.204, 0.75, 0.657, 2.783)
"""Of the donors of Fader, Hardie and Shang (2010), table 2."""


def arrays(*values):
    return [np.array([value], float) for value in values]


def test_the_likelihood_is_that_of_the_published_data():
    """11,104 donors over 6 years: the log likelihood of their table 2 is -33,225.6."""
    total = sum(
        count * log_likelihood(PRIOR, History(*arrays(repeats, last, 6)))[0]
        for repeats, last, count in DONORS
    )
    assert sum(count for *_, count in DONORS) == 11_104
    assert total == pytest.approx(-33_225.6, abs=0.1)


DONORS = (
    *((6, 6, 1203), (5, 6, 728), (4, 6, 512), (3, 6, 357), (2, 6, 234), (1, 6, 129)),
    *((5, 5, 335), (4, 5, 284), (3, 5, 225), (2, 5, 173), (1, 5, 119)),
    *((4, 4, 240), (3, 4, 181), (2, 4, 155), (1, 4, 78), (3, 3, 322), (2, 3, 255), (1, 3, 129)),
    *((2, 2, 613), (1, 2, 277), (1, 1, 1091), (0, 0, 3464)),
)
"""Repeated gifts, year of the last, donors: their table 1."""


def test_the_probabilities_of_all_histories_sum_to_one():
    total = 0.0
    for uses in product((0, 1), repeat=5):
        last = max((month for month, used in enumerate(uses, 1) if used), default=0)
        total += np.exp(log_likelihood(PRIOR, History(*arrays(sum(uses), last, 5)))[0])
    assert total == pytest.approx(1)


def test_the_next_months_are_predicted_as_the_longer_history_would_have_it():
    """Staying away and using at least once are all that can happen."""
    seen = History(*arrays(2, 3, 4))
    stays = stays_away(PRIOR, seen, 2)[0]
    later = {
        uses: np.exp(
            log_likelihood(PRIOR, History(*arrays(2 + sum(uses), last, 6)))[0]
            - log_likelihood(PRIOR, seen)[0]
        )
        for uses, last in {(0, 1): 6, (1, 0): 5, (1, 1): 6}.items()
    }
    assert stays + sum(later.values()) == pytest.approx(1)
    expected = sum(sum(uses) * probability for uses, probability in later.items())
    # frequency, idle, recency of the same history
    assert expected_uses(PRIOR, 2, *arrays(3, 1, 1))[0] == pytest.approx(expected)


def test_silence_and_rare_use_make_it_likelier_to_stay_away():
    recent, silent = log_odds(PRIOR, 3, *arrays(6, 0, 0)), log_odds(PRIOR, 3, *arrays(6, 0, 4))
    rare = log_odds(PRIOR, 3, *arrays(2, 4, 0))
    assert silent > recent
    assert rare > recent


def test_a_history_starts_after_the_first_use():
    found = history(*(np.array(column, float) for column in ([3, 1, 0], [2, 0, 0], [1, 4, 2])))
    assert [part.tolist() for part in found] == [[2, 0, 0], [4, 0, 0], [5, 4, 0]]


@pytest.fixture(scope="module")
def described(make_table):
    """Rows at two cutoffs, three months apart, of customers drawn from a known prior."""
    random = np.random.default_rng(1)
    count, months = 3000, 15
    use, die = random.beta(2, 3, count), random.beta(1, 9, count)
    lived = random.geometric(die) - 1
    uses = (random.random((count, months)) < use[:, None]) & (np.arange(months) < lived[:, None])
    rows = []
    for cutoff, known in ((date(2024, 9, 1), 12), (date(2024, 12, 1), 15)):
        for customer, row in enumerate(uses[:, :known]):
            places = np.flatnonzero(row)
            last = places[-1] + 1 if len(places) else 0
            counts = (1.0 + len(places), float(last - len(places)), float(known - last))
            rows.append((f"c{customer}", cutoff, *counts))
    columns = "customer_id string, cutoff date, frequency double, idle double, recency double"
    return make_table(rows, columns).cache()


@pytest.mark.slow
def test_the_prior_tells_who_stays_away_as_often_as_they_do(described):
    """Fitted up to September, it predicts the three months after it."""
    early = described.where("cutoff = '2024-09-01'")
    prior = fit_prior(early, date(2024, 9, 1), horizon=3)
    predicted = with_log_odds(early, prior, 3)
    later = described.where("cutoff = '2024-12-01'").selectExpr("customer_id", "frequency AS more")
    rows = predicted.join(later, "customer_id").toPandas()
    said, away = 1 / (1 + np.exp(-rows["log_odds"])), rows["more"] == rows["frequency"]
    for group in (rows["recency"] == 0, rows["recency"].between(1, 3), rows["recency"] > 8):
        assert said[group].mean() == pytest.approx(away[group].mean(), abs=0.03)


def test_histories_are_counted_in_the_same_order_whatever_the_partitions(described):
    """The prior is fitted to sums over them, which another order would round differently."""
    months = date(2024, 9, 1), date(2024, 12, 1)
    few, many = (count_histories(described.repartition(n), *months) for n in (1, 7))
    pd.testing.assert_frame_equal(few, many)


def test_the_prior_is_the_one_under_which_the_last_months_are_likeliest(described):
    prior = fit_prior(described, date(2024, 12, 1), horizon=3)
    use = prior.alpha / (prior.alpha + prior.beta)
    assert use == pytest.approx(0.4, abs=0.05)
    assert prior.gamma / (prior.gamma + prior.delta) == pytest.approx(0.1, abs=0.05)
