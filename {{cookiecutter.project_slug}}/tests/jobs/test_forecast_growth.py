"""jobs/forecast_growth.py"""

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from time import sleep

import pandas as pd
import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job, simulate, tables
from {{ cookiecutter.package_name }}.growth.forecasts import FORECASTS, refuse_horizon

from jobs import forecast_growth

PROJECT = Path(__file__).parents[2]
NAIVE = ("--horizon", "3", "--method", "seasonal-naive", "--max-failed")


def run(*arguments: str) -> int:
    return job.run(forecast_growth.main, arguments)


@pytest.fixture
def usage(make_usage, tmp_path):
    """Two customers who can be forecast and one who cannot."""
    months = [date(2024, month, 1) for month in range(1, 7)]
    rows = [(c, m, 10.0 + m.month) for c in ("a", "b") for m in months]
    rows += [("unknown", month, None) for month in months]
    make_usage(rows).write.parquet(str(tmp_path / "usage"))
    return str(tmp_path / "usage")


@pytest.mark.parametrize(
    "method", ["seasonal-naive", pytest.param("combination", marks=pytest.mark.slow)]
)
def test_forecasts_are_written_and_summed_up(spark, usage, tmp_path, capsys, method):
    output, reports = tmp_path / "forecasts", tmp_path / "reports"
    assert (
        run(
            *("--usage", usage, "--horizon", "3", "--method", method, "--max-failed", "0.34"),
            *("--output", str(output), "--reports", str(reports)),
        )
        == 0
    )
    written = spark.read.parquet(str(output))
    assert [(f.name, f.dataType) for f in written.schema][: len(FORECASTS)] == [
        (f.name, f.dataType) for f in FORECASTS
    ]
    assert written.columns[len(FORECASTS) :] == ["made_at", "run_id", "as_of"]
    assert tables.vintages(output) == tables.vintages(f"{output}_totals") == ["2024-06-01"]
    assert written.where("error IS NULL").count() == 6
    assert written.where("error IS NOT NULL").count() == 1
    report = json.loads((reports / "growth_forecast.json").read_text())
    assert sum(row["customers"] for row in report["models"]) == 3
    sums = written.groupBy("month").agg(F.sum("forecast").alias("f")).orderBy("month").collect()
    assert [row["forecast"] for row in report["totals"]] == pytest.approx([r.f for r in sums][:3])
    assert spark.read.parquet(f"{output}_totals").count() == 3
    assert {path.suffix for path in reports.glob("*.*")} == {".json", ".md", ".png", ".html"}
    printed = capsys.readouterr().out
    assert "\nerror  " in printed
    assert "for example unknown: usage is known in no month" in printed
    assert "job=forecast_growth rows_in=18 rows_out=7 rejected=1 " in printed


@pytest.mark.slow
def test_groups_have_totals_in_the_table_the_report_and_the_chart(spark, usage, tmp_path):
    customers, output = tmp_path / "customers.csv", tmp_path / "out"
    customers.write_text("customer_id,plan\na,pro\nb,basic\nunknown,pro\n")
    arguments = ("--usage", usage, *NAIVE, "0.5", "--customers", str(customers), "--by", "plan")
    assert run(*arguments, "--output", str(output), "--reports", str(tmp_path)) == 0
    report = json.loads((tmp_path / "growth_forecast.json").read_text())
    assert [(row["plan"], row["customers"]) for row in report["groups"]] == [
        ("basic", 1),
        ("pro", 1),
    ]
    assert "| basic " in (tmp_path / "growth_forecast.md").read_text()
    written = spark.read.parquet(f"{output}_totals")
    assert {row.plan: row.is_total for row in written.collect()} == {
        "(all)": True,
        "basic": False,
        "pro": False,
    }


@pytest.mark.slow
def test_a_run_of_the_past_forecasts_what_it_forecast_then_and_keeps_later_vintages(
    spark, make_usage, usage, tmp_path
):
    """Rows after --as-of change nothing, whatever they hold."""
    later = [(c, date(2024, month, 1), 1e6) for c in ("a", "new") for month in (7, 8)]
    both = spark.read.parquet(usage).unionByName(make_usage(later))
    both.write.parquet(str(tmp_path / "longer"))

    def forecasts(table, output, *options):
        given = ("--output", str(tmp_path / output), "--reports", str(tmp_path))
        assert run("--usage", str(table), *NAIVE, "0.34", *given, *options) == 0
        rows = tables.read_vintage(spark, tmp_path / output, date(2024, 6, 1))
        return sorted(map(str, rows.drop("made_at", "run_id").collect()))

    then = forecasts(usage, "then")
    longer = ("--usage", str(tmp_path / "longer"), *NAIVE, "0.34", "--reports", str(tmp_path))
    assert run(*longer, "--output", str(tmp_path / "now")) == 0
    assert forecasts(tmp_path / "longer", "now", "--as-of", "2024-06") == then
    assert tables.vintages(tmp_path / "now") == ["2024-06-01", "2024-08-01"]


def test_groups_need_a_customers_table_that_is_not_where_totals_go(tmp_path, capsys):
    given = ("--usage", "t", "--horizon", "3", "--output", str(tmp_path / "out"))
    with pytest.raises(SystemExit):
        run(*given, "--by", "plan")
    assert "give both --customers and --by" in capsys.readouterr().err
    customers = tmp_path / "out_totals"
    customers.mkdir()
    assert run(*given, "--by", "plan", "--customers", str(customers)) == 2
    assert "--customers" in capsys.readouterr().err


@pytest.mark.slow
def test_season_and_level_are_those_that_were_asked_for(spark, usage, tmp_path):
    widths = []
    for level in ("50", "99"):
        run(
            *("--usage", usage, "--horizon", "3", "--season", "3", "--level", level),
            *("--method", "seasonal-naive", "--max-failed", "0.5"),
            *("--output", str(tmp_path / level), "--reports", str(tmp_path)),
        )
        rows = spark.read.parquet(str(tmp_path / level)).where("customer_id = 'a'").collect()
        assert sorted(row.forecast for row in rows) == [14, 15, 16]
        widths.append(sum(row.upper - row.lower for row in rows))
    assert widths[1] > 2 * widths[0]


def test_bad_usage_leaves_the_earlier_forecasts_and_report(spark, tmp_path, capsys):
    bad = tmp_path / "bad.csv"
    bad.write_text("customer_id,month,usage\na,2025-01-01,-1\n")
    forecasts, report = tmp_path / "out" / "part-0.parquet", tmp_path / "growth_forecast.json"
    forecasts.parent.mkdir()
    for file in (forecasts, report):
        file.write_text("earlier")
    arguments = ["--horizon", "3", "--output", str(tmp_path / "out"), "--reports", str(tmp_path)]
    assert run("--usage", str(bad), *arguments) == 2
    assert "usage is negative" in capsys.readouterr().err
    assert forecasts.read_text() == report.read_text() == "earlier"
    assert {path.name for path in tmp_path.iterdir()} == {"bad.csv", "out", "runs", report.name}
    assert list(forecasts.parent.iterdir()) == [forecasts]


def test_a_horizon_of_which_the_table_tells_nothing_is_refused(tmp_path, capsys):
    short = tmp_path / "short.csv"
    months = "".join(f"a,2025-{month:02}-01,1\n" for month in range(1, 10))
    short.write_text("customer_id,month,usage\n" + months)
    output = ["--output", str(tmp_path / "out"), "--reports", str(tmp_path)]
    assert run("--usage", str(short), "--horizon", "28", *output) == 2
    assert "a usage table of 9 months" in capsys.readouterr().err
    refuse_horizon(27, months=9)
    refuse_horizon(24, months=1)


def test_too_many_customers_without_a_forecast_leave_the_earlier_table(usage, tmp_path, capsys):
    output, reports = str(tmp_path / "out"), ("--reports", str(tmp_path))
    shutil.copytree(usage, output)  # stands for an earlier table
    before = sorted(Path(output).iterdir())
    assert run("--usage", usage, *NAIVE, "0.33", "--output", output, *reports) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "1 of 3 customers cannot be forecast, for example unknown: usage is known" in message
    assert "--max-failed 0.34 or more" in message
    assert sorted(Path(output).iterdir()) == before


@pytest.mark.slow
def test_stale_customers_are_flagged_and_counted_and_quantiles_have_columns(
    spark, make_usage, tmp_path, capsys
):
    """One customer has rows up to June, the other up to March."""
    rows = [("a", date(2024, m, 1), 10.0) for m in range(1, 7)]
    rows += [("ended", date(2024, m, 1), 5.0) for m in range(1, 4)]
    make_usage(rows).write.parquet(str(tmp_path / "usage"))
    arguments = ("--usage", str(tmp_path / "usage"), *NAIVE, "0", "--quantiles", "0.9", "0.025")
    folders = ("--output", str(tmp_path / "out"), "--reports", str(tmp_path))
    assert run(*arguments, *folders) == 0
    assert "stale:    1 customers have no row in the last 3 months" in capsys.readouterr().out
    written = spark.read.parquet(str(tmp_path / "out"))
    assert written.columns[3:7] == ["lower", "upper", "q2_5", "q90"]
    found = {row.customer_id: row for row in written.where("month = '2024-07-01'").collect()}
    assert {customer: row.stale for customer, row in found.items()} == {"a": False, "ended": True}
    # who has no row in June used nothing in June
    assert (found["a"].forecast, found["ended"].forecast) == (10, 0)

    assert run(*arguments, "--origin", "customer", *folders) == 0
    own = spark.read.parquet(str(tmp_path / "out")).where("customer_id = 'ended'").collect()
    assert [(row.month.month, row.forecast) for row in sorted(own)] == [(4, 5), (5, 5), (6, 5)]


def test_a_folder_that_holds_other_things_is_refused(usage, tmp_path, capsys):
    notes = tmp_path / "mine/notes.txt"
    notes.parent.mkdir()
    notes.write_text("mine")
    assert run("--usage", usage, "--horizon", "3", "--output", str(notes.parent)) == 2
    assert "for example notes.txt" in capsys.readouterr().err
    assert notes.read_text() == "mine"


@pytest.mark.parametrize(
    "wrong",
    [
        *(("--horizon", "0"), ("--method", "magic"), ("--level", "100"), ("--season", "-1")),
        *(("--quantiles", "1"), ("--quantiles", "ten"), ("--max-failed", "1.1")),
        ("--future", "f", "--origin", "customer"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_exit_code_2(wrong, capsys):
    with pytest.raises(SystemExit) as stopped:
        run("--usage", "t", "--horizon", "3", "--output", "o", *wrong)
    assert stopped.value.code == 2
    assert wrong[0] in capsys.readouterr().err


@pytest.mark.slow
def test_a_job_killed_while_it_writes_leaves_the_earlier_forecasts_and_can_run_again(
    spark, tmp_path
):
    """Killed with its Java, as the machine's end would do."""
    population = simulate.population(spark, 200, months=48, seed=1)
    simulate.usage(population, seed=1).write.parquet(str(tmp_path / "usage"))
    output = tmp_path / "out/forecasts"
    typed = [
        *("--usage", str(tmp_path / "usage"), "--horizon", "2"),
        *("--output", str(output), "--reports", str(tmp_path / "reports")),
    ]
    assert run(*typed, "--method", "seasonal-naive") == 0
    other = (*typed, "--method", "per-customer")
    command = [sys.executable, "jobs/forecast_growth.py", *other]
    killed = subprocess.Popen(
        command, cwd=PROJECT, start_new_session=True, stderr=subprocess.DEVNULL
    )
    while not list(output.glob(".unfinished-*/as_of=*")):
        assert killed.poll() is None, "it ended before it could be killed"
        sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    earlier = spark.read.parquet(str(output))
    assert earlier.count() == 400
    assert {row.model for row in earlier.collect()} == {"seasonal-naive"}

    assert run(*other) == 0
    again = spark.read.parquet(str(output))
    assert again.count() == 400
    assert again.where("model = 'seasonal-naive'").isEmpty()
    assert not list(output.glob(".unfinished-*"))


@pytest.mark.slow
def test_hours_are_forecast_and_summed_up_by_the_hour(spark, tmp_path, capsys):
    """Over the night in which clocks change; the column `hour` is called period in outputs."""
    hours = [datetime(2025, 3, 29) + timedelta(hours=number) for number in range(48)]
    lines = [f"{c},{at:%Y-%m-%dT%H:%M},{1 + at.hour}" for c in "ab" for at in hours]
    source, output = tmp_path / "usage.csv", tmp_path / "forecasts"
    source.write_text("\n".join(["customer_id,hour,usage", *lines]))
    typed = ("--horizon", "3", "--method", "seasonal-naive", "--season", "24")
    place = ("--output", str(output), "--reports", str(tmp_path / "reports"))
    assert run("--usage", str(source), *typed, *place) == 0
    found = {(row.period, row.forecast) for row in spark.read.parquet(str(output)).collect()}
    ahead = [datetime(2025, 3, 31, hour) for hour in range(3)]
    assert found == {(at, 1.0 + at.hour) for at in ahead}
    [vintage] = tables.vintages(output)
    assert vintage == "2025-03-30 23:00:00"
    assert [row.period for row in tables.read_vintage(spark, f"{output}_totals").collect()] == ahead
    assert "Usage of the next 3 hours: 12" in capsys.readouterr().out


@pytest.mark.slow
def test_days_are_forecast_by_models_of_days(spark, tmp_path):
    rows = spark.sql(
        "SELECT concat('C', id) AS customer_id, day,"
        " (5 + weekday(day)) * exp(0.1 * randn(1)) AS usage "
        "FROM (SELECT id, explode(sequence(DATE'2024-01-01', DATE'2024-06-30')) AS day"
        " FROM range(9))"
    )
    source, output = str(tmp_path / "usage"), str(tmp_path / "forecasts")
    rows.write.parquet(source)
    place = ("--output", output, "--reports", str(tmp_path / "reports"))
    assert run("--usage", source, "--horizon", "14", *place) == 0
    found = spark.read.parquet(output).toPandas()
    assert found["period"].min() == date(2024, 7, 1)
    weekday = pd.to_datetime(found["period"]).dt.weekday
    assert ((found["forecast"] / (5 + weekday)) - 1).abs().mean() < 0.1
