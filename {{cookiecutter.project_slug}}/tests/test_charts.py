"""The pictures show the figures that they are given."""

import pytest

from {{ cookiecutter.package_name }} import charts
from {{ cookiecutter.package_name }}.processing import WAYS
from {{ cookiecutter.package_name }}.processing.compare import Measurement


@pytest.fixture
def panels():
    measurements = [
        Measurement(way, task, 1000, 1.0, 1000.0 * (i + 1), "jvm" if i else "pickle", True)
        for task in ("charge", "trend")
        for i, way in enumerate(WAYS)
    ]
    return charts.processing(measurements).axes


def test_every_way_has_a_bar_in_each_task_as_long_as_its_speed(panels):
    panels[0].figure.draw_without_rendering()
    names = [label.get_text() for label in panels[0].get_yticklabels()]
    speeds = {charts.WAY_NAMES[way]: 1000.0 * (i + 1) for i, way in enumerate(WAYS)}
    for panel in panels:
        assert [bar.get_width() for bar in panel.patches] == [speeds[name] for name in names]


def test_bars_have_the_colour_of_their_road(panels):
    for panel in panels:
        colours = {bar.get_width(): bar.get_facecolor() for bar in panel.patches}
        assert colours[1000.0] != colours[2000.0] == colours[3000.0]


def test_bars_say_how_many_times_faster_than_the_slowest_they_are(panels):
    texts = [text.get_text() for text in panels[0].texts]
    assert "1 k/s   1x" in texts
    assert "6 k/s   6x" in texts


@pytest.mark.parametrize(
    ("number", "said"), [(57, "57"), (999, "999"), (320_400, "320 k"), (1_800_000, "1.8 M")]
)
def test_numbers_are_short(number, said):
    assert charts.short(number) == said
