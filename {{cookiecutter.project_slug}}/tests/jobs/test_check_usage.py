"""jobs/check_usage.py: a month that has not come, and one that is not as usual."""

import json
from datetime import date

import pytest

from {{ cookiecutter.package_name }} import job

from jobs import check_usage

MONTHS = [date(2024 + index // 12, index % 12 + 1, 1) for index in range(10)]


@pytest.fixture
def run(make_usage, tmp_path):
    """Return a function that checks ten months of three customers, the last one multiplied."""

    def run(*arguments, last_times=1, more=()):
        rows = [
            (f"c{who}", month, (9.0 + (place + who) % 3) * (last_times if place == 9 else 1))
            for place, month in enumerate(MONTHS)
            for who in range(3)
        ]
        table = make_usage(rows).selectExpr("*", *more)
        table.write.mode("overwrite").parquet(str(tmp_path / "usage"))
        places = ("--usage", str(tmp_path / "usage"), "--reports", str(tmp_path / "reports"))
        return job.run(check_usage.main, [*places, *arguments])

    return run


def test_a_month_that_has_not_come_is_worth_another_try(run, tmp_path, capsys):
    assert run("--as-of", "2024-11") == 1
    assert "ends with 2024-10, before --as-of 2024-11" in capsys.readouterr().err
    assert not (tmp_path / "reports/check_usage.json").exists()


def test_a_unit_error_acts_and_a_new_column_is_told(run, tmp_path):
    report = tmp_path / "reports/check_usage.json"
    report.parent.mkdir()
    report.write_text(json.dumps({"columns": ["customer_id", "month", "usage"]}))
    assert run("--as-of", "2024-10", last_times=1000, more=("'EUR' AS currency",)) == 3
    found = json.loads(report.read_text())
    statuses = {check["check"]: check["status"] for check in found["checks"]}
    assert [name for name, status in statuses.items() if status == "act"] == ["usage"]
    assert statuses["columns"] == "watch"
    assert found["columns"] == ["currency", "customer_id", "month", "usage"]
    assert found["periods"][-1]["rows"] == 3
