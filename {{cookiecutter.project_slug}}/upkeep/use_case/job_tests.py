"""jobs/new_use_case.py"""

import json
from datetime import date

import pytest
from pyspark.testing import assertDataFrameEqual

from {{ cookiecutter.package_name }} import job
from {{ cookiecutter.package_name }}.new_use_case import by_month

from jobs.new_use_case import main

ROWS = [("a", date(2025, 1, 1), 2.0), ("a", date(2025, 2, 1), 4.0), ("b", date(2025, 2, 1), 1.0)]


@pytest.fixture
def source(make_usage, tmp_path):
    """A usage table to read."""
    make_usage(ROWS).write.parquet(str(tmp_path / "usage"))
    return str(tmp_path / "usage")


def test_the_table_and_the_report_are_written_and_summed_up(
    spark, make_usage, source, tmp_path, capsys
):
    output, reports = tmp_path / "output", tmp_path / "reports"
    arguments = ["--usage", source, "--output", str(output), "--reports", str(reports)]
    assert job.run(main, arguments) == 0
    assertDataFrameEqual(spark.read.parquet(str(output)), by_month(make_usage(ROWS)))
    report = json.loads((reports / "new_use_case.json").read_text())
    assert [row["month"] for row in report] == ["2025-01-01", "2025-02-01"]
    assert {path.suffix for path in reports.glob("*.*")} == {".html", ".json", ".md", ".png"}
    assert "job=new_use_case rows_in=3 rows_out=2 rejected=0 " in capsys.readouterr().out


def test_bad_usage_has_code_2_and_leaves_the_earlier_table(spark, source, tmp_path, capsys):
    output, bad = tmp_path / "output", tmp_path / "bad.csv"
    bad.write_text("customer_id,month,usage\na,2025-01-01,-1\n")
    arguments = ["--output", str(output), "--reports", str(tmp_path / "reports")]
    assert job.run(main, ["--usage", source, *arguments]) == 0
    assert job.run(main, ["--usage", str(bad), *arguments]) == 2
    assert "usage is negative in 1 of 1 rows" in capsys.readouterr().err
    assert spark.read.parquet(str(output)).count() == 2
