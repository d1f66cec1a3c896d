"""Measure the time and the memory that work takes, and name the machine."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from statistics import median
from threading import Event, Thread
from time import perf_counter
from typing import NamedTuple

import psutil


class Cost(NamedTuple):
    """Time and peak memory of some work.

    seconds: wall-clock time.
    cpu_seconds: CPU time of all processes; hardly changes when the machine is busy.
    jvm_mb, driver_mb: peak resident memory of Spark's Java and of this process, in MB.
    worker_mb: peak resident memory of the largest Python worker, in MB.
    """

    seconds: float
    cpu_seconds: float
    jvm_mb: float
    driver_mb: float
    worker_mb: float


def interleave(
    contenders: Mapping[str, Callable[[], None]],
    rounds: int,
    warm_ups: Mapping[str, Callable[[], None]] | None = None,
) -> list[dict[str, Cost]]:
    """Run the contenders in alternation, after warm-up; return each one's cost per round.

    Args:
        contenders: name -> the work to measure.
        rounds: how often each contender runs.
        warm_ups: name -> work to run, unmeasured, before each run of that contender.
    """
    turns = []
    for _ in range(rounds):
        turn = {}
        for name, contender in contenders.items():
            if warm_ups:
                warm_ups[name]()
            turn[name] = measure(contender)
        turns.append(turn)
    return turns


def median_cost(costs: Sequence[Cost]) -> dict[str, float]:
    """Return the median of each field of Cost over the rounds."""
    return {
        name: median(values)
        for name, values in zip(Cost._fields, zip(*costs, strict=True), strict=True)
    }


def median_ratio(turns: Iterable[Mapping[str, Cost]], name: str, baseline: str) -> float:
    """Return the median over the rounds of a contender's seconds divided by the baseline's."""
    return median(turn[name].seconds / turn[baseline].seconds for turn in turns)


def measure(work: Callable[[], None]) -> Cost:
    """Run some work; return its cost in this process, the JVM and the Python workers."""
    before, peaks = cpu_seconds({}), {"jvm": 0.0, "driver": 0.0, "worker": 0.0}
    stop, after = Event(), dict(before)
    watch = Thread(target=watch_processes, args=(stop, peaks, after))
    watch.start()
    start = perf_counter()
    try:
        work()
    finally:
        seconds = perf_counter() - start
        stop.set()
        watch.join()
    spent = sum(cpu_seconds(after).values()) - sum(before.values())
    return Cost(seconds, spent, *peaks.values())


def watch_processes(stop: Event, peaks: dict[str, float], cpu: dict[psutil.Process, float]) -> None:
    """Record peak memory and CPU seconds every 0.2 seconds until `stop` is set.

    CPU seconds are sampled too because those of a worker that has ended can no longer be read.
    """
    driver = psutil.Process()
    while not stop.wait(0.2):
        cpu.update(cpu_seconds({}))
        for process in processes():
            with suppress(psutil.NoSuchProcess):
                name = "jvm" if process.name() == "java" else "worker"
                name = "driver" if process == driver else name
                peaks[name] = max(peaks[name], process.memory_info().rss / 2**20)


def cpu_seconds(seen: dict[psutil.Process, float]) -> dict[psutil.Process, float]:
    """Return each process's CPU seconds; ended processes keep the value in `seen`."""
    found = dict(seen)
    for process in processes():
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            found[process] = times.user + times.system
    return found


def processes() -> list[psutil.Process]:
    """Return this process and its descendants."""
    driver = psutil.Process()
    return [driver, *driver.children(recursive=True)]


def machine() -> str:
    """Describe this machine in one sentence, for reports."""
    memory = psutil.virtual_memory().total / 2**30
    return f"Measured on {os.cpu_count()} cores with {memory:.0f} GB, {sys.platform}."
