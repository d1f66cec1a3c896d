"""Samples are bounded, and independent of partitioning."""

import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.sampling import collect_sample


@pytest.fixture
def rows(spark):
    return spark.range(10_000).selectExpr("string(id) AS id", "id AS value")


def test_all_rows_are_collected_while_they_are_few_enough(rows):
    assert len(collect_sample(rows, ["id"], 10_000, "test")) == 10_000


def test_about_so_many_rows_are_drawn_and_the_same_again(rows):
    first = collect_sample(rows, ["id"], 1000, "test")
    again = collect_sample(rows.repartition(9), ["id"], 1000, "test", count=10_000)
    assert 850 < len(first) < 1150
    pd.testing.assert_frame_equal(first, again)
    assert first["value"].mean() == pytest.approx(5000, abs=400)


def test_another_purpose_draws_others(rows):
    one, other = (set(collect_sample(rows, ["id"], 1000, p)["id"]) for p in ("one", "other"))
    assert len(one & other) < 200
