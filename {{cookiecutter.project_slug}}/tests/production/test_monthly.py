"""The monthly run: what runs, where it goes on, what stops it, and what is told."""

import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module

import pytest

from {{ cookiecutter.package_name }} import job, run_log

from jobs import simulate_usage
from production import alert, monthly, planning, processes, steps

JOBS = [step.job for step in steps.STEPS]
LAST = JOBS[-1]
WRITES = """
import json, sys
print(json.dumps({"job": "x", "status": "ok", "error": sys.argv[2] or None}))
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture(autouse=True)
def nobody_is_told(monkeypatch):
    monkeypatch.delenv(alert.WEBHOOK, raising=False)


@pytest.fixture
def company(tmp_path):
    """Return the months that jobs of no content ran in, and a function that runs a month.

    Each training makes a version, named like its month.
    """
    calls = []

    def run(as_of, *arguments, given=None, **codes):
        def command(name, options):
            calls.append((as_of, name))
            if given is not None:
                given[name] = options
            code = codes.get(name, 0)
            row = run_log.begin(name, options)
            row.folder, row.as_of = tmp_path / "runs", f"{as_of}-01"
            row.end({"model_version": as_of} if name == planning.TRAINING else {}, code)
            problem = "usage is negative" if code in (1, 2) else ""
            return [sys.executable, "-S", "-c", WRITES, str(code), problem]

        reports = ("--as-of", as_of, "--reports", str(tmp_path))
        return monthly.main([*reports, *arguments], command)

    return calls, run


def test_steps_run_in_an_order_that_their_needs_allow():
    assert len({*JOBS}) == len(JOBS)
    for place, step in enumerate(steps.STEPS):
        assert {*step.needs} <= {*JOBS[:place]}
    assert JOBS[0] == steps.CHECK.job


def test_a_scheduler_can_read_the_steps_without_any_package():
    alone = [sys.executable, "-I", "-S", "-c", "import runpy, sys; runpy.run_path(sys.argv[1])"]
    assert subprocess.run([*alone, steps.__file__]).returncode == 0
    assert job.ACT == steps.ACT


def test_a_scheduler_runs_one_job_at_a_time_and_that_again_too(company):
    calls, run = company
    for _ in range(2):
        assert run("2025-12", "--only", LAST, **{LAST: 3}) == 3
    assert calls == [("2025-12", LAST)] * 2
    assert run("2025-12") == 0
    assert len(calls) == 2 + len(JOBS)


def test_a_month_runs_once(company, capsys):
    calls, run = company
    assert run("2025-12") == 0
    assert calls == [("2025-12", name) for name in JOBS]
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == f"step 1 of {len(JOBS)}: check_usage ..."
    assert printed[-1].startswith(f"monthly run 2025-12: ok, {len(JOBS)} steps, ")
    assert run("2025-12") == 0
    assert len(calls) == len(JOBS)
    assert "complete since an earlier run" in capsys.readouterr().out
    assert run("2025-12", "--again") == 0
    assert len(calls) > len(JOBS)


@pytest.mark.parametrize("code", [1, 2, 137])
def test_a_step_that_fails_stops_the_run_which_goes_on_there(company, code, capsys):
    calls, run = company
    assert run("2025-12", **{LAST: code}) == code
    error = capsys.readouterr().out.splitlines()[-2]
    why = "usage is negative" if code < 3 else "its lines above say why"
    assert error == f"error: monthly run 2025-12: {LAST} ended with exit code {code}: {why}"
    calls.clear()
    assert run("2025-12") == 0
    assert calls == [("2025-12", LAST)]


@pytest.mark.parametrize(
    ("reports", "told"),
    [
        ("s3a://bucket/reports", "--reports (s3a://bucket/reports): keeps the state"),
        ("file://host/reports", "--reports: file://host/reports: names host as a machine"),
    ],
)
def test_reports_at_a_url_are_refused_because_the_state_is_there(company, capsys, reports, told):
    calls, run = company
    with pytest.raises(SystemExit, match="2"):
        run("2025-12", f"--reports={reports}")
    assert told in capsys.readouterr().err
    assert not calls


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such lock")
def test_a_second_run_at_the_same_time_ends_in_one_line(company, tmp_path, capsys):
    calls, run = company
    with processes.alone(tmp_path / "monthly") as is_alone:
        assert is_alone
        assert run("2025-12") == 1
        [line] = capsys.readouterr().out.splitlines()
        assert line.startswith("error: monthly run 2025-12: another monthly run uses")
        assert not calls
        assert run("2025-12", "--only", "check_usage") == 0  # its scheduler sees to it
    assert run("2025-12") == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send on")
def test_a_run_that_is_terminated_ends_its_job():
    def handler(*_):
        raise AssertionError("the run itself was ended")

    ends = "import os, signal, time; os.kill(os.getppid(), signal.SIGTERM); time.sleep(60)"
    before = signal.signal(signal.SIGTERM, handler)
    try:
        ended = monthly.execute("job", [sys.executable, "-S", "-c", ends])
        assert (ended["exit_code"], ended["seconds"] < 30) == (143, True)
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, before)


def test_reports_that_are_named_by_a_file_url_or_from_home_are_the_folder(
    company, tmp_path, monkeypatch
):
    calls, run = company
    monkeypatch.setenv("HOME", str(tmp_path.parent))
    for reports in (f"file://{tmp_path}", f"~/{tmp_path.name}", str(tmp_path)):
        assert run("2025-12", f"--reports={reports}") == 0
    assert calls == [("2025-12", name) for name in JOBS]


def test_another_table_is_another_run(company):
    calls, run = company
    assert run("2025-12", **{LAST: 2}) == 2
    calls.clear()
    assert run("2025-12", "--usage", "other", **{LAST: 2}) == 2
    assert len(calls) >= 3


def test_an_input_that_is_not_as_usual_stops_the_run_until_it_is_accepted(company):
    calls, run = company
    assert run("2025-12", check_usage=3) == 3
    assert run("2025-12", check_usage=3) == 3
    assert calls == [("2025-12", "check_usage")] * 2
    assert run("2025-12", "--accept-input", check_usage=3) == 3
    assert calls[-1] == ("2025-12", LAST)
    calls.clear()
    assert run("2025-12") == 3  # as the run that is complete
    assert not calls
{% if cookiecutter.use_cases != "growth-forecasting" %}


TRAINING = ["train_churn", "promote_model"]


def test_a_model_is_trained_at_first_and_after_a_quarter(company):
    calls, run = company
    for month in ("2025-10", "2025-11", "2025-12", "2026-01"):
        assert run(month) == 0
    assert [month for month, name in calls if name == "train_churn"] == ["2025-10", "2026-01"]
    assert [name for month, name in calls if month == "2025-11"] == [
        name for name in JOBS if name not in TRAINING
    ]


def test_a_monitor_that_says_act_has_the_model_trained_and_customers_scored_again(company):
    calls, run = company
    assert run("2025-10") == 0
    calls.clear()
    assert run("2025-11", monitor_churn=3, promote_model=1) == 1
    assert [name for _, name in calls][-3:] == ["monitor_churn", *TRAINING]
    assert run("2025-11") == 3  # the monitor had said act
    assert [name for _, name in calls][-2:] == ["promote_model", "score_churn"]
    assert run("2025-12") == 0
    assert run("2026-01") == 0
    assert ("2026-01", "train_churn") not in calls  # a quarter since November has not passed


def test_a_training_that_a_scheduler_asks_for_has_its_own_exit_code_when_it_is_not_due(company):
    calls, run = company
    only = ("--only", "train_churn")
    assert [run("2025-10", *only), run("2025-11", *only)] == [0, steps.NOT_DUE]
    assert run("2025-11", *only, "--after-act") == 0
    assert run("2025-11", *only, "--after-act") == steps.NOT_DUE
    assert len(calls) == 2


def test_only_steps_that_predict_get_a_version_and_no_monitor_changes_todays_champion(company):
    calls, run = company
    assert run("2025-12") == 0
    calls.clear()
    given = {}
    assert run("2025-09", given=given, monitor_churn=3) == 3
    versions = {name: [w for w in words if "version" in w] for name, words in given.items()}
    assert versions.pop("score_churn") == ["--version=2025-09"]
    assert not any(versions.values())
    assert [name for _, name in calls].count("train_churn") == 1
    calls.clear()
    given.clear()
    assert run("2025-10", given=given, monitor_churn=3) == 3
    assert calls[-1] == ("2025-10", "monitor_churn")
    assert not {*TRAINING} & given.keys()
    assert run("2025-10", "--only", "train_churn", "--after-act") == steps.NOT_DUE


def test_a_month_that_has_had_a_training_has_no_other_when_it_runs_again(company):
    calls, run = company
    assert run("2025-10") == 0
    assert run("2025-11", monitor_churn=3) == 3
    calls.clear()
    assert run("2025-11", "--again", monitor_churn=3) == 3
    assert not {*TRAINING} & {name for _, name in calls}
{% endif %}


@pytest.fixture
def webhook(monkeypatch):
    """A team's webhook on this machine: return what was posted, and its URL with a secret."""
    posted = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200 if "hook" in self.path else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    serving = {"poll_interval": 0.01}
    threading.Thread(target=server.serve_forever, kwargs=serving, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook/confidential"
    monkeypatch.setenv(alert.WEBHOOK, url)
    yield posted, url
    server.shutdown()
    server.server_close()


def test_a_run_that_acts_or_fails_is_told_with_its_checks(company, webhook, tmp_path, capsys):
    _, run = company
    posted, _ = webhook
    checks = [{"check": "usage", "status": "act"}, {"check": "rows", "status": "ok"}]
    (tmp_path / "check_usage.json").write_text(json.dumps({"checks": checks}))
    assert run("2025-10") == 0
    assert not posted
    assert run("2025-11", check_usage=3) == 3
    assert run("2025-12", **{LAST: 2}) == 2
    acted, failed = posted
    assert acted["text"] == "monthly run 2025-11: act (check_usage), exit code 3"
    assert acted["checks"] == [{"job": "check_usage", "check": "usage", "status": "act"}]
    assert failed["text"] == f"monthly run 2025-12: failed ({LAST}), exit code 2"
    assert (failed["step"], failed["checks"]) == (LAST, [])
    assert failed["error"].endswith("usage is negative")
    assert "confidential" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda url: url.replace("/hook", "/gone"), "HTTP status 404"),
        (lambda url: "http://127.0.0.1:1/confidential", "Connection refused"),
        (lambda url: "file:///confidential", "it is not an http or https URL"),
        (lambda url: "https://[confidential", "ValueError"),
    ],
)
def test_a_webhook_that_is_not_reached_is_one_line_without_its_url(
    company, webhook, monkeypatch, capsys, tmp_path, change, told
):
    _, run = company
    monkeypatch.setenv(alert.WEBHOOK, change(webhook[1]))
    assert run("2025-12", **{LAST: 2}) == 2
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == (
        f"warning: alert: ALERT_WEBHOOK was not reached ({told}). No alert was sent."
    )
    assert "confidential" not in printed.out + printed.err
    assert "confidential" not in next((tmp_path / "monthly").glob("*.json")).read_text()


QUICKER = {"forecast_growth": ["--method=seasonal-naive"], "score_churn": ["--no-reasons"]}


def quickly(name, options):
    return [*options, *QUICKER.get(name, [])]


@pytest.mark.slow
def test_the_jobs_of_a_month_find_what_those_before_them_wrote(spark, tmp_path, monkeypatch):
    """The jobs themselves, in this process."""

    def execute(name, command):
        code = job.run(import_module(f"jobs.{name}").main, command)
        return {"job": name, "exit_code": code, "seconds": 0.0}

    monkeypatch.chdir(tmp_path)
{% if cookiecutter.use_cases != "growth-forecasting" %}
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
{% endif %}
    monkeypatch.setattr(monthly, "execute", execute)
    assert job.run(simulate_usage.main, ["--customers", "300"]) == 0
    assert monthly.main(["--as-of", "2025-09"], quickly) == 0
    log = run_log.read(tmp_path / "reports/runs")
    assert [(row["job"], row["exit_code"]) for row in log] == [(name, 0) for name in JOBS]
    assert {row["as_of"] for row in log} <= {"2025-09-01", None}
