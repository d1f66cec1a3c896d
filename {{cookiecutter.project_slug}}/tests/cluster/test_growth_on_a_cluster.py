"""Forecasts do not depend on where they are made."""

import json

import pandas as pd
import pytest

from .conftest import read

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("method", ["per-customer", "all-customers"])
def test_forecasts_are_the_same(both, simulated, method):
    usage = ("--usage", str(simulated / "usage"), "--horizon", "3", "--method", method)
    folders = both("forecast_growth", *usage, "--output", "{}/forecasts")
    there, here = (read(folder / "forecasts", "customer_id", "month") for folder in folders)
    pd.testing.assert_frame_equal(there, here)
    assert here["error"].isna().all()


def test_scores_of_the_methods_are_the_same(both, simulated):
    usage = ("--usage", str(simulated / "usage"), "--horizon", "3", "--folds", "1")
    scores = []
    for folder in both("backtest_growth", *usage):
        report = json.loads((folder / "reports/growth_backtest.json").read_text())
        scores.append(pd.DataFrame(report).drop(columns="seconds"))
    pd.testing.assert_frame_equal(*scores)
