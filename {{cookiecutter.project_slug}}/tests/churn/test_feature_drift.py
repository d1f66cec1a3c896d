"""Features of the newest scores are compared with those that their model was trained on."""

from datetime import UTC, date, datetime
from math import log

import pandas as pd
import pytest
from pyspark.sql.types import DateType

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.churn import feature_drift
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.monitoring.limits import Limits, Rates
from {{ cookiecutter.package_name }}.training.shares import Share

MONTHS = [date(2025, month, 1) for month in range(1, 9)]
VERSION = "4"
LOW = [0.5, *[0.9] * 4, 0.5, 0.5, 0.9]
COUNTED = pd.DataFrame({"as_of": MONTHS, "model_version": VERSION})


def shares(place):
    """Shares of three features: usage moves in the last month, and tenure is always far away."""
    low = 0.9 if place == len(MONTHS) - 1 else 0.5 + 0.01 * (place % 3)
    return [
        Share("tenure", "at most 12", 0.9, 0.1),
        Share("tenure", "above 12", 0.1, 0.9),
        Share("usage", "at most 3", 0.5, low),
        Share("usage", "above 3", 0.5, 1 - low),
        Share("usage", "null", 0.0, 0.0),
        Share("plan", "basic", 1.0, 1.0),
        Share("plan", "other or null", 0.0, 0.001),  # as good as none
    ]


@pytest.fixture(scope="module")
def scores(spark, tmp_path_factory):
    place = tmp_path_factory.mktemp("outputs") / "scores"
    for number, month in enumerate(MONTHS):
        run = tables.Run(month, datetime.now(UTC), "run")
        rows = feature_drift.table(spark, shares(number), VERSION)
        tables.write_vintage(rows, f"{place}{feature_drift.SUFFIX}", run)
    return str(place)


@pytest.fixture(scope="module")
def moved(spark, scores):
    return feature_drift.by_feature(spark, scores, DateType())


def checked(moved, counted=COUNTED, bounds=None):
    last = feature_drift.newest(moved, counted)
    return feature_drift.check_features(moved, last, Rates(), bounds)


def test_a_feature_that_moves_acts_and_is_named_with_figures(moved):
    found = checked(moved)
    assert found.status == "act"
    psi = 0.4 * log(1.8) - 0.4 * log(0.2)
    assert found.points[-1].value == pytest.approx(psi, abs=0.01)
    assert [point.status for point in found.points[:-1]] == ["ok"] * 6
    told = "; usage 0.88, 0.00 before (above 3: 50% in training, 10% now), "
    assert told in found.reason and "tenure 3.52, 3.52 before" in found.reason
    assert checked(moved, bounds=Limits(None, 0.9)).status == "ok"


def test_a_new_model_is_compared_with_its_own_vintages(spark, tmp_path):
    """Usage had moved for months until a new model was trained, and moves again."""
    for number, (month, low) in enumerate(zip(MONTHS, LOW, strict=True)):
        shares = [Share("usage", "at most 3", 0.5, low), Share("usage", "above 3", 0.5, 1 - low)]
        rows = feature_drift.table(spark, shares, "4" if number < 5 else "5")
        run = tables.Run(month, datetime.now(UTC), "run")
        tables.write_vintage(rows, tmp_path / f"scores{feature_drift.SUFFIX}", run)
    found = feature_drift.by_feature(spark, str(tmp_path / "scores"), DateType())
    psi = 0.4 * log(1.8) - 0.4 * log(0.2)
    assert found["rise"].iloc[-1] == pytest.approx(psi, abs=0.01)
    assert found["before"].iloc[5] == pytest.approx(0.8 * psi, abs=0.01)


def test_earlier_months_know_nothing_of_later_ones(spark, scores):
    earlier = feature_drift.by_feature(spark, scores, DateType(), MONTHS[-2])
    found = checked(earlier, COUNTED[:-1])
    assert found.status == "ok" and found.points[-1].period == "2025-07-01"


def test_shares_that_cannot_be_read_are_not_taken_for_shares_that_are_not_there(spark, tmp_path):
    folder = tmp_path / f"scores{feature_drift.SUFFIX}" / "as_of=2025-01-01"
    folder.mkdir(parents=True)
    (folder / "part-0.parquet").write_text("half a file")
    with pytest.raises(BadInputError, match="a file is damaged"):
        feature_drift.by_feature(spark, str(tmp_path / "scores"), DateType())


def test_scores_of_the_hour_at_midnight_are_the_newest_like_those_of_any_other():
    hours = [datetime(2025, 7, 1, hour) for hour in (0, 1)]
    moved = pd.DataFrame(
        {"as_of": [*map(str, hours)], "model_version": VERSION, "psi": 0.5, "rise": 0.1}
    )
    for count, hour in enumerate(hours, 1):
        counted = pd.DataFrame({"as_of": hours[:count], "model_version": VERSION})
        assert feature_drift.newest(moved, counted)["as_of"].tolist() == [str(hour)]


def test_scores_that_are_named_with_a_slash_at_the_end_have_the_same_shares(spark, scores, moved):
    found = feature_drift.by_feature(spark, f"{scores}/", DateType())
    assert found["psi"].tolist() == moved["psi"].tolist()


def test_a_model_that_kept_no_shares_leaves_nothing_to_compare(spark, tmp_path, moved):
    never = feature_drift.by_feature(spark, str(tmp_path / "scores"), DateType())
    other = COUNTED.assign(model_version="1")  # scored again by an earlier model
    for found in (checked(never), checked(moved, other), checked(never, COUNTED[:0])):
        assert found.status == "ok"
        assert found.reason.endswith(
            "nothing to compare: the model that scored kept no shares of its features"
        )
