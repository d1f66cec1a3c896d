"""The challenger is compared with the champion on rows that neither has seen."""

import pytest

from {{ cookiecutter.package_name }} import lifecycle
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.lifecycle import NoModelError


def test_a_better_challenger_is_told_by_how_much_it_is_better(plain, bad, register, name):
    register(bad)
    lifecycle.promote(name)
    register(plain)
    found = lifecycle.compare(name)
    assert found.better
    assert found.rows == 1000
    assert found.difference == found.challenger_auc - found.champion_auc
    assert 0.1 < found.lower < found.difference < found.upper
    assert lifecycle.compare(name) == found


def test_the_models_that_were_measured_are_compared_not_those_that_saw_the_holdout(
    plain, bad, register, name
):
    register(plain, measured=bad)
    lifecycle.promote(name)
    register(bad, measured=plain)
    assert lifecycle.compare(name).better


def compared(lower, upper, brier_lower, brier_upper):
    middles = (lower + upper) / 2, (brier_lower + brier_upper) / 2
    return lifecycle.Comparison(
        *("2", "1", 0.7 + middles[0], 0.7, lower, upper, 1000),
        *(0.1 + middles[1], 0.1, brier_lower, brier_upper),
    )


@pytest.mark.parametrize(
    ("intervals", "decided_by"),
    [
        ((-0.01, 0.03, -0.01, 0.002), None),
        ((0.01, 0.03, -0.01, 0.002), "ROC AUC"),
        ((-0.01, 0.03, -0.01, -0.002), "Brier score, and not worse in ROC AUC"),
        ((-0.03, -0.01, -0.01, -0.002), None),
    ],
    ids=["leads that may be chance", "ranks better", "is better calibrated", "ranks worse"],
)
def test_a_challenger_wins_by_its_ranking_or_by_its_probabilities(intervals, decided_by):
    found = compared(*intervals)
    assert found.decided_by == decided_by
    assert found.better == (decided_by is not None)


def test_probabilities_that_come_true_win_over_those_that_are_too_high(
    plain, rows, fitted, register, name
):
    high = fitted(rows["churned"], "usage", "noise")
    high.estimator.intercept_ += 1.5  # the same ranking
    register(high)
    lifecycle.promote(name)
    register(plain)
    found = lifecycle.compare(name)
    assert found.difference == 0 and found.brier_difference < -0.01
    verdict = lifecycle.judge(name)
    assert verdict.promoted and "more than chance in Brier score" in verdict.reason
    lifecycle.promote(name)
    register(high)
    assert not lifecycle.judge(name).promoted


def test_a_worse_challenger_and_an_equal_one_are_not_better(plain, bad, register, name):
    register(plain)
    lifecycle.promote(name)
    register(bad)
    assert not lifecycle.compare(name).better
    register(plain)
    equal = lifecycle.compare(name)
    assert equal.difference == 0
    assert not equal.better


def test_a_champion_that_needs_columns_which_the_newest_table_lacks_is_told(
    trained, rows, fitted, table, register, name
):
    register(trained)
    lifecycle.promote(name)
    register(fitted(rows["churned"], "noise"), rows=table.drop("usage", "plan"))
    with pytest.raises(BadInputError, match="champion needs 2 columns"):
        lifecycle.compare(name)


def test_a_column_that_is_constant_by_now_is_there_for_a_champion_that_needs_it(
    trained, rows, fitted, table, register, name
):
    register(trained)
    lifecycle.promote(name)
    constant = table.selectExpr("customer_id", "usage", "noise", "'basic' AS plan", "churned")
    register(fitted(rows["churned"], "usage", "noise"), rows=constant)
    assert lifecycle.compare(name).rows == 1000


def test_a_holdout_with_too_few_churners_decides_nothing(plain, bad, table, register, name):
    register(bad)
    lifecycle.promote(name)
    one = table.where("NOT churned OR customer_id = 'C0'").selectExpr(
        "customer_id", "usage", "noise", "customer_id = 'C0' AS churned"
    )
    register(plain, rows=one)
    verdict = lifecycle.judge(name)
    assert not verdict.promoted
    assert "has 1 customers who churned" in verdict.reason
    assert "--force" in verdict.reason


def test_a_challenger_for_another_horizon_is_not_compared(plain, register, name):
    register(plain)
    lifecycle.promote(name)
    register(plain, {"horizon": 6})
    with pytest.raises(BadInputError, match=r"predicts for .*6.*, the champion for .*3"):
        lifecycle.compare(name)


def test_a_challenger_that_is_the_champion_is_not_compared_with_itself(plain, register, name):
    register(plain)
    lifecycle.promote(name)
    with pytest.raises(NoModelError, match="champion already"):
        lifecycle.compare(name)
