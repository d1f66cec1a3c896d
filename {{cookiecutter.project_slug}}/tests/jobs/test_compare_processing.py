"""jobs/compare_processing.py"""

import json
from dataclasses import asdict
from datetime import date

import pytest

from {{ cookiecutter.package_name }} import job, processing
from {{ cookiecutter.package_name }}.processing.compare import Measurement, left_out

from jobs import compare_processing

FIELDS = {"way", "task", "rows", "seconds", "rows_per_second", "data_path", "road", "equal"} | {
    "sizes",
    "fixed_seconds",
    "microseconds_per_row",
}


def run(*arguments: str) -> int:
    return job.run(compare_processing.main, arguments)


def measured(*, wrong: tuple[str, str] | None = None) -> list[Measurement]:
    """What the comparison may find, with an answer to a task that is wrong."""
    return [
        Measurement(way, task, 10, 1.0, 10, "jvm", (way, task) != wrong, [[10, 1.0]])
        for way in processing.WAYS
        for task in ("charge", "trend")
    ]


@pytest.mark.slow
def test_simulated_rows_are_compared_by_every_way(tmp_path, capsys):
    assert run("--rows", "123", "--runs", "1", "--reports", str(tmp_path)) == 0
    report = json.loads((tmp_path / "processing.json").read_text())
    assert {(m["way"], m["task"]) for m in report} == {
        (way, task) for way in processing.WAYS.keys() - left_out() for task in ("charge", "trend")
    }
    assert all(set(m) == FIELDS and m["equal"] and m["rows"] == 123 for m in report)
    printed = capsys.readouterr().out
    assert "pandas_on_spark" in printed
    assert f"rows_in=123 rows_out={len(report)} rejected=0 " in printed
    assert {path.suffix for path in tmp_path.glob("*.*")} == {".json", ".md", ".png", ".html"}


@pytest.mark.slow
def test_a_usage_table_is_compared_as_it_comes(tmp_path, make_usage):
    usage = make_usage([("a", date(2025, 1, 1), 5.0), ("b", date(2025, 1, 1), None)])
    usage.write.parquet(str(tmp_path / "usage"))
    assert run("--usage", str(tmp_path / "usage"), "--runs", "1", "--reports", str(tmp_path)) == 0
    report = json.loads((tmp_path / "processing.json").read_text())
    assert all(m["rows"] == 2 and m["equal"] for m in report)


def test_all_that_was_measured_is_reported_and_what_is_left_out_is_told(
    spark, tmp_path, capsys, monkeypatch
):
    given = []

    def compare(usage, runs):
        given.append((usage.count(), runs))
        return measured()

    monkeypatch.setattr(compare_processing, "compare", compare)
    monkeypatch.setattr(compare_processing, "left_out", lambda: {"rdd": "there are none here"})
    assert run("--rows", "35", "--runs", "2", "--reports", str(tmp_path)) == 0
    assert given == [(35, 2)]
    report = json.loads((tmp_path / "processing.json").read_text())
    assert report == [asdict(m) | {"road": m.data_path} for m in measured()]
    assert set(report[0]) == FIELDS
    printed = capsys.readouterr().out
    assert "pandas_udf" in printed
    assert "skipped:  rdd is left out: there are none here\n" in printed
    assert f"rows_in=10 rows_out={len(report)} rejected=0 " in printed
    assert "there are none here" in (tmp_path / "processing.md").read_text()
    assert {path.suffix for path in tmp_path.glob("*.*")} == {".json", ".md", ".png", ".html"}


@pytest.mark.parametrize("rows", [1, 15, 35, 1000])
def test_simulated_rows_are_as_many_as_were_asked_for(spark, rows):
    assert compare_processing.simulated_usage(spark, rows).count() == rows


def test_an_empty_name_of_a_table_is_not_a_wish_for_simulated_rows(tmp_path, capsys):
    assert run("--usage", "", "--reports", str(tmp_path)) == 2
    assert "no such path" in capsys.readouterr().err


def test_a_bad_table_gives_exit_code_2_and_one_line_and_keeps_the_earlier_report(tmp_path, capsys):
    bad = tmp_path / "bad.csv"
    bad.write_text("customer_id,month,usage\na,2025-01-01,-1\n")
    (tmp_path / "processing.json").write_text("earlier")
    assert run("--usage", str(bad), "--reports", str(tmp_path)) == 2
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert "column usage is negative in 1 of 1 rows" in printed.err
    assert (tmp_path / "processing.json").read_text() == "earlier"
    assert {path.name for path in tmp_path.iterdir()} == {"bad.csv", "processing.json", "runs"}


def test_ways_that_disagree_give_exit_code_1_and_are_named(spark, tmp_path, monkeypatch):
    found = measured(wrong=("rdd", "trend"))
    monkeypatch.setattr(compare_processing, "compare", lambda usage, runs: found)
    with pytest.raises(SystemExit, match=r"dataframe does: rdd \(trend\)$"):
        run("--rows", "10", "--reports", str(tmp_path))
    report = json.loads((tmp_path / "processing.json").read_text())
    assert [m["equal"] for m in report].count(False) == 1


def test_a_table_and_a_number_of_rows_together_are_refused(capsys):
    with pytest.raises(SystemExit) as stopped:
        run("--usage", "table", "--rows", "10")
    assert stopped.value.code == 2
