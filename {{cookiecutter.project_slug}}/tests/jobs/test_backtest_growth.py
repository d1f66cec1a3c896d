"""jobs/backtest_growth.py"""

import json

import pytest

from {{ cookiecutter.package_name }} import job, simulate
from {{ cookiecutter.package_name }}.growth import METHODS

from jobs import backtest_growth

FIELDS = {
    *("method", "smape", "mase", "coverage", "seconds", "customers"),
    *("rmsse", "wape", "bias", "wql", "coverage_without_zero_width"),
    *("total_wape", "total_coverage"),
}


def run(*arguments: str) -> int:
    return job.run(backtest_growth.main, arguments)


@pytest.fixture
def usage(spark, tmp_path):
    """Twelve simulated customers."""
    population = simulate.population(spark, 12, months=30, seed=1)
    simulate.usage(population, seed=1).write.parquet(str(tmp_path / "usage"))
    return str(tmp_path / "usage")


@pytest.mark.slow
def test_every_method_is_scored_and_reported(spark, usage, tmp_path, capsys):
    reports = tmp_path / "reports"
    arguments = ["--usage", usage, "--horizon", "3", "--folds", "1", "--reports", str(reports)]
    rows_in = spark.read.parquet(usage).count()
    assert run(*arguments) == 0
    report = json.loads((reports / "growth_backtest.json").read_text())
    assert [row["method"] for row in report] == list(METHODS)
    assert all(set(row) == FIELDS for row in report)
    assert all(0 <= row["coverage"] <= 1 and row["smape"] >= 0 for row in report)
    assert len({row["customers"] for row in report}) == 1
    assert "| under 1 " in (reports / "growth_backtest.md").read_text()
    printed = capsys.readouterr().out
    assert "seasonal-naive" in printed
    rejected = 12 - report[0]["customers"]
    assert f"rows_in={rows_in} rows_out={len(METHODS)} rejected={rejected} " in printed
    assert (reports / "growth_backtest.png").read_bytes().startswith(b"\x89PNG")


def test_histories_too_short_for_the_horizon_are_refused_in_one_line(
    spark, tmp_path, capsys, monkeypatch
):
    usage = tmp_path / "usage.csv"
    usage.write_text("customer_id,month,usage\na,2025-01-01,1\na,2025-02-01,2\na,2025-03-01,3\n")
    monkeypatch.setattr(backtest_growth, "METHODS", {"baseline": METHODS["seasonal-naive"]})
    arguments = ["--horizon", "3", "--folds", "1", "--reports", str(tmp_path)]
    assert run("--usage", str(usage), *arguments) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "no customer has more than 3 months" in message
    assert not list(tmp_path.glob("growth_backtest*"))
