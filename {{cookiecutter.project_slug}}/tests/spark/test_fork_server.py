"""Daemons of Python workers are forked from a process that has loaded the libraries."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from {{ cookiecutter.package_name }}.spark import fork_server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")


@pytest.fixture
def address(tmp_path):
    """The socket of a fork server."""
    path = str(tmp_path / "forks")
    serve = f"from {fork_server.__name__} import serve; serve({path!r})"
    server = subprocess.Popen([sys.executable, "-c", serve])
    end = time.monotonic() + 30
    while not Path(path).exists() and time.monotonic() < end:
        time.sleep(0.05)
    yield path
    server.kill()
    server.wait()


def daemon(worker, **environment):
    """Start a daemon as Spark does; return its process and the port that it tells."""
    process = subprocess.Popen(
        [sys.executable, "-m", fork_server.__name__, worker],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | environment,
    )
    return process, int.from_bytes(process.stdout.read(4), "big")


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_a_daemon_is_forked_with_the_streams_of_who_asks_and_ends_with_them(address):
    process, port = daemon("pyspark.worker", **{fork_server.ADDRESS: address})
    assert listens(port)
    process.stdin.close()
    assert process.wait(20) == 0
    assert not listens(port)


def test_a_worker_of_another_kind_has_a_daemon_of_its_own():
    process, port = daemon("pyspark.sql.worker.analyze_udtf")
    assert listens(port)
    process.stdin.close()
    process.wait(20)
