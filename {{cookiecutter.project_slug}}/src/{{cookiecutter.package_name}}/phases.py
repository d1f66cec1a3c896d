"""Seconds that the phases of a job take: the start of Spark, reading, writing, the report."""

from collections.abc import Callable
from functools import wraps
from time import perf_counter
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_seconds: dict[str, float] = {}
_running: list[str] = []


def timed(phase: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator that adds the seconds of each call to a phase.

    A call within a phase is part of that phase. Spark computes when something asks for rows, so the
    phase that writes includes computation; what a job computes between phases is in none.
    """

    def decorate(work: Callable[P, T]) -> Callable[P, T]:
        @wraps(work)
        def counted(*args: P.args, **kwargs: P.kwargs) -> T:
            if _running:
                return work(*args, **kwargs)
            _running.append(phase)
            start = perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                _seconds[phase] = _seconds.get(phase, 0.0) + perf_counter() - start
                _running.clear()

        return counted

    return decorate


def take() -> dict[str, float]:
    """Return the seconds of each phase since the last call, in the order of their first calls."""
    taken = dict(_seconds)
    _seconds.clear()
    _running.clear()
    return taken
