"""Keep a warm Spark on this machine, so that jobs and notebooks start in a second.

uv run python production/warm.py start    in the background; it ends after an hour unused
uv run python production/warm.py show     whether it runs, and where
uv run python production/warm.py stop

Jobs and notebooks of this project find it. SPARK_WARM=off, or `--no-warm` of a job, leaves it out.
It listens on loopback only, and its token is in a file that only you can read. Not on Windows.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from {{ cookiecutter.package_name }}.spark import fork_server as forks
from {{ cookiecutter.package_name }}.spark import warm

from production.connect import connect_server

UNUSED_SECONDS = 3600
LOOK_EVERY = 5
"""Seconds between looks at who is connected."""

LIBRARIES = ["pandas", "pyarrow", "pyspark.worker"]
"""Libraries that Python workers need, loaded once."""
{% if cookiecutter.use_cases != "none" %}
LIBRARIES.append("sklearn.pipeline")
{% endif %}
{% if cookiecutter.use_cases in ["both", "growth-forecasting"] %}
LIBRARIES.append("statsforecast.models")
{% endif %}

DAEMON = {"spark.python.daemon.module": forks.__name__}

DAEMON_SECONDS = 120
"""Each session has Python workers of its own, so that none holds an earlier version of the code.
Spark ends idle workers after a minute, and never their daemon: this ends it after so long."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=["start", "show", "stop", "keep"], metavar="ACTION")
    parser.add_argument("--unused", type=float, default=UNUSED_SECONDS, help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    os.environ.pop(warm.SWITCH, None)
    if args.action == "keep":
        return keep(args.unused)
    return {"start": start, "show": show, "stop": stop}[args.action](args.unused)


def start(unused: float) -> int:
    """Start the server in a process of its own; return when it answers."""
    if warm.find():
        return show(unused)
    stop_processes()  # what is left of one that was killed
    log = warm.state_file().with_suffix(".log")
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    words = [sys.executable, "-m", "production.warm", "keep", f"--unused={unused}"]
    with log.open("w") as written:
        keeper = subprocess.Popen(
            words,
            cwd=Path(__file__).parents[1],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
    while not warm.find():
        if keeper.poll() is not None:
            print(f"error: the warm Spark did not start. Its log: {log}", file=sys.stderr)
            return 1
        time.sleep(0.2)
    return show(unused)


def show(unused: float) -> int:
    """Print whether the server runs; return 1 if it does not."""
    running = warm.find()
    if not running:
        print("warm Spark: none. To start it: uv run python production/warm.py start")
        return 1
    memory = psutil.Process(running.server[0]).memory_info().rss / 1e9
    print(
        f"warm Spark: on port {running.port} of this machine, {memory:.1f} GB, process "
        f"{running.server[0]}. It ends after an hour unused, or by: production/warm.py stop"
    )
    return 0


def stop(_: float) -> int:
    """Stop the server, if it runs."""
    stopped = stop_processes()
    print("warm Spark: stopped" if stopped else "warm Spark: there was none")
    return 0


def stop_processes() -> bool:
    """End the keeper, which ends the server; then what is left. Return whether there was one."""
    told = warm.read()
    found = [] if told is None else [p for p in (told.keeper, told.server) if warm.runs(*p)]
    for pid, started in found:
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            process.terminate()
            try:
                process.wait(30)
            except psutil.TimeoutExpired:
                if warm.runs(pid, started):
                    process.kill()
    warm.state_file().unlink(missing_ok=True)
    return bool(found)


def keep(unused: float) -> int:
    """Run the server until it has been unused for so many seconds; write down where it is."""
    signals_end_the_process()
    with fork_server() as forking, connect_server(DAEMON) as (client, server):
        process = psutil.Process(server.pid)
        port = int(client["SPARK_REMOTE"].rpartition(":")[2])
        me = psutil.Process()
        write_state(
            warm.Warm(
                port,
                client[warm.AUTHENTICATION],
                (me.pid, me.create_time()),
                (process.pid, process.create_time()),
            )
        )
        try:
            used = time.monotonic()
            while server.poll() is None and time.monotonic() - used < unused:
                time.sleep(min(LOOK_EVERY, unused))
                if is_connected(process, port):
                    used = time.monotonic()
                end_idle_daemons(forking)
        finally:
            warm.state_file().unlink(missing_ok=True)
    return 0


@contextmanager
def fork_server() -> Iterator[psutil.Process]:
    """Run the process that daemons of Python workers are forked from, for the server to find."""
    with TemporaryDirectory(prefix="spark-warm-") as folder:
        os.environ[forks.ADDRESS] = f"{folder}/forks"
        serve = f"import sys; from {forks.__name__} import serve; serve(*sys.argv[1:])"
        # the same for all of Spark's workers, so that they partition alike
        environment = os.environ | {"PYTHONHASHSEED": "0"}
        words = [sys.executable, "-c", serve, os.environ[forks.ADDRESS], *LIBRARIES]
        forking = subprocess.Popen(words, env=environment)
        try:
            yield psutil.Process(forking.pid)
        finally:
            forking.kill()
            forking.wait()


def signals_end_the_process() -> None:
    """SystemExit runs the `finally` that stops the server; the default action does not."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))


def write_state(running: warm.Warm) -> None:
    """Write the state file, readable by this user only, under another name first."""
    path = warm.state_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(running._asdict(), file)
    new.replace(path)


def is_connected(server: psutil.Process, port: int) -> bool:
    """Whether a client is connected to the server's port."""
    with suppress(psutil.Error):
        return any(
            connection.status == psutil.CONN_ESTABLISHED and connection.laddr.port == port
            for connection in server.net_connections(kind="tcp")
        )
    return False


def end_idle_daemons(server: psutil.Process) -> None:
    """End daemons of Python workers that have had no worker for a while: their session is over."""
    for daemon in server.children():
        with suppress(psutil.Error):
            age = time.time() - daemon.create_time()
            if (
                age > DAEMON_SECONDS
                and daemon.name().startswith("python")
                and not daemon.children()
            ):
                daemon.terminate()


if __name__ == "__main__":
    sys.exit(main())
