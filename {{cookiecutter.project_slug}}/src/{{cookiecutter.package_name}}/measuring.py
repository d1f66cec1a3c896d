"""Measuring work: taking turns, watching processes, telling of the machine."""

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
    """What work took: seconds on the clock, seconds of all cores together, and megabytes at most.

    cpu_seconds hardly change when a machine has other work. worker_mb is any one Python worker's.
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
    """What each contender took in each round, in which each has its turn, warmed up before it."""
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
    """The median of each cost over the rounds."""
    return {
        name: median(values)
        for name, values in zip(Cost._fields, zip(*costs, strict=True), strict=True)
    }


def median_ratio(turns: Iterable[Mapping[str, Cost]], name: str, baseline: str) -> float:
    """How many times as long as the baseline a contender takes: the median over the rounds."""
    return median(turn[name].seconds / turn[baseline].seconds for turn in turns)


def measure(work: Callable[[], None]) -> Cost:
    """Do some work, and note what it takes of this process, the JVM and the Python workers."""
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
    """Note peaks of memory, and CPU seconds too, which Spark forgets when a worker ends."""
    driver = psutil.Process()
    while not stop.wait(0.2):
        cpu.update(cpu_seconds({}))
        for process in processes():
            with suppress(psutil.NoSuchProcess):
                name = "jvm" if process.name() == "java" else "worker"
                name = "driver" if process == driver else name
                peaks[name] = max(peaks[name], process.memory_info().rss / 2**20)


def cpu_seconds(seen: dict[psutil.Process, float]) -> dict[psutil.Process, float]:
    """What each process has used so far, ended ones as they were last seen."""
    found = dict(seen)
    for process in processes():
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            found[process] = times.user + times.system
    return found


def processes() -> list[psutil.Process]:
    """This process and all that it started."""
    driver = psutil.Process()
    return [driver, *driver.children(recursive=True)]


def machine() -> str:
    """What the absolute times were measured on."""
    memory = psutil.virtual_memory().total / 2**30
    return f"Measured on {os.cpu_count()} cores with {memory:.0f} GB, {sys.platform}."
