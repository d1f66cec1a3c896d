"""Stores of tables other than a folder, and processes with a Spark that use them."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from .conftest import PATIENCE, PROJECT

NO_DOWNLOAD = re.compile("unresolved dependency|download failed")
"""What Spark says when no repository has a connector, or none answers."""

KILLS, ROWS, FILES = 10, 50_000, 4


class SparkProcess:
    """A process that runs spark_process.py."""

    def __init__(self, folder: Path, variables: Mapping[str, str], *needs: str):
        """Start it. Spark opens in the background: see `wait`."""
        self.said = folder / f"said-{len(list(folder.glob('said-*')))}.log"
        with self.said.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.cluster.spark_process", *needs],
                cwd=PROJECT,
                env=os.environ | {"SPARK_WARM": "off"} | variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def wait(self) -> "SparkProcess":
        """Wait for Spark, or skip the test if what Spark needs cannot be downloaded."""
        found = self._answer()
        if "unavailable" in found:
            assert NO_DOWNLOAD.search(self.said.read_text()), self.said.read_text()[-8000:]
            pytest.skip(found["unavailable"])
        return self

    def begin(self, name: str, *arguments: Any) -> None:
        self._process.stdin.write(json.dumps([name, *arguments]) + "\n")
        self._process.stdin.flush()

    def do(self, name: str, *arguments: Any) -> Any:
        self.begin(name, *arguments)
        return self._answer()["did"]

    def kill(self) -> None:
        """Send SIGKILL to Python and Java, which write together."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        for line in self._process.stdout:
            if line.startswith('{"'):
                return json.loads(line)
        raise AssertionError(self.said.read_text()[-8000:])

    def rows(self, how: str, *arguments: str) -> pd.DataFrame:
        """Return a table as `how` (read or read_plainly) sees it, sorted, without what runs add."""
        copy = self.said.with_suffix(".parquet")
        self.do(how, *arguments, str(copy))
        found = pd.read_parquet(copy).drop(columns=["made_at", "run_id"], errors="ignore")
        names = sorted(found.columns)
        return found[names].sort_values(names, ignore_index=True)


@contextmanager
def process(folder: Path, variables: Mapping[str, str], *needs: str) -> Iterator[SparkProcess]:
    started = SparkProcess(folder, variables, *needs)
    try:
        yield started.wait()
    finally:
        started.kill()


def kill_writes(
    reader: SparkProcess, place: str, variables: Mapping[str, str], *needs: str
) -> set[str]:
    """Kill ten processes, each at a random moment of another tenth of the time of a write.

    After each kill, assert that others read one whole table; at the end, that a day later a run
    removes what the killed ones left.

    Returns:
        Which tables were there after the kills.
    """
    folder, moments, seen = reader.said.parent, random.Random(25), set()
    seconds, held = 0.0, 0
    waiting = SparkProcess(folder, variables, *needs)
    try:
        for value in range(KILLS + 1):
            # the next one starts its Spark meanwhile
            writer, waiting = waiting.wait(), SparkProcess(folder, variables, *needs)
            if value == 0:
                seconds = writer.do("write", place, ROWS, value)
                writer.kill()
                continue
            writer.begin("write", place, ROWS + value, value)
            moment = seconds * (value - 1 + moments.random()) / KILLS
            time.sleep(moment)
            writer.kill()
            found = reader.rows("read_plainly", place)
            [now] = set(found["value"])
            assert now in (held, value)
            assert found["id"].tolist() == list(range(ROWS + now))
            told = "the earlier table" if now == held else "the new table"
            print(f"killed after {moment:.1f} of {seconds:.1f} seconds: {told}")
            held = now
            seen.add(told)
    finally:
        waiting.kill()
    reader.do("write_a_day_later", place, ROWS, 0)
    found = reader.rows("read_plainly", place)
    assert found["id"].tolist() == list(range(ROWS))
    held_files = reader.do("files", place)
    assert sum(name.endswith(".parquet") for name in held_files) == FILES, held_files
    assert not any(".unfinished-" in name for name in held_files)
    return seen


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def await_port(port: int) -> None:
    for _ in range(PATIENCE * 5):
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.2)
    raise TimeoutError(f"nothing answers on port {port}")
