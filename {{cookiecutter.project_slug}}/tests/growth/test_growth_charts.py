"""The pictures of growth show the figures that they are given."""

from datetime import date

import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.growth import charts
from {{ cookiecutter.package_name }}.growth.backtest import LengthScore, MethodScore

METHODS = [
    MethodScore("per-customer", 12.0, 0.8, 0.9, seconds=30.0, customers=100),
    MethodScore("all-customers", 11.0, 0.7, 0.9, seconds=20.0, customers=100),
    MethodScore("seasonal-naive", 15.0, None, 0.9, seconds=1.0, customers=100),
]
LENGTHS = [
    LengthScore("per-customer", "2 to 3", 10.0, 1500),
    LengthScore("per-customer", "under 1", 20.0, 40),
    LengthScore("all-customers", "under 1", 16.0, 40),
    LengthScore("seasonal-naive", "2 to 3", 22.0, 1500),
]


@pytest.fixture
def backtest():
    figure = charts.backtest(METHODS, LENGTHS)
    figure.draw_without_rendering()
    return figure


def test_each_methods_error_stands_over_the_length_of_history(backtest):
    curves = backtest.axes[0]
    assert [label.get_text() for label in curves.get_xticklabels()] == [
        "under 1\n40 customers",
        "2 to 3\n1.5 k customers",
    ]
    assert {
        line.get_label(): list(zip(line.get_xdata(), line.get_ydata(), strict=True))
        for line in curves.lines
    } == {
        "per-customer": [(0, 20.0), (1, 10.0)],
        "all-customers": [(0, 16.0)],
        "seasonal-naive": [(1, 22.0)],
    }


def test_bars_are_as_long_as_mase_and_tell_the_seconds(backtest):
    bars = backtest.axes[1]
    names = [label.get_text() for label in bars.get_yticklabels()]
    widths = dict(zip(names, [patch.get_width() for patch in bars.patches], strict=True))
    assert widths == {"per-customer": 0.8, "all-customers": 0.7, "seasonal-naive": 0}
    assert {"0.80   30 s", "0.70   20 s", "unknown"} <= {text.get_text() for text in bars.texts}


def test_a_method_has_one_colour_in_both_panels(backtest):
    curves, bars = backtest.axes
    names = [label.get_text() for label in bars.get_yticklabels()]
    fills = dict(zip(names, [patch.get_facecolor()[:3] for patch in bars.patches], strict=True))
    for line in curves.lines:
        assert pd.Series(fills[line.get_label()]).tolist() == pytest.approx(rgb(line.get_color()))


def rgb(code: str) -> list[float]:
    return [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_each_customer_has_a_panel_with_history_forecast_and_bounds(count):
    months = [date(2025, month, 1) for month in (1, 2, 3)]
    history = pd.DataFrame(
        [(f"C{c}", m, 10.0 * c) for c in range(count) for m in months],
        columns=["customer_id", "month", "usage"],
    )
    forecasts = pd.DataFrame(
        [(f"C{c}", date(2025, 4, 1), 11.0 * c, 9.0 * c, 12.0 * c) for c in range(count)],
        columns=["customer_id", "month", "forecast", "lower", "upper"],
    )
    figure = charts.forecasts(history, forecasts)
    figure.draw_without_rendering()
    shown = [panel for panel in figure.axes if panel.get_visible()]
    assert [panel.get_title(loc="left") for panel in shown] == [f"C{c}" for c in range(count)]
    past, future = shown[-1].lines
    assert past.get_ydata().tolist() == [10.0 * (count - 1)] * 3
    assert future.get_ydata().tolist() == [11.0 * (count - 1)]
    assert len(shown[-1].collections) == 1
