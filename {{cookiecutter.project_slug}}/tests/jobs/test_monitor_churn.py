"""jobs/monitor_churn.py: from the scores of two years to what should be done."""

import json
from datetime import UTC, date, datetime

import pytest

from {{ cookiecutter.package_name }} import job, tables

from jobs import monitor_churn

MONTHS = [date(2024 + index // 12, index % 12 + 1, 1) for index in range(16)]
CUSTOMERS, STAYS = 600, 99
SCORES = (
    "customer_id string, churn_probability double, model_version string, cutoff date, horizon int"
)


def run(*arguments):
    return job.run(monitor_churn.main, arguments)


def last_use(who):
    """Half of the customers churn, some in each month."""
    return who // 2 % len(MONTHS) if who % 2 == 0 else STAYS


def probability(who, place, good):
    """A score that knows who churns soon, but for some, or one that takes it for the opposite."""
    high = (last_use(who) == place) != (who % 17 == 0)
    return 0.02 + 0.0001 * (who % 100) + (0.2 if high == good else 0.0)


@pytest.fixture
def company(make_table, tmp_path):
    rows = [
        (f"c{who:03}", month, 5.0 + (who + place) % 3)
        for place, month in enumerate(MONTHS)
        for who in range(CUSTOMERS)
        if place <= last_use(who)
    ]
    usage = make_table(rows, "customer_id string, month date, usage double")
    usage.write.parquet(str(tmp_path / "usage"))

    def write(*bad):
        """Write a vintage for each month; those of `bad` are scored the wrong way round."""
        for place, month in enumerate(MONTHS):
            rows = [
                (f"c{who:03}", probability(who, place, place not in bad), "1", month, 2)
                for who in range(CUSTOMERS)
                if place <= last_use(who)
            ]
            made = tables.Run(month, datetime.now(UTC), "run")
            tables.write_vintage(make_table(rows, SCORES), tmp_path / "scores", made)
        return ("--usage", str(tmp_path / "usage"), "--scores", str(tmp_path / "scores"))

    return write


@pytest.mark.slow
def test_scores_that_come_true_do_not_act_and_those_that_fail_do(company, tmp_path, capsys):
    reports = ("--reports", str(tmp_path))
    assert run(*company(), *reports) == 0
    found = json.loads((tmp_path / "monitor_churn.json").read_text())
    assert found["status"] in ("ok", "watch")
    [version] = found["by_version"]
    assert version["model_version"] == "1" and version["roc_auc"] > 0.8
    assert version["roc_auc_low"] < version["roc_auc"] < version["roc_auc_high"]
    # of the first month it is not known who left before it
    assert [row["cutoff"] for row in found["by_cutoff"]] == [str(month) for month in MONTHS[1:-2]]
    assert "job=monitor_churn " in capsys.readouterr().out

    assert run(*company(len(MONTHS) - 3, len(MONTHS) - 1), *reports) == 3
    found = json.loads((tmp_path / "monitor_churn.json").read_text())
    status = {check["check"]: check["status"] for check in found["checks"]}
    assert status["brier"] == status["score-drift"] == "act"
    assert status["rows"] == status["usage"] == "ok"
    assert "\nact:      PSI of scores" in capsys.readouterr().out

    # in the past, nobody knew the vintages that failed
    place = len(MONTHS) - 4
    assert run(*company(place + 1, place + 3), *reports, "--as-of", f"{MONTHS[place]:%Y-%m}") == 0
    found = json.loads((tmp_path / "monitor_churn.json").read_text())
    assert found["history"]["score-drift"][-1]["period"] == str(MONTHS[place])
    assert found["by_cutoff"][-1]["cutoff"] == str(MONTHS[place - 2])


def test_scores_that_are_not_there_are_refused_in_one_line(spark, tmp_path, capsys):
    usage = tmp_path / "usage.csv"
    usage.write_text("customer_id,month,usage\na,2025-01-01,1\n")
    missing = ("--scores", str(tmp_path / "nowhere"), "--reports", str(tmp_path))
    assert run("--usage", str(usage), *missing) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "there is no table of predictions" in message
    assert not list(tmp_path.glob("monitor_churn*"))
