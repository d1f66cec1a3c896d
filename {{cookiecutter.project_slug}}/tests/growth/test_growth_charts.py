"""The pictures of growth show the figures that they are given."""

from datetime import date

import pandas as pd
import pytest
from matplotlib.figure import Figure

from {{ cookiecutter.package_name }}.growth import charts
from {{ cookiecutter.package_name }}.growth.backtest import (
    LENGTHS,
    LengthScore,
    MethodScore,
)
from {{ cookiecutter.package_name }}.reporting.charts import place_dates

from tests.legible import faults

METHODS = [
    MethodScore(method="per-customer", mase=0.8, seconds=30.0, customers=100),
    MethodScore(method="all-customers", mase=0.7, seconds=20.0, customers=100),
    MethodScore(method="seasonal-naive", mase=None, seconds=1.0, customers=100),
]
BY_LENGTH = [
    LengthScore("per-customer", "2 to 3", 10.0, 1500),
    LengthScore("per-customer", "under 1", 20.0, 40),
    LengthScore("all-customers", "under 1", 16.0, 40),
    LengthScore("seasonal-naive", "2 to 3", 22.0, 1500),
]


@pytest.fixture
def backtest():
    figure = charts.backtest(METHODS, BY_LENGTH)
    figure.draw_without_rendering()
    return figure


def test_each_methods_error_stands_over_the_length_of_history(backtest):
    curves = backtest.axes[0]
    assert [label.get_text() for label in curves.get_xticklabels()] == [
        "under 1\n(40)",
        "2 to 3\n(1.5 k)",
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


def months(count: int) -> list[date]:
    return [day.date() for day in pd.date_range("2015-01-01", periods=count, freq="MS")]


def outlook_of(names: list[str], history: int, horizon: int, size: float = 10.0):
    """The frames of a chart: each customer uses `size` times its place, then 10 % more."""
    past, future = months(history), months(history + horizon)[history:]
    used = pd.DataFrame(
        [(name, m, size * place) for place, name in enumerate(names, 1) for m in past],
        columns=["customer_id", "month", "usage"],
    )
    made = pd.DataFrame(
        [
            (name, m, 1.1 * size * place, size * place, 1.2 * size * place)
            for place, name in enumerate(names, 1)
            for m in future
        ],
        columns=["customer_id", "month", "forecast", "lower", "upper"],
    )
    total = pd.concat(
        [used.groupby("month")["usage"].sum(), made.groupby("month")["forecast"].sum()], axis=1
    ).reset_index(names="month")
    return total, used, made


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_each_customer_has_a_panel_with_history_forecast_and_bounds(count):
    figure = charts.forecasts(*outlook_of([f"C{c}" for c in range(count)], 3, 1))
    all_customers, *shown = figure.axes
    assert all_customers.get_title(loc="left") == "All customers"
    assert [p.get_title(loc="left") for p in shown] == [f"C{c}" for c in range(count)]
    past, future = shown[-1].lines
    assert past.get_ydata().tolist() == [10.0 * count] * 3
    assert future.get_ydata().tolist() == pytest.approx([11.0 * count])
    assert len(shown[-1].collections) == 1


def test_the_first_panel_shows_all_customers_together_in_units():
    panel = charts.forecasts(*outlook_of(["A", "B"], 3, 2)).axes[0]
    past, future = panel.lines
    assert past.get_ydata().tolist() == [30.0] * 3
    assert future.get_ydata().tolist() == pytest.approx([33.0] * 2)
    assert panel.get_ylabel() == "usage per month"


@pytest.mark.parametrize(
    ("before", "forecast", "failed", "said"),
    [
        (
            [10, 10],
            [12, 10],
            0,
            "next 2 months: 22, 10 % more than the same 2 months a",
        ),
        ([10], [5], 0, "next month: 5, 50 % less than the same month a year before"),
        ([10], [10.01], 0, "next month: 10, as in the same month a year before"),
        ([None, 6], [6, 6], 0, "next 2 months: 12"),
        ([0, 0], [6, 6], 0, "next 2 months: 12"),
        ([2, 2], [2, 2], 3, "next 2 months: 4, as in the same 2 months a year before, without 3"),
        ([None], [5], 1, "next month: 5, without a customer who has no forecast"),
    ],
)
def test_the_outlook_compares_with_the_year_before(before, forecast, failed, said):
    known = pd.DataFrame({"usage": [8.0, 9.0]})
    ahead = pd.DataFrame({"year_before": before, "forecast": forecast}, dtype=float)
    found = charts.outlook(pd.concat([known, ahead]), failed)
    assert found.startswith(f"Usage of the {said}")
    assert ("the same" in found) == ("the same" in said)


def test_the_outlook_says_that_nobody_could_be_forecast():
    nobody = pd.DataFrame({"usage": [8.0], "forecast": [None]}, dtype=float)
    assert charts.outlook(nobody, 1) == "No customer could be forecast"


@pytest.mark.parametrize(
    ("mase", "said"),
    [
        ({"a": 0.824, "b": 0.9}, "a has the lowest error: MASE 0.82"),
        ({"a": 0.824, "b": 0.82, "c": 1.0}, "a and b have the lowest error: MASE 0.82"),
        ({"a": 0.82, "b": 0.82}, "All methods have the same error: MASE 0.82"),
        ({"a": 0.82}, "MASE of a: 0.82"),
        ({"a": None, "b": 0.9}, "MASE of b: 0.90; no other method's is known"),
        ({"a": None}, "MASE is not known"),
    ],
)
def test_the_finding_names_the_best_methods_and_claims_no_more(mase, said):
    scores = [MethodScore(method=m, mase=value, seconds=1.0) for m, value in mase.items()]
    assert charts.finding(scores).startswith(said)


def test_methods_keep_their_colours_whichever_others_there_are():
    few = charts.colours_of(["seasonal-naive"], charts.METHOD_COLOURS)
    many = charts.colours_of(
        ["my own", "combination", "seasonal-naive", "other"], charts.METHOD_COLOURS
    )
    assert few["seasonal-naive"] == many["seasonal-naive"]
    assert len(set(many.values())) == 4


def test_dates_of_hours_tell_the_year_and_no_clock_time_over_many_days():
    panel = Figure().subplots()
    place_dates(panel, pd.date_range("2015-01-01", periods=24 * 300, freq="h"))
    assert [text.get_text() for text in panel.get_xticklabels()][-1] == "27 Oct\n2015"
    place_dates(panel, pd.date_range("2015-01-01", periods=10, freq="h"))
    assert [text.get_text() for text in panel.get_xticklabels()][-1] == "09:00\n01 Jan"


LONG = "an identifier that has no end, number "


@pytest.mark.parametrize(
    ("names", "history", "horizon", "size"),
    [
        ([f"{LONG}{place}" for place in range(6)], 120, 12, 123_456_789.0),
        (["$x_1$"], 1, 1, 0.001),
        pytest.param(["A"] * 1, 13, 1, 10.0, marks=pytest.mark.slow),
        pytest.param([f"C{c}" for c in range(4)], 30, 24, 1e12, marks=pytest.mark.slow),
        pytest.param([f"C{c}" for c in range(6)], 48, 3, 10.0, marks=pytest.mark.slow),
        pytest.param([], 3, 0, 10.0, marks=pytest.mark.slow),
    ],
)
def test_an_outlook_can_be_read(names, history, horizon, size):
    assert faults(charts.forecasts(*outlook_of(names, history, horizon, size))) == []


@pytest.mark.parametrize(
    "methods",
    [
        [f"{LONG}{place}" for place in range(5)],
        pytest.param(["per-customer"], marks=pytest.mark.slow),
        pytest.param([f"method {place}" for place in range(12)], marks=pytest.mark.slow),
    ],
)
def test_a_backtest_can_be_read(methods):
    scores = [
        MethodScore(method=m, mase=0.8 + i, seconds=12_345.0, customers=10**6)
        for i, m in enumerate(methods)
    ]
    lengths = [
        LengthScore(m, length, 10.0 + i, 1_230_000)
        for i, m in enumerate(methods)
        for length in LENGTHS.values()
    ]
    assert faults(charts.backtest(scores, lengths)) == []
