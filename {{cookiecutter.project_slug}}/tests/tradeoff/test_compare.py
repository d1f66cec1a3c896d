"""The comparison measures every method at every size, and skips sizes that would not fit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }}.measuring import Cost
from {{ cookiecutter.package_name }}.tradeoff import charts, compare, costs
from {{ cookiecutter.package_name }}.tradeoff import data as tables_of_experiment
from {{ cookiecutter.package_name }}.tradeoff.conclusions import (
    Crossover,
    Measurement,
    conclude,
)
from {{ cookiecutter.package_name }}.training import scikit_learn

from tests.legible import faults

ONE = Measurement("n", "sklearn", 1000, 9, 1, 1.0, 100, 50, 900, 0.8)
OF_TWO = [
    replace(ONE, method=method, rows=rows)
    for method in ("sklearn", "mllib")
    for rows in (1000, 9000)
]


@pytest.fixture(scope="module")
def table(spark):
    return (
        spark.range(3000)
        .selectExpr(
            "concat('C', id) AS customer_id",
            "DATE'2025-01-01' AS cutoff",
            "double(pmod(hash(id, 1), 60)) AS age",
            "double(pmod(hash(id, 2), 10)) AS level",
            "1.0D AS constant",
            "pmod(hash(id, 3), 100) < pmod(hash(id, 1), 60) AS churned",
        )
        .cache()
    )


@pytest.fixture(autouse=True)
def brief(monkeypatch):
    """Tests do not need exact figures: work runs once, on one file per core."""
    monkeypatch.setitem(scikit_learn.TREES, "max_iter", 10)
    monkeypatch.setattr(costs, "BRIEF", 0.0)
    monkeypatch.setattr(tables_of_experiment, "FILES_OF_CORE", 1)


@pytest.fixture
def threads(monkeypatch):
    """Use threads instead of processes, which take seconds to start."""
    monkeypatch.setattr(compare, "pool_of_processes", ThreadPoolExecutor)


@pytest.fixture
def data(table, tmp_path):
    training = table.where("hash(customer_id) % 3 != 0")
    return tables_of_experiment.Data(
        training, training.count(), table.where("hash(customer_id) % 3 = 0"), tmp_path
    )


@pytest.mark.slow
def test_every_way_is_measured_at_every_size(data):
    sizes = {"n": [400, 1000], "k": [1, 4], "m": [1, 3]}
    measured, skipped = compare.compare(data, sizes, ["sklearn"])
    assert skipped == []
    assert [(m.sweep, m.method, m.models) for m in measured] == [
        *[("n", "sklearn", 1)] * 2,
        *[("k", "sklearn", 1)] * 2,
        *[("m", method, models) for models in (1, 3) for method in ("loop", "pool", "spark")],
    ]
    assert [m.size for m in measured if m.sweep == "k"] == [1, 4]
    for m in measured:
        assert m.seconds > 0
        assert m.roc_auc is None or m.roc_auc > 0.6
    for m, near in zip(measured[:2], (400, 1000), strict=True):
        assert m.rows == pytest.approx(near, rel=0.2)
        assert m.features == 2
    assert len({m.roc_auc for m in measured if m.models == 3}) == 1


@pytest.mark.slow
def test_sizes_beyond_the_table_or_the_memory_are_skipped_and_the_others_are_measured(
    data, threads, monkeypatch
):
    free = SimpleNamespace(available=200 * 8 * compare.COPIES * 2 + 1, total=2**30)
    monkeypatch.setattr(compare.psutil, "virtual_memory", lambda: free)
    sizes = {"n": [200, 1500, 10_000], "k": [], "m": [1, 100]}
    measured, skipped = compare.compare(data, sizes, ["sklearn"])
    assert [(m.sweep, m.models) for m in measured] == [("n", 1), *[("m", 1)] * 3]
    assert [(skip.sweep, skip.size) for skip in skipped] == [
        *[("n", 1500), ("n", 10_000)],
        *[("m", 100)] * 3,
    ]
    assert "GB are free" in skipped[0].why
    assert all(f"the table has {data.rows:,} rows" in skip.why for skip in skipped[1:])


def test_memory_is_expected_to_grow_as_it_has_grown():
    smaller = [ONE, replace(ONE, rows=2000, driver_mb=200)]
    assert compare.expected_mb(smaller, 10_000, values=1) == pytest.approx(1000)
    assert compare.expected_mb(smaller[:1], 10_000, values=2**20) == 8 * compare.COPIES


def test_smaller_sizes_are_part_of_larger_ones(data):
    few, more = (data.some(size).select("customer_id") for size in (300, 900))
    assert few.count() == few.join(more, "customer_id").count()


def test_features_beyond_the_known_ones_are_noise(data):
    wide = tables_of_experiment.with_features(data.training, ["age", "level"], 5)
    assert wide.columns == [
        "customer_id",
        "cutoff",
        "churned",
        "age",
        "level",
        *(f"noise_{number}" for number in range(3)),
    ]
    [found] = wide.agg(
        F.corr("noise_0", "age").alias("age"), F.corr("noise_0", "noise_1")
    ).collect()
    assert all(abs(value) < 0.1 for value in found)
    assert tables_of_experiment.with_features(data.training, ["age", "level"], 1).columns[3:] == [
        "age"
    ]


def test_brief_work_is_done_three_times_and_the_median_counts(monkeypatch):
    seconds = iter([0.9, 0.1, 0.5])

    def measure(work):
        work()
        return Cost(next(seconds), 0.0, 0.0, 0.0, 0.0)

    monkeypatch.setattr(costs, "BRIEF", 1.0)
    monkeypatch.setattr(costs, "measure", measure)
    results = iter("abc")
    found, cost = costs.costs_of(lambda: next(results))
    assert (found, cost.seconds) == ("c", 0.5)


def test_a_score_of_too_few_is_not_told(table):
    rows = table.toPandas()
    few = rows.head(30)
    assert costs.auc_of(few["churned"], few["age"]) is None
    assert costs.auc_of(rows["churned"], rows["age"]) == pytest.approx(0.8, abs=0.1)


def test_conclusions_name_the_crossing_or_say_that_there_is_none():
    sizes = (1_000, 10_000, 100_000, 1_000_000)
    of_one = [replace(ONE, rows=n, seconds=n / 1e4, driver_mb=n / 1e3) for n in sizes]
    of_all = [replace(ONE, method="mllib", rows=n, seconds=5 + n / 1e5) for n in sizes]
    curves, [crossing] = conclude([*of_one, *of_all])
    assert curves.keys() == {("n", "sklearn"), ("n", "mllib")}
    assert crossing.size == pytest.approx(5 / 9e-5, rel=0.05)
    assert "Above about 5" in crossing.verdict
    assert "sklearn would fill the memory at about" in crossing.verdict

    slower = [replace(m, seconds=m.seconds * 100) for m in of_all]
    _, [none] = conclude([*of_one, *slower])
    assert none.size is None
    assert "at 1,000,000 rows, mllib takes 15.00 times as long as sklearn" in none.verdict


def test_nothing_is_said_of_memory_that_was_not_seen_to_grow():
    _, [crossing] = conclude([replace(m, driver_mb=m.rows / 1e4) for m in OF_TWO])
    assert crossing.memory_ends_at is None
    assert "Memory" not in crossing.verdict


def test_the_picture_marks_a_crossing_and_tells_where_there_is_none():
    many = [
        replace(m, sweep="m", method=method, models=m.rows)
        for m in OF_TWO[:2]
        for method in ("loop", "pool")
    ]
    curves, _ = conclude([*OF_TWO, *many])
    crossing = Crossover("m", "loop", "pool", 3000.0, 9000, 0.5, None)
    none = Crossover("n", "sklearn", "mllib", None, 9000, 2.0, None)
    figure = charts.training([*OF_TWO, *many], curves, [none, crossing])
    title = " ".join(figure.get_suptitle().split())
    assert "MLlib takes 2 x as long as scikit-learn at 9 k rows" in title
    assert "a pool of processes is faster than a loop above 3 k models" in title
    of_rows, of_models = figure.axes
    assert of_rows.get_xlabel() == "rows\nno crossover exceeds the noise"
    assert of_models.get_xlabel() == "models\na pool of processes overtakes a loop at 3 k"
    assert faults(figure) == []
    assert of_models.lines[-1].get_xdata() == [3000, 3000]
    assert {line.get_label() for line in of_rows.lines} >= {
        charts.NAMES["sklearn"],
        charts.NAMES["mllib"],
    }


def test_a_sweep_of_two_sizes_is_not_drawn_as_a_curve():
    more = [replace(m, rows=m.rows * 10) for m in OF_TWO]
    of_features = [replace(m, sweep="k", features=m.rows) for m in OF_TWO]
    curves, crossovers = conclude([*OF_TWO, *more, *of_features])
    assert len(charts.training([*OF_TWO, *more, *of_features], curves, crossovers).axes) == 1
