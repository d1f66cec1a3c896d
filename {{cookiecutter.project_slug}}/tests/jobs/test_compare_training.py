"""jobs/compare_training.py writes a report, and refuses bad arguments."""

import errno
import json
import os
import tempfile
from datetime import date

import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job, simulate
from {{ cookiecutter.package_name }}.tradeoff import compare, costs
from {{ cookiecutter.package_name }}.tradeoff.conclusions import Measurement

from jobs import compare_training


@pytest.fixture
def usage(spark, tmp_path):
    """Simulated customers, and a column whose name needs quoting."""
    population = simulate.population(spark, 300, months=24, seed=1)
    usage, customers = str(tmp_path / "usage"), str(tmp_path / "customers")
    simulate.usage(population, seed=1).write.parquet(usage)
    known = simulate.customers(population).withColumn("their.rank", F.crc32("customer_id"))
    known.write.parquet(customers)
    return ["--usage", usage, "--customers", customers, "--horizon", "2"]


@pytest.mark.slow
def test_what_was_measured_on_a_table_of_ones_own_is_reported(usage, tmp_path, capsys, monkeypatch):
    measured = [
        Measurement("n", method, rows, 11, 1, rows * seconds, 100, 50, 900, 0.8)
        for method, seconds in (("sklearn", 0.001), ("mllib", 0.002))
        for rows in (400, 1200)
    ]
    skipped = compare.Skipped("n", "mllib", 1_000_000, "the table has fewer rows")
    given = []

    def compared(*arguments):
        given.append(arguments)
        return measured, [skipped]

    monkeypatch.setattr(compare_training, "compare", compared)
    sizes = ["--rows", "400", "1200", "1000000", "--features", "3", "--models", "1"]
    rest = ["--trainers", "sklearn", "mllib", "sklearn", "--reports", str(tmp_path)]
    assert job.run(compare_training.main, [*usage, *sizes, *rest]) == 0

    [(data, asked, trainers, seed)] = given
    assert data.rows > 0
    assert "their.rank" in data.holdout.columns
    assert asked == {"n": [400, 1200, 1_000_000], "k": [3], "m": [1]}
    assert (trainers, seed) == (["sklearn", "mllib"], 0)
    figures = json.loads((tmp_path / "training.json").read_text())
    assert [m["method"] for m in figures["measurements"]] == ["sklearn"] * 2 + ["mllib"] * 2
    assert all(m["way"] == m["method"] for m in figures["measurements"] + figures["skipped"])
    assert [s["size"] for s in figures["skipped"]] == [1_000_000]
    [crossing] = figures["crossovers"]
    said, markdown = capsys.readouterr().out, (tmp_path / "training.md").read_text()
    for told in (crossing["verdict"], skipped.why, figures["machine"]):
        assert told in markdown
        assert told in said
    assert f"rows_in={data.rows} rows_out=4 rejected=1 " in said
    assert (tmp_path / "training.png").read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def report(spark, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(costs, "BRIEF", 0.0)  # what is brief is done once, not three times
    sizes = ["--rows", "400", "1200", "--features", "3", "--models", "1", "4"]
    trainers = ["--trainers", "sklearn", "mllib"]
    code = job.run(compare_training.main, [*sizes, *trainers, "--reports", str(tmp_path)])
    return code, json.loads((tmp_path / "training.json").read_text()), tmp_path, capsys.readouterr()


@pytest.mark.slow
def test_the_report_holds_every_measurement_and_every_verdict(report):
    code, figures, folder, said = report
    assert code == 0
    measured = [(m["sweep"], m["method"]) for m in figures["measurements"]]
    assert measured.count(("n", "sklearn")) == measured.count(("n", "mllib")) == 2
    assert measured.count(("k", "mllib")) == 1
    assert measured.count(("m", "spark")) == measured.count(("m", "pool")) == 2
    assert figures["skipped"] == []
    assert len(figures["crossovers"]) == 5
    assert "cores" in figures["machine"]
    markdown = (folder / "training.md").read_text()
    for crossing in figures["crossovers"]:
        assert crossing["verdict"] in markdown
        assert crossing["verdict"] in said.out
    assert (folder / "training.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_it_measures_on_a_table_of_ones_own(usage, tmp_path, capsys):
    sizes = ["--rows", "500", "1000000", "--features", "12", "--models", "2"]
    rest = ["--trainers", "sklearn", "--reports", str(tmp_path)]
    assert job.run(compare_training.main, [*usage, *sizes, *rest]) == 0
    figures = json.loads((tmp_path / "training.json").read_text())
    assert {m["sweep"] for m in figures["measurements"]} == {"n", "k", "m"}
    [skipped] = figures["skipped"]
    assert skipped["size"] == 1_000_000
    printed = capsys.readouterr().out
    assert skipped["why"] in printed
    assert f"rows_out={len(figures['measurements'])} rejected=1 " in printed


@pytest.mark.slow
def test_a_table_that_is_too_short_is_told_in_one_line(make_usage, tmp_path, capsys):
    make_usage([("a", date(2025, 1, 1), 1.0)]).write.parquet(str(tmp_path / "usage"))
    assert job.run(compare_training.main, ["--usage", str(tmp_path / "usage")]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "Take a longer history or a smaller --horizon" in line


@pytest.mark.parametrize(
    ("scratch", "told"),
    [
        ("a file", "there is no such folder"),
        ("missing", "there is no such folder"),
        ("full", "cannot be written (No space left on device)"),
    ],
)
def test_scratch_that_cannot_be_used_is_refused_in_one_line(
    tmp_path, capsys, monkeypatch, scratch, told
):
    (tmp_path / "a file").touch()
    (tmp_path / "full").mkdir()
    make = tempfile.TemporaryDirectory

    def fails(*arguments, dir=None, **others):
        if str(dir).endswith("full"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return make(*arguments, dir=dir, **others)

    monkeypatch.setattr(tempfile, "TemporaryDirectory", fails)
    given = ["--scratch", str(tmp_path / scratch), "--reports", str(tmp_path / "reports")]
    assert job.run(compare_training.main, given) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: --scratch ({tmp_path / scratch}): {told}")


def test_sizes_whose_tables_would_fill_the_disk_are_refused_in_one_line(tmp_path, capsys):
    sizes = ["--rows", "9" * 15, "--reports", str(tmp_path / "reports")]
    assert job.run(compare_training.main, sizes) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "GB of disk" in line
    assert "smaller --rows" in line
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["runs"]
