"""Run a command against a Spark Connect server of its own: `python production/connect.py pytest`.

The server is the installed PySpark on this machine's cores. It listens on loopback only, requires a
token from its clients, and stops when the command ends.
"""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pyspark

from {{ cookiecutter.package_name }}.spark.java import find_java
from {{ cookiecutter.package_name }}.spark.session import LOCAL
from {{ cookiecutter.package_name }}.spark.warm import AUTHENTICATION

SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"

SECONDS_TO_START = 120
SECONDS_TO_STOP = 30


@contextmanager
def connect_server(
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[dict[str, str], subprocess.Popen[bytes]]]:
    """Run a Spark Connect server for the duration of the context.

    Args:
        settings: of Spark, beside LOCAL.

    Yields:
        Environment variables with which a client connects to the server, and its process.

    Raises:
        JavaNotFoundError: if no suitable Java is found.
        RuntimeError: if the server exits, or does not answer within SECONDS_TO_START.
    """
    port, token = free_port(), secrets.token_hex()
    process = subprocess.Popen(command(port, settings), env=environment() | {AUTHENTICATION: token})
    try:
        wait_until_it_answers(process, port)
        # PySpark sends a token over an unencrypted connection to `localhost` only
        yield {"SPARK_REMOTE": f"sc://localhost:{port}", AUTHENTICATION: token}, process
    finally:
        stop(process)


def command(port: int, settings: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """Return the command that starts the server in the foreground."""
    together = {
        **LOCAL,
        **settings,
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        # if the port is taken, fail instead of using another port that clients do not know
        "spark.port.maxRetries": 0,
    }
    return [
        str(Path(pyspark.__file__).with_name("bin") / "spark-submit"),
        *("--class", SERVER, "--master", "local[*]"),
        *(part for name, value in together.items() for part in ("--conf", f"{name}={value}")),
        "spark-internal",
    ]


def environment() -> dict[str, str]:
    """Return this process's environment, with the variables that get_spark sets for local Spark."""
    clients = ("SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED")
    inherited = {name: value for name, value in os.environ.items() if name not in clients}
    return inherited | {
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "JAVA_HOME": str(find_java().home),
        "PYSPARK_PYTHON": sys.executable,
    }


def free_port() -> int:
    """Return a free port on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the server's port accepts connections.

    Raises:
        RuntimeError: if the server exits, or does not answer within SECONDS_TO_START.
    """
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the Connect server exited with code {process.returncode}")
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the Connect server did not answer in {SECONDS_TO_START} seconds")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server, and wait for its exit."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command with the server's address in its environment; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", help="program to run")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its arguments")
    args = parser.parse_args(arguments)
    if shutil.which(args.command) is None:
        parser.error(f"command not found: {args.command}")

    # SystemExit runs the `finally` that stops the server; the default action of SIGTERM does not
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with connect_server() as (client, _):
            return subprocess.run(
                [args.command, *args.arguments], env=os.environ | client
            ).returncode
    except RuntimeError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    sys.exit(main())
