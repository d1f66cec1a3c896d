"""Fork the daemons of Python workers from a process that has loaded the libraries.

Each session of the warm Spark has a daemon of its own, whose workers import the code as it is now.
A new process would spend most of a second on loading pandas. Spark starts this module as its daemon
(`spark.python.daemon.module`). It hands its standard streams to the fork server, which forks the
daemon, and waits until the daemon has ended.
"""

import json
import os
import signal
import socket
import sys
from importlib import import_module
from pathlib import Path

ADDRESS = "SPARK_WARM_FORK_SERVER"
"""The environment variable with the path of the fork server's socket."""


def serve(path: str, *libraries: str) -> None:
    """Load libraries, and fork a daemon for each connection; end with the parent process.

    Args:
        path: of the socket to listen at.
        libraries: what workers need, apart from the project's code, which must be imported each
            time.
    """
    for library in libraries:
        import_module(library)
    from pyspark.daemon import manager

    keeper = os.getppid()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        listening.settimeout(5)
        while os.getppid() == keeper:
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            connection.settimeout(5)
            told, streams, _, _ = socket.recv_fds(connection, 1 << 20, 3)
            if os.fork():
                connection.close()
                for stream in streams:
                    os.close(stream)
                continue
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            as_daemon(streams, **json.loads(told))
            manager()  # type: ignore[no-untyped-call, unused-ignore]


def as_daemon(streams: list[int], environment: dict[str, str], folder: str) -> None:
    """Take the standard streams, the environment and the folder of the process that asked."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)


def ask() -> None:
    """Have a daemon forked with this process's streams; return when it has ended."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ[ADDRESS])
        wanted = {"environment": dict(os.environ), "folder": str(Path.cwd())}
        socket.send_fds(connection, [json.dumps(wanted).encode()], [0, 1, 2])
        # the daemon, its workers and Spark have the other ends of the streams now
        for stream in (0, 1):
            os.close(stream)
        connection.recv(1)


if __name__ == "__main__":
    if sys.argv[1:] == ["pyspark.worker"]:
        ask()
    else:  # a worker of another kind, such as the planner of table functions
        os.execv(sys.executable, [sys.executable, "-m", "pyspark.daemon", *sys.argv[1:]])
