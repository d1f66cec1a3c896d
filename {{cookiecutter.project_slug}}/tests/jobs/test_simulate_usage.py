"""jobs/simulate_usage.py"""

import pytest

from {{ cookiecutter.package_name }} import job, tables

from jobs import simulate_usage


def run(*arguments: str) -> int:
    return job.run(simulate_usage.main, arguments)


def test_the_tables_are_written_and_are_what_the_other_jobs_read(spark, tmp_path, capsys):
    assert run("--customers", "20", "--months", "12", "--output", str(tmp_path)) == 0
    usage = tables.read(spark, str(tmp_path / "usage"), tables.USAGE)
    customers = spark.read.parquet(str(tmp_path / "customers"))
    assert customers.count() == 20
    assert customers.columns == ["customer_id", "signup_month", "plan", "region"]
    assert usage.select("month").distinct().count() == 12
    assert usage.join(customers, "customer_id", "left_anti").isEmpty()
    printed = capsys.readouterr().out
    assert f"{usage.count():,} customer-months" in printed
    assert f"rows_in=0 rows_out={usage.count() + 20} rejected=0 " in printed


@pytest.mark.slow
def test_the_same_seed_gives_the_same_tables(spark, tmp_path):
    for folder, seed in (("first", "1"), ("second", "1"), ("other", "2")):
        run("--customers", "5", "--months", "6", "--seed", seed, "--output", str(tmp_path / folder))
    first, second, other = (
        sorted(spark.read.parquet(str(tmp_path / folder / "usage")).collect())
        for folder in ("first", "second", "other")
    )
    assert first == second != other


@pytest.mark.parametrize("option", ["--customers", "--months"])
def test_nothing_to_simulate_is_refused_with_exit_code_2(option, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(option, "0")
    assert stopped.value.code == 2
    assert "at least 1" in capsys.readouterr().err


def test_a_relative_output_is_a_folder_of_the_callers(spark, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("--customers", "5", "--months", "6", "--output", "raw") == 0
    assert {path.name for path in (tmp_path / "raw").iterdir()} == {"usage", "customers"}
