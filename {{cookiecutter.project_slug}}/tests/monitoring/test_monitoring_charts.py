"""The chart of checks shows each figure with its bounds, and what is outside of them."""

from {{ cookiecutter.package_name }}.monitoring import charts
from {{ cookiecutter.package_name }}.monitoring.limits import Rates, Watched, check
from {{ cookiecutter.package_name }}.reporting.charts import VERMILION

from tests.legible import faults

VALUES = [10.0, 11.0, 9.5, 10.4, 9.8, 10.9, 10.2, 9.7, 10.3, 9.9, 20.0]
MONTHS = [f"2025-{month:02}-01" for month in range(1, 12)]


def made(name, values, **settings):
    watched = Watched(name, f"a figure with a long description named {name}", 0.1, **settings)
    return check(watched, list(zip(MONTHS, values, strict=False)), Rates())


def test_alarms_come_first_are_marked_and_all_can_be_read():
    quiet, alarm = made("quiet", VALUES[:-1]), made("alarm", VALUES, is_log=True)
    figure = charts.history([quiet, alarm, made("unknown", [])], "Growth")
    assert not faults(figure)
    first, second = (panel.get_title(loc="left") for panel in figure.axes[:2])
    assert first.startswith("alarm: ") and second.startswith("quiet: ")
    [marked] = [scatter for scatter in figure.axes[0].collections if scatter.get_label() == "act"]
    assert marked.get_offsets()[-1][1] == 20.0
    assert tuple(marked.get_facecolor()[0][:3]) == tuple(
        int(VERMILION[at : at + 2], 16) / 255 for at in (1, 3, 5)
    )


def test_the_title_names_the_checks_that_are_not_ok():
    quiet, alarm = made("quiet", VALUES[:-1]), made("alarm", VALUES)
    assert charts.finding([quiet, alarm]) == "act: alarm"
    assert charts.finding([quiet]) == "ok: 1 check, and no newest value is outside of its limits"
    told = "ok: 1 check, and no newest value is outside of its limits; 1 check without a value yet"
    assert charts.finding([quiet, made("unknown", [])]) == told
