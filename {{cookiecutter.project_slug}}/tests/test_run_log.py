"""The run log: a row for each run, complete or absent, without secrets, whatever its end."""

import re
from argparse import ArgumentParser
from datetime import date

import pytest
from pyspark.sql.utils import is_remote

from {{ cookiecutter.package_name }} import job, run_log, tables
from {{ cookiecutter.package_name }}.errors import UnavailableError

ROWS = [("a", date(2025, 1, 1), 2.0), ("a", date(2025, 2, 1), 3.0)]


@pytest.fixture
def usage(make_usage, tmp_path):
    make_usage(ROWS).write.parquet(str(tmp_path / "usage"))
    return str(tmp_path / "usage")


@pytest.fixture
def log(tmp_path):
    """Return a function that reads the run log of the reports."""
    return lambda: run_log.read(tmp_path / "reports/runs")


@pytest.fixture
def run(spark, tmp_path):
    """Return a function that runs a small job, which may end with an error."""

    def run(*arguments, error=None, reports=tmp_path / "reports"):
        def main(typed):
            parser = ArgumentParser(parents=[job.LOG_FORMAT, job.READING])
            parser.add_argument("--usage", required=True)
            parser.add_argument("--reports", required=True)
            args = job.parse(parser, typed)
            if error:
                raise error
            job.read_table(spark, args.usage, tables.USAGE, args)
            assert job.new_run(date(2025, 1, 1)).run_id == run_log.current().run_id
            return job.Summary(2, 1, rejected_by_reason={"usage is negative": 1}, status="ok")

        return job.run(main, [*arguments, "--reports", str(reports)])

    return run


def test_each_run_has_a_row_that_spark_reads_as_a_table(spark, run, usage, log, tmp_path):
    assert run("--usage", usage, "--as-of", "2025-01") == 0
    assert run("--usage", str(tmp_path / "no")) == 2
    with pytest.raises(ZeroDivisionError):
        run("--usage", usage, error=ZeroDivisionError("division by zero\nat once"))
    done, refused, broken = log()
    assert (done["job"], done["exit_code"], done["error"]) == ("test_run_log", 0, None)
    assert (done["rows_in"], done["rows_out"], done["status"]) == (2, 1, "ok")
    assert done["rejected_by_reason"] == [{"reason": "usage is negative", "rows": 1}]
    assert (done["as_of"], done["arguments"][:2]) == ("2025-01-01", ["--usage", usage])
    assert done["seconds"] >= 0 and {"project", "python", "pyspark"} <= done.keys()
    [table] = done["inputs"]
    assert (table["option"], table["place"], table["rows"]) == ("--usage", usage, 1)
    assert re.fullmatch("[0-9a-f]{16}", table["fingerprint"])
    assert refused["exit_code"] == 2 and "no such path" in refused["error"]
    assert refused["inputs"][0]["rows"] is None
    assert (broken["exit_code"], broken["error"]) == (1, "ZeroDivisionError: division by zero")

    rows = spark.read.json(str(tmp_path / "reports/runs"))
    told = {row.run_id: row.exit_code for row in rows.select("run_id", "exit_code").collect()}
    assert told == {row["run_id"]: row["exit_code"] for row in log()}


@pytest.mark.skipif(is_remote(), reason="the client of Spark Connect has no Java")
def test_reports_at_a_url_get_the_row_and_are_tried_before_the_work(
    spark, run, log, tmp_path, capsys
):
    """The URL is one of this machine's folder, which jobs do not know."""
    mount = "fs.viewfs.mounttable.lake.link./reports"
    spark.conf.set(mount, f"file:{tmp_path}/reports")
    (tmp_path / "reports").mkdir()
    try:
        for url, code in {"viewfs://lake/reports": 1, "viewfs://lake/elsewhere": 2}.items():
            assert run("--usage", "no", error=UnavailableError("late"), reports=url) == code
    finally:
        spark.conf.unset(mount)
    assert [row["error"] for row in log()] == ["late"]
    assert "error: --reports (viewfs://lake/elsewhere): cannot be" in capsys.readouterr().err


def test_a_row_appears_when_it_is_complete(tmp_path, monkeypatch):
    row = run_log.begin("score", ())
    row.folder = tmp_path / "runs"
    seen = []

    def replace(written, target):
        seen.append(run_log.read(row.folder))
        written.rename(target)

    monkeypatch.setattr(type(tmp_path), "replace", replace)
    row.end({}, 0)
    assert seen == [[]]
    assert [found["job"] for found in run_log.read(row.folder)] == ["score"]
    assert [path.suffix for path in row.folder.iterdir()] == [".json"]


def test_a_log_that_cannot_be_written_is_told_and_does_not_end_the_job(tmp_path, capsys):
    row = run_log.begin("score", ())
    row.folder = tmp_path / "runs"
    row.folder.write_text("a file")
    row.end({}, 0)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: run log (") and "has no row" in line


def test_files_that_are_no_rows_are_left_out_with_one_warning(tmp_path, capsys):
    row = run_log.begin("score", ())
    row.folder = tmp_path
    row.end({}, 0)
    for number, content in enumerate((b'{"job": "sco', b"\xff", b"[1]", b'{"a": 1}', b"")):
        (tmp_path / f"a{number}.json").write_bytes(content)
    assert [found["job"] for found in run_log.read(tmp_path)] == ["score"]
    [line] = capsys.readouterr().err.splitlines()
    told = "5 files are no rows of a run, for example a0.json"
    assert line.startswith(f"warning: run log ({tmp_path}): {told}")


def test_arguments_that_are_refused_leave_no_row(usage, tmp_path, log):
    parser = ArgumentParser()
    parser.add_argument("--usage")
    parser.add_argument("--reports")

    def main(typed):
        job.parse(parser, typed)
        raise AssertionError("not refused")

    assert job.run(main, ["--usage", usage, "--reports", usage]) == 2
    with pytest.raises(SystemExit):
        job.run(main, ["--usage", usage, "--reports", str(tmp_path / "reports"), "--other"])
    assert not (tmp_path / "reports").exists() and not log()


@pytest.mark.parametrize(
    ("output", "typed", "folder"),
    [
        ("data/out", [], "data/runs"),
        ("s3a://bucket/out", [], None),
        ("s3a://bucket/out", ["--run-log", "log"], "log"),
        (None, [], "reports/runs"),
    ],
)
def test_a_job_without_reports_has_its_row_beside_the_output(output, typed, folder, tmp_path):
    parser = ArgumentParser(parents=[job.LOG_FORMAT])
    if output:
        parser.add_argument("--output", default=output)
    row = run_log.begin("job", typed)
    job.parse(parser, typed)
    assert (row.folder and str(row.folder)) == folder


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://team:" + "pa:ss/word@host/x", "https://team:***@host/x"),
        ("s3a://KEY:" + "HIDDEN@bucket/raw", "s3a://KEY:***@bucket/raw"),
        ("https://host/x?sig=abc&page=2", "https://host/x?sig=***&page=2"),
        ("fs.s3a.secret.key=abc", "fs.s3a.secret.key=***"),
        ("abfss://files@account.dfs.core.windows.net/x", None),
        ("--usage=data/raw/usage", None),
    ],
)
def test_secrets_are_masked_and_other_words_stay(text, shown):
    assert run_log.masked(text) == (shown or text)


def test_what_is_masked_is_what_the_file_holds(tmp_path):
    place = "https://team:" + "hidden@host/usage"
    row = run_log.begin("job", ["--usage", place])
    row.folder = tmp_path
    row.end({}, 2, f"usage table ({place}): no such path")
    assert "hidden" not in next(tmp_path.iterdir()).read_text()
