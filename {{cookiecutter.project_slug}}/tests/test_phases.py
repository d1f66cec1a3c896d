"""A job's seconds are told by phase, and what is part of a phase is not counted twice."""

import pytest

from {{ cookiecutter.package_name }} import phases


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A clock on which a second passes whenever it is looked at."""
    phases.take()
    seconds = iter(range(100))
    monkeypatch.setattr(phases, "perf_counter", lambda: float(next(seconds)))


def test_calls_of_a_phase_are_added_up_and_forgotten_once_they_are_taken():
    read = phases.timed("read")(lambda place: place.upper())
    assert (read("a"), read(place="b")) == ("A", "B")
    assert phases.take() == {"read": 2.0}
    assert phases.take() == {}


def test_a_phase_within_another_is_part_of_it():
    inner = phases.timed("read")(lambda: None)
    outer = phases.timed("write")(inner)
    outer()
    inner()
    assert phases.take() == {"write": 1.0, "read": 1.0}


def test_a_phase_that_fails_has_seconds_and_ends():
    def fail():
        raise ValueError

    with pytest.raises(ValueError):
        phases.timed("start")(fail)()
    phases.timed("report")(lambda: None)()
    assert phases.take() == {"start": 1.0, "report": 1.0}
