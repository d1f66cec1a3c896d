"""What the run log tells of a month: when a model is due, and which one a past month gets."""

from {{ cookiecutter.package_name }} import run_log

from production import monthly, planning, steps

PLACES = {name: f"/data/{name}" for name in monthly.PLACES}
STEP = {step.job: step for step in steps.STEPS}


def ran(name, month, version=None, code=0, more=()):
    """A row of the run log of a run of the monthly run's own, and more options."""
    options = [word.format(as_of=month, **PLACES) for word in STEP[name].options]
    row = {"job": name, "exit_code": code, "as_of": f"{month}-01", "model_version": version}
    return row | {"arguments": [*options, *more, "--log-format=json"]}


def test_a_training_that_failed_or_is_of_a_later_month_is_none():
    row = ran("train_churn", "2025-10")
    for month, log in (
        ("2025-12", [row | {"exit_code": 2}]),
        ("2025-09", [row]),
        ("2026-01", [row]),
        ("2025-12", [row | {"arguments": ["--usage", "trial", "--customers", "trial"]}]),
        ("2025-12", [ran("train_churn", "2025-10", more=["--model=weekly"])]),
        ("2025-12", [ran("train_churn", "2025-10", more=["--usage", "trial"])]),
    ):
        assert "train_churn" in planning.plan(month, log, PLACES)
    assert "train_churn" not in planning.plan("2025-12", [row], PLACES)
    assert "train_churn" in planning.plan("2025-12", [row], PLACES | {"usage": "/other"})


def test_a_run_at_a_url_with_a_secret_is_found_in_the_log_which_hides_it():
    places = PLACES | {"usage": "https://team:" + "hidden@host/usage?sig=hidden"}
    row = ran("train_churn", "2025-10")
    words = [word.format(as_of="2025-10", **places) for word in STEP["train_churn"].options]
    row["arguments"] = [run_log.masked(word) for word in words]
    assert "hidden" not in str(row)
    assert "train_churn" not in planning.plan("2025-12", [row], places)


def test_a_past_month_that_runs_again_is_scored_by_the_model_that_it_had():
    def version(month, log, name="score_churn"):
        return planning.as_before(month, STEP[name], log, PLACES)

    known = (("2025-10", "1", 0), ("2025-11", "1", 0), ("2025-11", "2", 0), ("2025-12", "3", 0))
    log = [
        ran("score_churn", month, version, code)
        for month, version, code in (*known, ("2026-02", "4", 1))
    ]
    assert version("2025-11", log) == ["--version=2"]
    for month in ("2025-09", "2025-12", "2026-01"):  # without scores, and the newest ones
        assert version(month, log) == []
    quarters = [row for row in log if row["as_of"] != "2025-11-01"]
    assert version("2025-11", quarters) == ["--version=1"]
    by_hand = ran("score_churn", "2025-11", "9", more=["--output=/tmp/try"])
    assert version("2025-11", [*log, by_hand]) == ["--version=2"]
    trainings = [ran("train_churn", f"2025-{month}", month) for month in ("07", "08", "10")]
    assert version("2025-09", [*log, *trainings]) == ["--version=08"]
    assert version("2025-11", [*log, *trainings]) == ["--version=2"]
    assert version("2025-09", [*log, *trainings], "train_churn") == []
