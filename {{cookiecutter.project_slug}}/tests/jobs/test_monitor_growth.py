"""jobs/monitor_growth.py: from the vintages of two years to what should be done."""

import json
from datetime import UTC, date, datetime

import pytest

from {{ cookiecutter.package_name }} import job, tables

from jobs import monitor_growth

MONTHS = [date(2024 + index // 12, index % 12 + 1, 1) for index in range(14)]


def run(*arguments):
    return job.run(monitor_growth.main, arguments)


@pytest.fixture
def company(spark, make_table, tmp_path):
    """Usage of 30 customers; each month's forecasts of the two months after it come true."""

    def make(last_times=1):
        """The last month's usage is multiplied."""
        rows = [
            (f"c{who}", month, 10.0 + who + (place + who) % 3)
            for place, month in enumerate(MONTHS)
            for who in range(30)
        ]
        rows = [(c, m, used * (last_times if m == MONTHS[-1] else 1)) for c, m, used in rows]
        usage = make_table(rows, "customer_id string, month date, usage double")
        usage.write.mode("overwrite").parquet(str(tmp_path / "usage"))
        for place, as_of in enumerate(MONTHS[:-1]):
            ahead = [
                (f"c{who}", month, 11.0 + who, 9.0 + who, 13.0 + who)
                for month in MONTHS[place + 1 : place + 3]
                for who in range(30)
            ]
            columns = "customer_id string, month date, forecast double, lower double, upper double"
            made = tables.Run(as_of, datetime.now(UTC), "run")
            tables.write_vintage(make_table(ahead, columns), tmp_path / "forecasts", made)
        return ("--usage", str(tmp_path / "usage"), "--forecasts", str(tmp_path / "forecasts"))

    return make


def report(folder):
    return json.loads((folder / "monitor_growth.json").read_text())


@pytest.mark.slow
def test_forecasts_that_came_true_are_ok_and_a_unit_error_acts(company, tmp_path, capsys):
    (tmp_path / "growth_backtest.json").write_text(
        json.dumps([{"method": "combination", "wape": 0.04}])
    )
    reports = ("--reports", str(tmp_path))
    assert run(*company(), *reports) == 0
    found = report(tmp_path)
    assert found["status"] == "ok"
    assert [row["lead"] for row in found["by_lead"]] == [1, 2]
    assert found["by_lead"][0]["coverage"] == 1
    assert found["by_lead"][0]["customers"] == 13 * 30
    assert len(found["by_vintage"]) == 13
    assert "promise" in {check["check"] for check in found["checks"]}
    assert "status=ok" in capsys.readouterr().out

    customers = tmp_path / "customers.csv"
    plans = [f"c{who},{'pro' if who % 2 else 'basic'}" for who in range(30)]
    customers.write_text("\n".join(["customer_id,plan", *plans]))
    by = ("--customers", str(customers), "--by", "plan")
    assert run(*company(last_times=1000), *reports, *by) == 3
    found = report(tmp_path)
    acting = {check["check"] for check in found["checks"] if check["status"] == "act"}
    assert acting >= {"bias", "wape", "coverage", "usage", "segment-bias pro"}
    assert "rows" not in acting
    assert {row["plan"] for row in found["by_segment"]} == {"basic", "pro"}
    printed = capsys.readouterr().out
    assert "\nact:      mean usage of a row, as a multiple of the period before: " in printed
    assert printed.splitlines()[-1].startswith("summary: job=monitor_growth ")

    # in the past, nobody knew the month of the error
    past = f"{MONTHS[-2]:%Y-%m}"
    assert run(*company(last_times=1000), *reports, "--as-of", past) == 0
    assert len(report(tmp_path)["by_vintage"]) == 12

    bounds = tmp_path / "bounds.toml"
    checks = ("bias", "wape", "coverage", "usage", "promise")
    bounds.write_text("".join(f"[{name}]\nlow = -9999\nhigh = 9999\n" for name in checks))
    assert run(*company(last_times=1000), *reports, "--bounds", str(bounds)) == 0


def test_forecasts_that_are_not_there_are_refused_in_one_line(company, tmp_path, capsys):
    usage = tmp_path / "usage.csv"
    usage.write_text("customer_id,month,usage\na,2025-01-01,1\n")
    missing = ("--forecasts", str(tmp_path / "nowhere"), "--reports", str(tmp_path))
    assert run("--usage", str(usage), *missing) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "there is no table of predictions" in message
    assert not list(tmp_path.glob("monitor_growth*"))
