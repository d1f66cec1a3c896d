"""Costs include those of all processes, and contenders are compared fairly."""

import subprocess
import sys
from time import sleep

import numpy as np
import psutil
import pytest

from {{ cookiecutter.package_name }}.measuring import (
    Cost,
    cpu_seconds,
    interleave,
    machine,
    measure,
    median_cost,
    median_ratio,
)


def test_seconds_cpu_and_memory_of_the_driver_are_seen():
    held = measure(lambda: sleep(0.4))

    def work():
        filled = np.ones(25_000_000)
        while filled[:10_000_000].sum() and len(rounds) < 15:
            rounds.append(1)
            sleep(0.02)

    rounds = []
    cost = measure(work)
    assert held.seconds == pytest.approx(0.4, abs=0.3)
    assert held.cpu_seconds < 0.3
    assert cost.driver_mb - held.driver_mb > 150
    assert cost.cpu_seconds > 0.1


def test_what_spark_and_its_workers_take_is_told_apart_from_the_driver(local_spark):
    def hold(frames):
        for frame in frames:
            held = np.ones(40_000_000)
            sleep(0.5)
            yield frame + held[0]

    cost = measure(lambda: local_spark.range(1).mapInPandas(hold, "id double").collect())
    assert cost.worker_mb > 300
    assert cost.jvm_mb > 100


def test_what_a_process_used_still_counts_when_it_has_ended():
    child = subprocess.Popen([sys.executable, "-c", ""])
    ended = psutil.Process(child.pid)
    child.wait()
    assert cpu_seconds({ended: 5.0})[ended] == 5.0


def test_work_that_fails_fails_aloud():
    with pytest.raises(ZeroDivisionError):
        measure(lambda: 1 / 0)


def test_contenders_take_turns_each_warmed_up_before_it():
    done = []
    names = ("a", "b")
    contenders = {name: lambda name=name: done.append(name) for name in names}
    warm_ups = {name: lambda name=name: done.append(f"warm {name}") for name in names}
    turns = interleave(contenders, 2, warm_ups)
    assert done == ["warm a", "a", "warm b", "b"] * 2
    assert [list(turn) for turn in turns] == [["a", "b"]] * 2


def test_the_ratio_is_the_median_of_each_rounds_own():
    turns = [
        {"base": cost(base), "ours": cost(ours)} for base, ours in ((1, 2), (100, 300), (10, 100))
    ]
    assert median_ratio(turns, "ours", "base") == 3
    assert median_cost([turn["base"] for turn in turns])["seconds"] == 10


def test_the_machine_is_told():
    assert "cores with" in machine()


def cost(seconds):
    return Cost(seconds, 0.0, 0.0, 0.0, 0.0)
