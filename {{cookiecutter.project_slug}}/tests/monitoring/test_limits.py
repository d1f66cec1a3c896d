"""Limits come from the past, and raise as many false alarms as is stated."""

import numpy as np
import pytest

from {{ cookiecutter.package_name }}.monitoring.limits import (
    FEWEST,
    LASTING,
    Limits,
    Rates,
    Watched,
    _interval,
    check,
    worst,
)

PLAIN = Watched("figure", "a figure", 0.0)
ORDINARY = [10.0, 11.0, 9.5, 10.4, 9.8, 10.9, 10.2, 9.7]


def made(values, watched=PLAIN, bounds=None):
    dated = [(f"2025-{number:02}", value) for number, value in enumerate(values)]
    return check(watched, dated, Rates(), bounds)


def status(values, watched=PLAIN, bounds=None):
    return made(values, watched, bounds).status


def test_a_value_far_from_its_past_is_act_and_one_like_it_is_ok():
    assert status([*ORDINARY, 10.5]) == "ok"
    assert status([*ORDINARY, 20.0]) == status([*ORDINARY, 0.1]) == "act"


def test_a_value_that_is_unlikely_but_not_extreme_is_watched():
    assert status([*ORDINARY, 12.6]) == "watch"


@pytest.mark.parametrize(
    ("alarms", "high", "low"), [("above", "act", "ok"), ("below", "ok", "act")]
)
def test_only_the_alarming_side_alarms(alarms, high, low):
    watched = Watched("figure", "a figure", 0.0, alarms=alarms)
    assert (status([*ORDINARY, 20.0], watched), status([*ORDINARY, 0.1], watched)) == (high, low)


@pytest.mark.parametrize("count", [FEWEST, 24])
@pytest.mark.parametrize("alarms", ["both", "above"])
def test_ordinary_values_are_outside_as_often_as_is_stated(count, alarms):
    """The history is short, so the standard deviation in it is itself uncertain."""
    drawn = np.random.default_rng(5).normal(100, 3, (2000, count + 1))
    watched = Watched("figure", "a figure", 0.0, alarms=alarms)
    limits = [_interval(watched, list(row[:-1]), 0.05) for row in drawn]
    outside = [not limit.holds(row[-1]) for limit, row in zip(limits, drawn, strict=True)]
    assert np.mean(outside) == pytest.approx(0.05, abs=0.012)


def test_a_history_without_variation_alarms_only_beyond_what_matters():
    watched = Watched("figure", "a figure", least=0.5)
    assert status([3.0] * 10 + [3.4], watched) == "ok"
    assert status([3.0] * 10 + [3.6], watched) == "act"


def test_a_short_history_has_no_limits_and_says_so():
    found = made([*ORDINARY[: FEWEST - 1], 99.0])
    assert found.status == "ok"
    assert "limits need 6 ordinary earlier values" in found.reason


def test_an_alarm_is_not_repeated_for_a_period_without_a_value():
    found = made([*ORDINARY, 20.0, None])
    assert (found.status, found.record()["value"]) == ("ok", None)
    assert found.record()["period"] == "2025-09"
    assert found.reason == "a figure: no value in 2025-09, for lack of data"
    assert [point.value for point in found.points] == [*ORDINARY, 20.0]
    assert status([*ORDINARY, None, 20.0]) == "act"


def test_an_alarm_does_not_widen_the_limits_of_the_next_period():
    assert status([*ORDINARY, 20.0, 20.0]) == "act"


def test_a_level_that_lasts_becomes_ordinary():
    assert status([*ORDINARY, *[20.0] * LASTING, 20.0]) == "ok"


def test_bounds_of_the_team_replace_those_of_the_history():
    assert status([*ORDINARY, 20.0], bounds=Limits(None, 25.0)) == "ok"
    assert status([10.0, 26.0], bounds=Limits(None, 25.0)) == "act"


def test_ratios_are_compared_on_logarithms():
    watched = Watched("figure", "a figure", 0.0, is_log=True)
    ratios = [1.0, 2.0, 0.5, 1.1, 0.9, 1.9, 0.55]
    assert status([*ratios, 0.001], watched) == "act"
    assert status([*ratios, 0.001]) != "act"  # a difference of 1 is nothing here


def test_the_reason_has_the_figure_its_bound_and_the_period_in_one_line():
    found = made([*ORDINARY, 20.0])
    assert found.reason.startswith("a figure: 20 in 2025-08; ")
    assert found.reason.endswith("in all but 0.001 of ordinary periods")
    assert "\n" not in found.reason
    low, high = found.record()["low"], found.record()["high"]
    assert f"{low:.4g} to {high:.4g}" in found.reason


def test_the_worst_status_is_that_of_all():
    checks = [made([*ORDINARY, value]) for value in (10.0, 12.6, 20.0)]
    assert [worst(checks[:1]), worst(checks[:2]), worst(checks)] == ["ok", "watch", "act"]
    assert worst([]) == "ok"
