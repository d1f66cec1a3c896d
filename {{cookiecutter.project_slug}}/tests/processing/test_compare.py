"""The comparison must see a wrong answer, and only that."""

from datetime import date

import pytest

from {{ cookiecutter.package_name }} import processing
from {{ cookiecutter.package_name }}.processing import compare

EXPECTED = [("a", 1.0), ("b", None), ("c", 3.0)]


def same(spark, answer, tolerance=0.1):
    left, right = (
        spark.createDataFrame(rows, "customer_id string, trend double")
        for rows in (answer, EXPECTED)
    )
    return compare.same_answer(left, right, ["customer_id"], "trend", tolerance)


def test_equal_rows_in_another_order_are_the_same_answer(spark):
    assert same(spark, EXPECTED[::-1])


def test_a_difference_within_the_tolerance_is_rounding(spark):
    assert same(spark, [("a", 1.05), ("b", None), ("c", 2.95)])


@pytest.mark.parametrize(
    "wrong",
    [
        [("a", 1.2), ("b", None), ("c", 3.0)],
        [("a", None), ("b", None), ("c", 3.0)],
        [("a", 1.0), ("b", 0.0), ("c", 3.0)],
        [("a", 1.0), ("b", None)],
        [("a", 1.0), ("b", None), ("c", 3.0), ("d", 4.0)],
        [("a", 1.0), ("b", None), ("c", 3.0), ("c", 3.0)],
        [("a", 1.0), ("b", None), ("d", 3.0)],
        [("a", 1.0), ("b", None), ("c", float("nan"))],
        [],
    ],
    ids=[
        "value",
        "null",
        "not null",
        "row missing",
        "row more",
        "row twice",
        "other row",
        "nan",
        "no rows",
    ],
)
def test_a_wrong_answer_is_seen(spark, wrong):
    assert not same(spark, wrong)


@pytest.fixture
def usage(make_usage):
    months = [date(2025, month, 1) for month in range(1, 7)]
    return make_usage([(c, month, 100.0 * month.month) for c in "abc" for month in months])


def test_every_way_is_measured_on_both_tasks_over_all_rows(usage):
    measurements = compare.compare(usage, runs=1)
    assert {(m.way, m.task) for m in measurements} == {
        (way, task) for way in processing.WAYS for task in ("charge", "trend")
    }
    assert all(m.equal for m in measurements)
    assert all(m.rows == 18 for m in measurements)
    assert all(m.rows_per_second == round(m.rows / m.seconds) for m in measurements)


def test_a_way_that_answers_wrongly_is_marked_and_no_other(usage, monkeypatch):
    right = processing.rdd.trend
    monkeypatch.setattr(
        processing.rdd,
        "trend",
        lambda usage: right(usage).selectExpr("customer_id", "-trend trend"),
    )
    measurements = compare.compare(usage, runs=1)
    assert [(m.way, m.task) for m in measurements if not m.equal] == [("rdd", "trend")]


def test_timing_runs_the_whole_frame(spark):
    with pytest.raises(Exception, match="USER_RAISED_EXCEPTION"):
        compare.seconds_to_compute(
            lambda numbers: numbers.selectExpr("assert_true(id < 5)"), spark.range(10)
        )
