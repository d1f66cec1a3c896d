"""The pictures show the figures that they are given."""

import pytest

from {{ cookiecutter.package_name }}.processing import WAYS, charts
from {{ cookiecutter.package_name }}.processing.compare import Measurement

LABELS = {
    "rdd": "RDD",
    "dataframe": "DataFrame",
    "pandas_on_spark": "pandas API on Spark",
    "python_udf": "Python UDF (pickled)",
    "python_udf_arrow": "Python UDF (Arrow)",
    "pandas_udf": "pandas UDF",
}
DATA_PATHS = dict(zip(WAYS, ["pickle", "jvm", "jvm", "pickle", "arrow", "arrow"], strict=True))


def speed(way: str, task: str) -> int:
    """Ways are 1 to 6 times as fast as the slowest; in the other task, the other way round."""
    place = list(WAYS).index(way)
    return 1000 * (place + 1 if task == "charge" else len(WAYS) - place)


@pytest.fixture
def figure():
    measurements = [
        Measurement(
            way=way,
            task=task,
            rows=6000,
            seconds=6000 / speed(way, task),
            rows_per_second=speed(way, task),
            data_path=DATA_PATHS[way],
            equal=True,
        )
        for task in ("charge", "trend")
        for way in WAYS
    ]
    figure = charts.processing(measurements)
    figure.draw_without_rendering()
    return figure


@pytest.fixture
def bars(figure):
    """For each task, each way's bar by its label."""
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    return {
        task: dict(zip(names, panel.patches, strict=True))
        for task, panel in zip(("charge", "trend"), figure.axes, strict=True)
    }


@pytest.mark.parametrize("task", ["charge", "trend"])
def test_every_way_has_a_bar_as_long_as_its_speed(bars, task):
    assert {name: bar.get_width() for name, bar in bars[task].items()} == {
        LABELS[way]: speed(way, task) for way in WAYS
    }


def test_both_tasks_are_drawn_to_one_scale(figure):
    charge, trend = figure.axes
    assert charge.get_xlim() == trend.get_xlim()


def test_a_bars_colour_is_that_of_its_road_in_the_legend(figure, bars):
    legend = {
        text.get_text(): handle.get_facecolor()
        for text, handle in zip(
            figure.legends[0].get_texts(), figure.legends[0].legend_handles, strict=True
        )
    }
    words = {"jvm": "stays in the JVM", "arrow": "through Arrow", "pickle": "pickled"}
    for way, data_path in DATA_PATHS.items():
        [colour] = [colour for text, colour in legend.items() if words[data_path] in text]
        assert bars["charge"][LABELS[way]].get_facecolor() == colour


def test_a_bar_says_how_many_times_faster_than_the_slowest_it_is(figure):
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert {"1 k/s   1x", "6 k/s   6x"} <= set(texts)


@pytest.mark.parametrize(
    ("number", "said"), [(57, "57"), (999, "999"), (320_400, "320 k"), (1_800_000, "1.8 M")]
)
def test_numbers_are_short(number, said):
    assert charts.short(number) == said
