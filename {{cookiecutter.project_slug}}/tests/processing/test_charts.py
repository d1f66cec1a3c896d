"""The chart shows what a row costs and what is fixed, and its title tells the truth at any size."""

from dataclasses import replace

import pytest

from {{ cookiecutter.package_name }}.processing import WAYS, charts
from {{ cookiecutter.package_name }}.processing.compare import Measurement

from tests.legible import faults

DATA_PATHS = dict(zip(WAYS, ["pickle", "jvm", "jvm", "pickle", "arrow", "arrow"], strict=True))


def measured(way: str, task: str) -> Measurement:
    """Ways cost 1 to 6 microseconds a row; in the other task, the other way round."""
    place = list(WAYS).index(way)
    cost = float(place + 1 if task == "charge" else len(WAYS) - place)
    return Measurement(
        way=way,
        task=task,
        rows=6000,
        seconds=0.5,
        rows_per_second=12_000,
        data_path=DATA_PATHS[way],
        equal=True,
        sizes=[[600, 0.1], [6000, 0.5]],
        fixed_seconds=0.1 * cost,
        microseconds_per_row=cost,
    )


MEASURED = [measured(way, task) for task in ("charge", "trend") for way in WAYS]


@pytest.fixture(scope="module")
def figure():
    figure = charts.processing(MEASURED)
    figure.draw_without_rendering()
    return figure


def test_every_way_has_bars_as_long_as_its_costs(figure):
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    known = {charts.WAY_NAMES[way]: way for way in WAYS}
    for panel, (task, field) in zip(
        figure.axes,
        [
            (task, field)
            for task in ("charge", "trend")
            for field in ("microseconds_per_row", "fixed_seconds")
        ],
        strict=True,
    ):
        for name, bar in zip(names, panel.patches, strict=True):
            assert bar.get_width() == getattr(measured(known[name], task), field)


def test_a_bars_colour_is_that_of_its_data_path_in_the_legend(figure):
    [legend] = figure.legends
    colours = {
        text.get_text(): handle.get_facecolor()
        for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
    }
    for way, bar in zip(list(charts.WAY_NAMES)[::-1], figure.axes[0].patches, strict=True):
        assert bar.get_facecolor() == colours[charts.DATA_PATHS[DATA_PATHS[way]][1]]


def test_no_bar_is_cut_where_the_second_task_costs_more():
    costly = [replace(m, microseconds_per_row=99.0) if m.task == "trend" else m for m in MEASURED]
    figure = charts.processing(costly)
    figure.draw_without_rendering()
    for panel in figure.axes:
        assert panel.get_xlim()[0] == 0
        assert panel.get_xlim()[1] > max(bar.get_width() for bar in panel.patches)


def with_costs(python_udf: float | None, dataframe: float | None) -> list[Measurement]:
    costs = {"python_udf": python_udf, "dataframe": dataframe}
    return [replace(m, microseconds_per_row=costs.get(m.way, 1.0), rows=100_000) for m in MEASURED]


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        ((4.0, 0.1), "A row costs 40 x more in a pickled Python UDF than in the DataFrame API"),
        ((1.0, 2.0), "A row costs 2 x less in a pickled Python UDF"),
        ((4.0, 0.0), "A row costs at least 40 x more in a pickled Python UDF"),
        ((0.05, 0.0), "Too few rows to tell what a row costs"),
        ((None, None), "fixed costs included"),
    ],
)
def test_the_title_states_the_finding(costs, said):
    assert said in charts.finding(with_costs(*costs))


@pytest.mark.parametrize("ways", [1, 6, 40])
@pytest.mark.parametrize("cost", [0.0, 1e-3, 5e6])
def test_labels_never_overlap_at_any_number_of_ways_and_length_of_names(ways, cost):
    of_task = [
        replace(measured("rdd", task), way=f"{'w' * 40}{way}", microseconds_per_row=cost)
        for task in ("charge", "trend")
        for way in range(ways)
    ]
    assert faults(charts.processing(of_task)) == []
