"""What scripts and schedulers rely on: exit codes, one message or one summary, no traceback."""

import importlib
import json
import os
import platform
import re
import signal
import subprocess
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, datetime, timedelta
from pathlib import Path

import pyspark
import pytest
from pyspark.errors import PySparkException

import {{ cookiecutter.package_name }}
from {{ cookiecutter.package_name }} import __version__, arguments, job, tables
from {{ cookiecutter.package_name }}.errors import BadInputError, UnavailableError
from {{ cookiecutter.package_name }}.spark import interruption
from {{ cookiecutter.package_name }}.spark.java import JavaNotFoundError

VERSIONS = {
    "project": __version__,
    "python": platform.python_version(),
    "pyspark": pyspark.__version__,
}
EXPECTED_ERRORS = [
    (BadInputError("usage is negative"), 2),
    (JavaNotFoundError("no Java\ninstall"), 1),
    (UnavailableError("the disk is full"), 1),
]


def failing_with(error):
    def main(arguments):
        raise error

    return main


def scoring(arguments):
    print("3 of 4 customers scored")
    return job.Summary(rows_in=4, rows_out=3, rejected=1, model_version="7")


def simulating(arguments):
    return job.Summary(rows_in=0, rows_out=3)


def test_a_job_that_ends_well_returns_0_and_receives_its_arguments():
    received = []

    def main(arguments):
        received.append(arguments)
        return job.Summary(rows_in=0, rows_out=0)

    assert job.run(main, ["--rows", "1"]) == 0
    assert received == [["--rows", "1"]]


def test_a_job_that_went_well_just_ends_and_another_exits_with_its_code():
    job.start(simulating)
    with pytest.raises(SystemExit) as end:
        job.start(failing_with(BadInputError("usage is negative")))
    assert end.value.code == 2


def test_the_summary_is_one_line_after_all_that_people_read(capsys):
    job.run(scoring, [])
    told, line = capsys.readouterr().out.splitlines()
    assert told == "3 of 4 customers scored"
    begin, *pairs = line.split(" ")
    found = dict(pair.split("=") for pair in pairs)
    assert begin == "summary:"
    assert float(found.pop("seconds")) >= 0
    figures = {"rows_in": "4", "rows_out": "3", "rejected": "1", "model_version": "7"}
    assert found == {"job": "test_job"} | figures | VERSIONS


def test_counts_by_reason_are_one_field_of_the_line(capsys):
    counts = {"customer_id is null": 2, "usage is negative": 1}
    job.run(lambda _: job.Summary(rows_in=4, rows_out=1, rejected_by_reason=counts), [])
    told = "rejected_by_reason=customer_id_is_null:2,usage_is_negative:1 "
    assert told in capsys.readouterr().out


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_summary_leaves_out_what_there_is_not(capsys, log_format):
    job.run(simulating, ["--log-format", log_format])
    assert "model_version" not in capsys.readouterr().out


def test_with_json_stdout_holds_one_line_of_json_and_stderr_what_people_read(capsys):
    assert job.run(scoring, ["--log-format", "json"]) == 0
    printed = capsys.readouterr()
    assert printed.err == "3 of 4 customers scored\n"
    assert printed.out.count("\n") == 1
    found = json.loads(printed.out)
    assert found.pop("seconds") >= 0
    figures = {"rows_in": 4, "rows_out": 3, "rejected": 1, "model_version": "7"}
    assert found == {"job": "test_job"} | figures | VERSIONS


def test_the_seconds_are_those_of_the_whole_job(capsys, monkeypatch):
    clock = iter([100.0, 112.34])
    monkeypatch.setattr(job, "perf_counter", lambda: next(clock))
    job.run(simulating, [])
    assert " seconds=12.3 " in capsys.readouterr().out


@pytest.mark.parametrize(("error", "code"), EXPECTED_ERRORS)
def test_expected_errors_give_their_code_and_message_on_stderr(capsys, error, code):
    assert job.run(failing_with(error), []) == code
    printed = capsys.readouterr()
    assert printed.err == f"error: {error}\n"
    assert printed.out == ""


@pytest.mark.parametrize(("error", "code"), EXPECTED_ERRORS)
def test_with_json_expected_errors_are_a_line_of_json_too(capsys, error, code):
    assert job.run(failing_with(error), ["--log-format=json"]) == code
    printed = capsys.readouterr()
    assert printed.err == f"error: {error}\n"
    found = json.loads(printed.out)
    assert (found["job"], found["error"]) == ("test_job", str(error))
    assert VERSIONS.items() <= found.items()


def test_arguments_are_those_that_were_typed_unless_others_are_given(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["job.py", "--log-format", "json"])
    job.run(simulating)
    assert json.loads(capsys.readouterr().out)["rows_out"] == 3


def test_a_log_format_that_there_is_not_is_refused_with_exit_code_2(capsys):
    with pytest.raises(SystemExit) as stopped:
        job.run(simulating, ["--log-format", "xml"])
    assert stopped.value.code == 2
    assert "xml" in capsys.readouterr().err


def test_an_input_that_goes_away_while_a_job_runs_is_worth_another_try(capsys):
    gone = PySparkException("[FAILED_READ_FILE.FILE_NOT_EXIST] Encountered error")
    assert job.run(failing_with(gone), []) == 1
    assert "error: input: a file was replaced or removed" in capsys.readouterr().err
    with pytest.raises(PySparkException, match="no such column"):
        job.run(failing_with(PySparkException("no such column")), [])


@pytest.fixture
def no_spark(monkeypatch):
    """The session of the tests is not stopped, and what they print is kept."""
    stopped = []
    monkeypatch.setattr(interruption, "stop_spark", lambda: stopped.append(True))
    monkeypatch.setattr(interruption.Interruption, "mute", lambda self: None)
    return stopped


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_stops_spark_and_is_told_in_one_line(no_spark, capsys, name, code):
    def interrupted(arguments):
        try:
            signal.raise_signal(signal.Signals[name])
        except KeyboardInterrupt as error:  # as a library may that looks after its own
            raise ValueError("lost") from error

    before = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` ignores it
    try:
        with pytest.raises(SystemExit) as end:
            job.start(interrupted)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    assert end.value.code == code
    assert no_spark == [True]
    printed = capsys.readouterr()
    assert printed.err == f"error: ended by {name}. Each table is as it was or complete.\n"
    assert printed.out == ""


def test_an_interrupt_while_a_job_imports_is_told_in_one_line(tmp_path):
    """Run as a process, which tells its exit code to a shell."""
    script = f"import signal, {job.__name__}; signal.raise_signal(signal.SIGINT)"
    handled = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {script}"
    done = subprocess.run([sys.executable, "-c", handled], capture_output=True, text=True)
    assert done.stderr == "error: ended by SIGINT. Nothing was read or written.\n"
    assert done.returncode in (-signal.SIGINT, 130)


def test_a_signal_that_is_ignored_stays_so(no_spark, monkeypatch):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        job.start(lambda arguments: [signal.raise_signal(signal.SIGHUP), simulating([])][1])
    finally:
        signal.signal(signal.SIGHUP, before)
    assert no_spark == []


def test_a_defect_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        job.run(failing_with(ZeroDivisionError()), [])


@pytest.fixture
def parser(tmp_path, monkeypatch):
    """The options of a job, in a folder of its own with a table and a models' store."""
    monkeypatch.chdir(tmp_path)
    Path("usage").mkdir()
    Path("models").mkdir()
    options = ArgumentParser()
    options.add_argument("--usage")
    options.add_argument("--customers", type=int)
    options.add_argument("--output", default="out")
    options.add_argument("--reports", default="reports")
    return options


def test_arguments_are_parsed_and_folders_are_paths(parser):
    args = job.parse(parser, ["--usage", "usage", "--customers", "3", "--output", "file:new"])
    assert (args.usage, args.customers) == ("usage", 3)
    assert (args.output.place, args.reports) == (Path("new"), Path("reports"))
    assert {path.name for path in Path().iterdir()} == {"usage", "models"}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["--usage", "usage", "--output", "usage"], "--usage"),
        (["--output", "models"], "models' store"),
        (["--output", "s3a://b"], "names no folder"),
        (["--output", "s3a://b/*"], "a pattern of many places"),
        (["--output", "/proc/x"], "--output (/proc/x): cannot be written"),
        (["--reports", "/proc/x"], "--reports (/proc/x): cannot be written"),
        (["--reports", "s3a://b"], "--reports (s3a://b): names no folder"),
        (["--usage", "s3a://b/x", "--reports", "s3a://b/x/reports"], "--usage (s3a://b/x) are the"),
        (["--output", "s3a://b/x", "--reports", "s3a://b/x"], "--output (s3a://b/x) are the same"),
    ],
)
def test_places_are_refused_before_anything_is_read(parser, typed, told):
    with pytest.raises(BadInputError, match=re.escape(told)):
        job.parse(parser, typed)


def test_the_tables_in_an_output_are_what_may_not_be_an_input(parser):
    options = ["--usage", "usage", "--output", "."]
    assert job.parse(parser, options, tables=["other"]).output.place == Path.cwd()
    with pytest.raises(BadInputError, match="same place"):
        job.parse(parser, options, tables=["other", "usage"])


@pytest.mark.parametrize("text", ["1", "200000"])
def test_positive_numbers_are_accepted(text):
    assert job.positive(text) == int(text)


@pytest.mark.parametrize("text", ["0", "-3", "1.5", "many", ""])
def test_other_numbers_are_refused_with_what_was_typed(text):
    with pytest.raises(ArgumentTypeError, match=f"not '{text}'"):
        job.positive(text)


@pytest.mark.parametrize("text", ["1", "90", "99"])
def test_percentages_are_accepted(text):
    assert job.percentage(text) == int(text)


@pytest.mark.parametrize("text", ["0", "100", "0.9", "90%", ""])
def test_other_percentages_are_refused_with_what_was_typed(text):
    with pytest.raises(ArgumentTypeError, match=f"from 1 to 99, not '{text}'"):
        job.percentage(text)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2024-02", datetime(2024, 2, 29, 23, 59, 59)),
        ("2025-12-01", datetime(2025, 12, 1, 23, 59, 59)),
        ("2025-12-31T08", datetime(2025, 12, 31, 8, 59, 59)),
    ],
)
def test_a_named_period_ends_with_its_last_second(text, last):
    assert job.last_moment(text) == last


def test_last_month_is_the_one_before_todays():
    today = datetime.now()
    last = job.last_moment("last-month")
    assert (last + timedelta(seconds=1)) == datetime(today.year, today.month, 1)


@pytest.mark.parametrize("text", ["2025-02-29", "2025", "2025-13", "12/2025", "20251201", ""])
def test_what_is_no_period_is_refused_with_what_was_typed(text):
    with pytest.raises(ArgumentTypeError, match=f"for example 2025-12, .* not '{text}'"):
        job.last_moment(text)


def test_options_of_csv_files_are_names_and_values():
    args = job.READING.parse_args(["--csv-options", "sep=;", "decimal=,", "quote=="])
    assert args.csv_options == [("sep", ";"), ("decimal", ","), ("quote", "=")]
    for text in ("sep", "encoding=klingon", "header=false"):
        with pytest.raises(ArgumentTypeError, match=f"must be NAME=VALUE.*not '{text}'"):
            job.csv_option(text)


def test_what_a_table_leaves_out_and_what_looks_wrong_is_printed(spark, tmp_path, capsys):
    source = tmp_path / "usage.csv"
    source.write_text("customer_id,month,usage\na,2025-01-01,9\na,2025-02-01,1\na,2025-03-01,1\n")
    args = job.READING.parse_args(["--as-of", "2025-02"])
    read = job.read_table(spark, str(source), tables.USAGE, args)
    assert read.left_out == 1
    left_out, warning = capsys.readouterr().out.splitlines()
    assert left_out == f"left out: 1 rows of {source} after 2025-02"
    assert warning.startswith("warning:  the last month, 2025-02, holds far less usage")


def test_a_job_that_takes_months_refuses_days_in_one_line(spark, tmp_path):
    source = tmp_path / "usage.csv"
    days = "".join(f"a,2025-01-{day:02},1\n" for day in range(3, 20))
    source.write_text(f"customer_id,day,usage\n{days}")
    args = job.READING.parse_args([])
    with pytest.raises(BadInputError, match="its periods are days, and the job takes months"):
        job.read_table(spark, str(source), tables.USAGE, args)
    read = job.read_table(spark, str(source), tables.USAGE, args, frequencies=("month", "day"))
    assert (read.frequency.name, read.period) == ("day", "period")
    args = job.READING.parse_args(["--columns", "month=day"])
    read = job.read_table(spark, str(source), tables.USAGE, args, frequencies=("month", "day"))
    assert read.period == "month"


def test_names_of_columns_are_those_of_the_projects_tables():
    args = job.READING.parse_args(["--columns", "customer_id=Customer Id", "customers.plan=P=1"])
    assert args.columns == [("customer_id", "Customer Id"), ("customers.plan", "P=1")]
    for text in ("customer_id", "customer_id=", "plan=P"):
        with pytest.raises(ArgumentTypeError, match=f"must be NAME=COLUMN.*not '{text}'"):
            arguments.column_name(text)


def test_rejected_rows_are_written_beside_the_output_or_among_the_reports(
    spark, parser, tmp_path, capsys
):
    source = tmp_path / "usage.csv"
    source.write_text("customer_id,month,usage\na,2025-02-01,9\n,2025-02-01,9\n")
    options = ArgumentParser(parents=[parser, job.READING], add_help=False)
    options.set_defaults(output=None)
    typed = ["--usage", str(source), "--max-rejected", "0.5"]
    for output, place in {"out": Path("out_rejected"), "": Path("reports/usage_rejected")}.items():
        args = job.parse(options, [*typed, *(["--output", output] if output else [])])
        assert job.place_of_rejected(args).place == place
    read = job.read_table(spark, str(source), tables.USAGE, args)
    assert (read.rows.count(), read.reasons) == (1, {"customer_id is null": 1})
    assert "rejected: 1 of 2 rows: 1 because customer_id is null" in capsys.readouterr().out
    [aside] = spark.read.parquet(str(place.absolute())).collect()
    assert aside.reason == "customer_id is null"


def test_the_clock_tells_which_rows_are_in_the_future(spark, tmp_path):
    source = tmp_path / "usage.csv"
    source.write_text("customer_id,month,usage\na,2025-02-01,9\n")
    args = job.READING.parse_args([])
    with pytest.raises(BadInputError, match="after today"):
        job.read_table(spark, str(source), tables.USAGE, args, clock=lambda: date(2025, 1, 31))


@pytest.mark.parametrize("given", ["active", None])
def test_waiting_threads_leave_the_cores_to_others_unless_the_user_decides(given, monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", given or "")
    if not given:
        monkeypatch.delenv("OMP_WAIT_POLICY")
    importlib.reload({{ cookiecutter.package_name }})
    assert os.environ["OMP_WAIT_POLICY"] == (given or "passive")
