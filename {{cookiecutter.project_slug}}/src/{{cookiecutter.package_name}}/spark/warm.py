"""Find the warm Spark: a Connect server that production/warm.py keeps running on this machine."""

import hashlib
import json
import os
import shutil
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil
import pyspark
from platformdirs import user_cache_path

SWITCH = "SPARK_WARM"
"""The environment variable that leaves the warm Spark out when it is `off`."""

AUTHENTICATION = "SPARK_CONNECT_AUTHENTICATE_TOKEN"
"""Client and server of Spark Connect read their common secret from this variable."""


SETTINGS = ("SPARK_DRIVER_MEMORY", "PYSPARK_SUBMIT_ARGS")
"""Environment variables with which a server starts, and which it cannot change later."""


class Warm(NamedTuple):
    """A running server: its port and token, and its processes with their start times (seconds)."""

    port: int
    token: str
    keeper: tuple[int, float]
    server: tuple[int, float]


def state_file() -> Path:
    """Return where the server of this project, environment, Spark and Java is described.

    Each folder of the project, environment, Java and setting of Spark's memory or options has a
    file of its own, so that no job uses a server with other code, libraries or settings.
    """
    parts = (
        str(Path(__file__).resolve()),
        sys.prefix,
        sys.version,
        pyspark.__version__,
        os.environ.get("JAVA_HOME", ""),
        str(shutil.which("java")),
        *(os.environ.get(name, "") for name in SETTINGS),
    )
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return user_cache_path("spark-warm") / f"{key}.json"


def find() -> Warm | None:
    """Return the running server; None if there is none, or if it is switched off."""
    if os.environ.get(SWITCH, "").lower() == "off":
        return None
    warm = read()
    if warm is None or not (runs(*warm.keeper) and runs(*warm.server)):
        return None
    with socket.socket() as client:
        client.settimeout(1)
        return warm if client.connect_ex(("127.0.0.1", warm.port)) == 0 else None


def read() -> Warm | None:
    """Return what the state file says, whether or not the server still runs."""
    with suppress(OSError, ValueError, TypeError):
        told = json.loads(state_file().read_text())
        return Warm(told["port"], told["token"], tuple(told["keeper"]), tuple(told["server"]))
    return None


def runs(pid: int, started: float) -> bool:
    """Whether a process still runs; another one that got its number later does not count."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        is_same: bool = process.create_time() == started
        return is_same and process.status() != psutil.STATUS_ZOMBIE
    return False
