"""The comparison must see a wrong answer, and only that."""

from datetime import date

import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import processing
from {{ cookiecutter.package_name }}.processing import compare
from {{ cookiecutter.package_name }}.processing.plan import physical_plan

TWO_WAYS = {"python_udf": processing.python_udf, "dataframe": processing.dataframe}
EXPECTED = [("a", 1.0), ("b", None), ("c", 3.0)]


def same(make_table, answer, tolerance=0.1):
    left, right = (
        make_table(rows, "customer_id string, trend double") for rows in (answer, EXPECTED)
    )
    tolerant = right.withColumn("tolerance", F.lit(tolerance))
    return compare.same_answer(left, tolerant, ["customer_id"], "trend")


def test_equal_rows_in_another_order_are_the_same_answer(make_table):
    assert same(make_table, EXPECTED[::-1])


def test_a_difference_within_the_tolerance_is_rounding(make_table):
    assert same(make_table, [("a", 1.05), ("b", None), ("c", 2.95)])


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
def test_a_wrong_answer_is_seen(make_table, wrong):
    assert not same(make_table, wrong)


@pytest.fixture
def usage(make_usage):
    """A small customer beside one who uses ten billion times as much."""
    months = [date(2025, month, 1) for month in range(1, 7)]
    sizes = {"small": 1.0, "large": 1e10}
    return make_usage(
        [(c, month, size * month.month) for c, size in sizes.items() for month in months]
    )


@pytest.mark.parametrize(
    "ways", [TWO_WAYS, pytest.param(processing.WAYS, marks=pytest.mark.slow)], ids=["two", "all"]
)
def test_every_way_is_measured_on_both_tasks_over_all_rows(usage, monkeypatch, ways):
    monkeypatch.setattr(compare, "WAYS", ways)
    monkeypatch.setattr(compare, "BRIEF", 1000.0)
    turns = iter(range(1000))
    monkeypatch.setattr(compare, "seconds_to_compute", lambda *_: float(next(turns)))
    measurements = compare.compare(usage, runs=3, shares=[1.0])
    assert {(m.way, m.task) for m in measurements} == {
        (way, task) for way in ways.keys() - compare.left_out() for task in ("charge", "trend")
    }
    assert all(m.equal for m in measurements)
    assert all(m.rows == 12 for m in measurements)
    # each turn takes all ways once: the median is the second turn's
    ways = len(measurements) // 2
    assert [m.seconds for m in measurements[:ways]] == list(range(ways, 2 * ways))
    assert [m.rows_per_second for m in measurements] == [
        round(12 / m.seconds) for m in measurements
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param("-trend", marks=pytest.mark.slow),
        "trend * if(customer_id = 'small', 1.001, 1)",
    ],
)
def test_a_way_that_answers_wrongly_is_marked_and_no_other(usage, monkeypatch, wrong):
    monkeypatch.setattr(compare, "WAYS", TWO_WAYS)
    right = processing.python_udf.trend
    monkeypatch.setattr(
        processing.python_udf,
        "trend",
        lambda usage: right(usage).selectExpr("customer_id", f"{wrong} AS trend"),
    )
    monkeypatch.setattr(compare, "seconds_to_compute", lambda *_: 1.0)
    measurements = compare.compare(usage, runs=1, shares=[1.0])
    assert [(m.way, m.task) for m in measurements if not m.equal] == [("python_udf", "trend")]


def test_what_the_caller_has_cached_stays_cached(usage, monkeypatch):
    monkeypatch.setattr(compare, "WAYS", {"dataframe": processing.dataframe})
    monkeypatch.setattr(compare, "KEYS", {"trend": ["customer_id"]})
    usage.cache()
    compare.compare(usage, runs=1, shares=[1.0])
    assert usage.is_cached
    assert "InMemoryTableScan" in physical_plan(usage)
    usage.unpersist()


def test_over_spark_connect_rdds_are_left_out_and_the_reason_is_told(usage, monkeypatch):
    ways = {"rdd": processing.rdd, "dataframe": processing.dataframe}
    monkeypatch.setattr(compare, "WAYS", ways)
    monkeypatch.setattr(compare, "KEYS", {"trend": ["customer_id"]})
    monkeypatch.setattr(compare, "is_remote", lambda: True)
    assert {m.way for m in compare.compare(usage, runs=1, shares=[1.0])} == {"dataframe"}
    assert compare.left_out() == {"rdd": "over Spark Connect there are no RDDs"}


@pytest.mark.parametrize("slow", [{}, {300_000: 30.0}], ids=["even", "one slow run"])
def test_fixed_seconds_and_those_of_a_row_are_told_apart(slow):
    seconds = {rows: 0.5 + rows * 1e-5 for rows in (10_000, 30_000, 100_000, 300_000, 900_000)}
    fixed, slope = compare.fit_line(seconds | slow)
    assert (fixed, slope) == pytest.approx((0.5, 1e-5), rel=0.01)


def test_a_line_needs_two_sizes_and_never_falls():
    assert compare.fit_line({100: 1.0}) == (None, None)
    assert compare.fit_line({100: 2.0, 1000: 1.0}) == (1.5, 0.0)


def test_each_sample_is_a_part_of_the_next_and_an_empty_one_is_left_out(usage):
    samples = compare.sized(usage, [1e-9, 1.0])
    assert {rows: sample.count() for rows, sample in samples.items()} == {12: 12}
    samples[12].unpersist()


def test_a_run_that_is_not_brief_is_not_repeated(usage, monkeypatch):
    runs = []
    monkeypatch.setattr(compare, "seconds_to_compute", lambda f, _: runs.append(f) or f)
    assert compare.in_turns({"long": 9.0, "brief": 0.1}, usage, 3) == {"long": 9.0, "brief": 0.1}
    assert runs == [9.0, 0.1, 0.1, 0.1]


def test_timing_runs_the_whole_frame(spark):
    with pytest.raises(Exception, match="USER_RAISED_EXCEPTION"):
        compare.seconds_to_compute(
            lambda numbers: numbers.selectExpr("assert_true(id < 5)"), spark.range(10)
        )


def test_timing_counts_seconds(spark):
    slow = spark.range(1).selectExpr("java_method('java.lang.Thread', 'sleep', 300L)")
    assert 0.3 <= compare.seconds_to_compute(lambda frame: frame, slow) < 30
