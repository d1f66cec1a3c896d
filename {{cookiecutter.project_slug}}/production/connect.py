"""Run a command against a Spark Connect server of its own: `python production/connect.py pytest`.

The server is the Spark that pip installed, on this machine's cores. It listens on loopback only,
lets in who knows its token, and ends with the command.
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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyspark

from {{ cookiecutter.package_name }}.spark.java import find_java
from {{ cookiecutter.package_name }}.spark.session import LOCAL

SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
AUTHENTICATION = "SPARK_CONNECT_AUTHENTICATE_TOKEN"
"""Read from the environment by server and client, so that `ps` shows it to nobody."""

SECONDS_TO_START = 120
SECONDS_TO_STOP = 30


@contextmanager
def connect_server() -> Iterator[dict[str, str]]:
    """Start a Spark Connect server, and stop it at the end of the context, however that comes.

    Yields:
        The environment variables that lead a client to it.

    Raises:
        JavaNotFoundError: when there is no Java to run on.
        RuntimeError: when the server ends, or does not answer in time.
    """
    port, token = free_port(), secrets.token_hex()
    process = subprocess.Popen(command(port), env=environment() | {AUTHENTICATION: token})
    try:
        wait_until_it_answers(process, port)
        # PySpark sends a token unencrypted to this name only
        yield {"SPARK_REMOTE": f"sc://localhost:{port}", AUTHENTICATION: token}
    finally:
        stop(process)


def command(port: int) -> list[str]:
    """What starts the server, as Spark's own start-connect-server.sh does, but not as a daemon."""
    settings = LOCAL | {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        # rather than take another port, on which nobody would look for it
        "spark.port.maxRetries": 0,
    }
    return [
        str(Path(pyspark.__file__).with_name("bin") / "spark-submit"),
        *("--class", SERVER, "--master", "local[*]"),
        *(part for name, value in settings.items() for part in ("--conf", f"{name}={value}")),
        "spark-internal",
    ]


def environment() -> dict[str, str]:
    """This process's environment, with what session.get_spark sets for a local Spark."""
    clients = ("SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED")
    inherited = {name: value for name, value in os.environ.items() if name not in clients}
    return inherited | {
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "JAVA_HOME": str(find_java().home),
        "PYSPARK_PYTHON": sys.executable,
    }


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    """Return once the server's port accepts connections."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the Connect server ended with exit code {process.returncode}")
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the Connect server did not answer in {SECONDS_TO_START} seconds")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server, and wait until it has ended."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command with the server's address in its environment; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", help="what to run")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its arguments")
    args = parser.parse_args(arguments)
    if shutil.which(args.command) is None:
        parser.error(f"there is no command {args.command}")

    # asked to end, end as after an exception: by way of `finally`
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with connect_server() as client:
            return subprocess.run(
                [args.command, *args.arguments], env=os.environ | client
            ).returncode
    except RuntimeError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    sys.exit(main())
