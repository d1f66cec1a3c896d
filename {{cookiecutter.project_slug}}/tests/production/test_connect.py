"""A Connect server serves one user of this machine, and stops when its command ends."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from production import connect

PROJECT = Path(__file__).parents[2]
COUNT = """
from pyspark.sql import SparkSession
print(SparkSession.builder.getOrCreate().range(5).count())
"""


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def listens(host: str, port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((host, port)) == 0


def count_rows(client: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", COUNT], env=os.environ | client, capture_output=True, text=True
    )


@pytest.mark.slow
def test_only_loopback_and_who_knows_the_token_are_let_in():
    with connect.connect_server() as (client, _):
        port = port_of(client["SPARK_REMOTE"])
        assert listens("127.0.0.1", port)
        # also an address of this machine, on Linux; what listens on all of them answers here
        assert not listens("127.0.0.2", port)
        known = count_rows(client)
        assert known.stdout == "5\n", known.stderr
        for wrong in (
            {**client, connect.AUTHENTICATION: "guessed"},
            {"SPARK_REMOTE": client["SPARK_REMOTE"]},
        ):
            unknown = count_rows(wrong)
            assert unknown.returncode == 1
            assert "UNAUTHENTICATED" in unknown.stderr
    assert not listens("127.0.0.1", port)


@pytest.mark.slow
def test_the_server_is_gone_after_an_exception():
    with pytest.raises(KeyboardInterrupt), connect.connect_server() as (client, _):
        port = port_of(client["SPARK_REMOTE"])
        raise KeyboardInterrupt
    assert not listens("127.0.0.1", port)


def start(code: str) -> subprocess.Popen[str]:
    """Run Python code that prints the server's address, by production/connect.py."""
    told = f"import os, sys, time; print(os.environ['SPARK_REMOTE'], flush=True); {code}"
    command = [sys.executable, "production/connect.py", sys.executable, "-c", told]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_the_exit_code_is_that_of_the_command():
    process = start("sys.exit(3)")
    told, _ = process.communicate()
    assert process.returncode == 3
    assert not listens("127.0.0.1", port_of(told))


@pytest.mark.slow
def test_the_server_is_gone_when_it_was_asked_to_end():
    process = start("time.sleep(600)")
    port = port_of(process.stdout.readline())
    process.terminate()
    process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    assert not listens("127.0.0.1", port)


def test_a_server_that_does_not_start_is_told_at_once(monkeypatch):
    code = "import sys; sys.exit(7)"
    monkeypatch.setattr(connect, "command", lambda *_: [sys.executable, "-c", code])
    with (
        pytest.raises(RuntimeError, match="exited with code 7"),
        connect.connect_server(),
    ):
        pytest.fail("there is no server")


def test_a_server_that_does_not_want_to_end_is_killed(monkeypatch):
    monkeypatch.setattr(connect, "SECONDS_TO_STOP", 0.1)
    stubborn = "trap '' TERM; echo ready; while true; do sleep 1; done"
    process = subprocess.Popen(["sh", "-c", stubborn], stdout=subprocess.PIPE)
    process.stdout.readline()
    connect.stop(process)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("arguments", "told"),
    [([], "required: command"), (["no-such-command", "-x"], "command not found: no-such-command")],
)
def test_what_cannot_be_run_is_told_before_a_server_starts(arguments, told, capsys):
    with pytest.raises(SystemExit) as stopped:
        connect.main(arguments)
    assert stopped.value.code == 2
    assert told in capsys.readouterr().err.splitlines()[-1]
