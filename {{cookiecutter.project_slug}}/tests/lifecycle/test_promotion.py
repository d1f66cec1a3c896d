"""A challenger becomes the champion, and the champion before it returns."""

import pytest

from {{ cookiecutter.package_name }} import job, lifecycle
from {{ cookiecutter.package_name }}.lifecycle import NoModelError
from {{ cookiecutter.package_name }}.lifecycle.promotion import shortcomings

from jobs import promote_model


def test_the_first_model_has_no_champion_to_be_compared_with(plain, register, name):
    version = register(plain)
    assert lifecycle.compare(name) is None
    assert lifecycle.promote(name) == version
    assert lifecycle.load(name, "champion").version == version


def test_rolling_back_returns_to_the_champion_before_and_then_further(plain, register, name):
    for version in ("1", "2", "3"):
        assert register(plain) == version
        lifecycle.promote(name)
    assert lifecycle.roll_back(name) == ("3", "2")
    assert lifecycle.load(name, "champion").version == "2"
    assert lifecycle.roll_back(name) == ("2", "1")
    with pytest.raises(NoModelError, match="version 1 is the first champion"):
        lifecycle.roll_back(name)


GOOD = {"roc_auc": 0.7, "ece": 0.02, "rows": 1000, "churned": 0.3, "recency_roc_auc": 0.6}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ""),
        ({"roc_auc": 0.6}, "ROC AUC 0.600 is not above recency's 0.600"),
        ({"ece": 0.05 + 0.8 * (0.21 * 10 / 1000) ** 0.5 - 1e-6}, ""),
        ({"ece": 0.05 + 0.8 * (0.21 * 10 / 1000) ** 0.5 + 1e-6}, "calibration error 0.087"),
        ({"rows": 33, "churned": 10 / 33}, ""),
        ({"rows": 33, "churned": 9 / 33}, "9 of the 33 rows"),
        ({"rows": 33, "churned": 24 / 33}, "9 of the 33 rows"),
    ],
)
def test_a_model_is_champion_on_its_own_if_it_beats_recency_and_is_calibrated(change, told):
    reasons = shortcomings(GOOD | change)
    assert bool(reasons) == bool(told)
    assert told in "".join(reasons)


def test_a_table_without_recency_has_to_be_ranked_better_than_by_chance():
    metrics = {name: value for name, value in GOOD.items() if name != "recency_roc_auc"}
    assert not shortcomings(metrics | {"roc_auc": 0.51})
    assert shortcomings(metrics | {"roc_auc": 0.5})
    assert shortcomings({}) == ["its run has no metric roc_auc"]


def test_a_first_model_that_is_not_good_enough_is_champion_by_force_only(plain, register, name):
    register(plain, metrics=GOOD | {"roc_auc": 0.4})
    verdict = lifecycle.judge(name)
    assert not verdict.promoted
    assert verdict.champion is None
    assert "not good enough on its own" in verdict.reason
    forced = lifecycle.judge(name, force=True)
    assert forced.promoted
    assert "--force" in forced.reason


@pytest.mark.parametrize(("roc_auc", "promoted"), [(0.7, True), (0.4, False)])
def test_a_champion_that_cannot_be_loaded_is_replaced_by_one_that_is_good_enough(
    roc_auc, promoted, plain, trained, register, name, monkeypatch
):
    register(trained)
    lifecycle.promote(name)
    register(plain, metrics=GOOD | {"roc_auc": roc_auc})
    known = [known for known in lifecycle.TRUSTED if "TreePredictor" not in known]
    monkeypatch.setattr(lifecycle.loading, "TRUSTED", known)
    verdict = lifecycle.judge(name)
    assert verdict.promoted == promoted
    assert "the champion cannot be compared: model" in verdict.reason
    assert "types of scikit-learn" in verdict.reason


@pytest.mark.slow
def test_a_version_that_was_rolled_back_returns_only_if_it_is_named(plain, bad, register, name):
    for model in (bad, plain):
        register(model)
        assert lifecycle.judge(name).promoted
        lifecycle.promote(name)
    lifecycle.roll_back(name)
    for force in (False, True):
        verdict = lifecycle.judge(name, force=force)
        assert not verdict.promoted
        assert "version 2 was rolled back" in verdict.reason
        assert "--version 2" in verdict.reason
    assert lifecycle.judge(name, "2").promoted
    assert lifecycle.promote(name, "2") == "2"
    assert lifecycle.roll_back(name) == ("2", "1")
    register(plain)
    assert lifecycle.judge(name).promoted


def test_without_a_holdout_nothing_is_compared_and_it_says_so(plain, bad, register, name):
    register(bad)
    lifecycle.promote(name)
    register(plain, rows=None)
    verdict = lifecycle.judge(name)
    assert not verdict.promoted
    assert "was not kept (--no-holdout)" in verdict.reason
    assert lifecycle.judge(name, force=True).promoted


def test_the_job_says_what_it_decides_and_why(plain, bad, register, name, capsys):
    def promote(*arguments):
        code = job.run(promote_model.main, ["--model", name, *arguments])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    def told(*arguments):
        code, printed = promote(*arguments)
        assert code == 0
        return printed

    register(bad, metrics=GOOD | {"roc_auc": 0.4})
    assert "there is no champion yet: the first one; version 1 is not good" in told()
    assert "version 1 is the champion, by --force" in told("--force")
    register(plain)
    assert "version 2 is the champion: better by more than chance in ROC AUC" in told()
    for again in ([], ["--force"]):
        assert "version 2 stays the champion: it is the champion already" in told(*again)
    code, printed = promote("--version", "2")
    assert code == 2 and "is the champion already. Train another" in printed
    assert "version 1 is the champion again, instead of version 2" in told("--rollback")
    assert "version 1 stays the champion: version 2 was rolled back" in told()
    register(bad)
    assert "version 2 is the champion: better" in told("--version", "2", "--keep", "1")
    assert "deleted:  versions none" in told("--keep", "3", "--rollback")
    assert promote("--version", "1")[0] == 2
