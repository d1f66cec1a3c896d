"""The model over all customers learns from the past, from a bounded sample, and says how much."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }}.growth import (
    all_customers,
    global_model,
    training_sample,
)
from {{ cookiecutter.package_name }}.growth.calibration import (
    error_quantiles,
    length_edges,
)
from {{ cookiecutter.package_name }}.growth.future import Future
from {{ cookiecutter.package_name }}.growth.intermittent import NOTHING_KNOWN
from {{ cookiecutter.package_name }}.periods import MONTH
from {{ cookiecutter.package_name }}.processing.plan import physical_plan

from .conftest import Constant

pytestmark = pytest.mark.usefixtures("few_tasks")


@pytest.fixture(scope="module")
def counted(spark):
    """A hundred customers whose usage is the number of the month, from 1 to 60."""
    months = spark.range(100).selectExpr(
        "concat('C', id) AS customer_id",
        "explode(sequence(DATE'2020-01-01', DATE'2024-12-01', INTERVAL 1 MONTH)) AS month",
    )
    number = F.months_between("month", F.lit(date(2019, 12, 1)))
    return months.withColumn("usage", number.cast("double")).cache()


@pytest.fixture(scope="module")
def drawn(counted, few_tasks):
    """The months drawn, and whose they are: a customer's number is told by its thousands."""
    thousands = 1000 * F.substring("customer_id", 2, 2).cast("int")
    told_apart = counted.withColumn("usage", F.col("usage") + thousands)
    numbers = counted.where("customer_id = 'C0'").select("month", F.col("usage").alias("number"))
    numbered = Future(numbers, ("number",), MONTH)
    drawn = training_sample.drawn_periods(told_apart, 6, 12, future=numbered).toPandas()
    customer = drawn["target"] // 1000
    history = drawn["history"] - 1000 * customer
    return drawn.assign(customer=customer, history=history, target=drawn["target"] % 1000)


def test_a_month_is_drawn_with_what_was_known_before_it(drawn):
    last_known = drawn["history"].map(lambda history: history[-1])
    assert (drawn["target"] == last_known + drawn["step"]).all()
    assert set(drawn["step"]) == {1, 2, 3, 4, 5, 6}
    assert set(drawn["target"]) == set(range(25, 61))
    assert drawn["history"].map(lambda h: (np.diff(h) == 1).all()).all()


def test_future_columns_are_those_of_the_months_of_the_history_and_up_to_the_drawn_one(drawn):
    for row in drawn.itertuples():
        assert list(row.future) == [*row.history, *(row.history[-1] + np.arange(row.step) + 1)]


def test_a_tenth_of_the_histories_is_cut_short(drawn):
    is_cut = drawn["history"].map(lambda history: history[0]) > 1
    assert is_cut.mean() == pytest.approx(0.1, abs=0.03)
    assert drawn["history"][is_cut].map(len).max() <= training_sample.MOST_OF_FEW


def test_the_sample_is_no_larger_than_was_said(counted, monkeypatch):
    monkeypatch.setattr(training_sample, "TRAINING_ROWS", 500)
    assert training_sample.drawn_periods(counted, horizon=6, season=12).count() == pytest.approx(
        500, rel=0.2
    )


def test_all_of_a_customer_is_in_one_fold(drawn):
    assert (drawn.groupby("customer")["fold"].nunique() == 1).all()
    assert set(drawn["fold"]) == set(range(training_sample.FOLDS))
    assert drawn["fold"].mean() == pytest.approx(1, abs=0.3)


def test_the_same_table_gives_the_same_sample_in_whatever_order(counted):
    first, again = (
        training_sample.drawn_periods(table, horizon=6, season=12).select("step", "target")
        for table in (counted, counted.repartition(5))
    )
    assert first.exceptAll(again).isEmpty()


def test_what_is_to_be_learned_is_measured_from_the_baseline(counted):
    """Usage that grows evenly outruns a baseline which carries half of the growth on."""
    sample = all_customers.training_sample(counted, 6, 12, NOTHING_KNOWN).toPandas()
    assert (sample["z"].dropna() > 0).mean() > 0.9


def test_those_who_have_gone_teach_nothing(make_usage):
    rows = [("a", date(2024, month, 1), 5.0 if month < 6 else 0.0) for month in range(1, 13)]
    sample = all_customers.training_sample(make_usage(rows), 1, 12, NOTHING_KNOWN).toPandas()
    # after seven months, two of them zero, the customer is intermittent, which trees do not learn
    assert sample["z"].notna().sum() == 6
    assert len(sample) == 11


def test_spark_calls_the_udf_once_for_a_row(counted):
    plan = physical_plan(all_customers.training_sample(counted, 6, 12, NOTHING_KNOWN))
    assert plan.count("ArrowEvalPython") == 1


def sample(rows: int, customers: int = 40) -> pd.DataFrame:
    """What is to be learned: z is the first column, and noise as large as the second."""
    rng = np.random.default_rng(0)
    columns = rng.uniform(0, 1, (rows, 3))
    columns[:, 2] = np.nan
    z = columns[:, 0] + columns[:, 1] * rng.normal(0, 1, rows)
    rest = {"months": 40, "step": 1, "fold": np.arange(rows) % customers % 3}
    return pd.DataFrame({"columns": list(columns), "z": z, **rest})


def trained(rows: pd.DataFrame, level: int = 90):
    return global_model.train(rows, 2, 12, (0.5 - level / 200, 0.5 + level / 200))


def bounds(model, columns):
    """Lower and upper bound of z in the first month, for rows like those of `sample`."""
    group = np.digitize(40, length_edges(12))
    spread = model.spread.predict(columns)
    return (model.centre.predict(columns) + spread * q for q in model.quantiles[group][:, 0])


@pytest.mark.slow
def test_the_model_learns_the_median_and_where_usage_strays_far():
    model = trained(sample(8000))
    unseen = np.array([[0.2, 0.1, np.nan], [0.8, 0.1, np.nan], [0.5, 0.9, np.nan]])
    np.testing.assert_allclose(model.centre.predict(unseen[:2]), [0.2, 0.8], atol=0.05)
    lower, upper = bounds(model, unseen)
    width = upper - lower
    assert width[2] > 4 * width[0]
    assert width[2] == pytest.approx(2 * 1.645 * 0.9, rel=0.2)


@pytest.mark.slow
@pytest.mark.parametrize("level", [50, 80])
def test_the_interval_holds_what_it_promises_on_rows_that_it_has_not_seen(level):
    whole = sample(12_000)
    model, unseen = trained(whole[:6000], level), whole[6000:]
    lower, upper = bounds(model, np.stack(unseen["columns"]))
    inside = (lower <= unseen["z"]) & (unseen["z"] <= upper)
    assert inside.mean() == pytest.approx(level / 100, abs=0.03)


def test_errors_are_of_customers_that_the_model_was_not_fitted_to(monkeypatch):
    """Each fold's customers use another amount: only who knows them can tell."""
    monkeypatch.setitem(global_model.TREES, "max_iter", 20)
    rows = sample(2000)
    columns = np.stack(rows["columns"])
    columns[:, 0] = rows["fold"]
    model = trained(rows.assign(columns=list(columns), z=100.0 * rows["fold"]))
    lower, upper = bounds(model, columns)
    assert np.mean(upper - lower) > 50


def test_a_few_rows_give_the_baseline_and_its_spread():
    model = trained(sample(150))
    assert model.name == "baseline"
    [low], [high] = bounds(model, np.zeros((1, 3)))
    assert low < model.centre.predict(np.zeros((1, 3)))[0] < high


@pytest.mark.parametrize("fold", [0, 1])
def test_a_few_customers_are_enough(fold, monkeypatch):
    monkeypatch.setitem(global_model.TREES, "max_iter", 20)
    model = trained(sample(400).assign(fold=fold))
    assert model.name == "boosted-trees"
    assert np.isfinite(model.quantiles).all()


def test_what_is_known_of_the_customers_of_one_fold_only_is_no_error(monkeypatch):
    """As the usage of two years before, where a single customer is that old."""
    monkeypatch.setitem(global_model.TREES, "max_iter", 20)
    rows = sample(400)
    columns = np.stack(rows["columns"])
    columns[rows["fold"] == 1, 2] = 7.0
    assert np.isfinite(trained(rows.assign(columns=list(columns))).quantiles).all()


@pytest.mark.parametrize("order", [slice(None, None, -1), np.arange(400) * 7 % 400])
def test_neither_the_order_of_rows_nor_lists_without_arrow_change_the_model(order, monkeypatch):
    """A cluster without Arrow gives what is unknown as None."""
    monkeypatch.setitem(global_model.TREES, "max_iter", 20)
    rows = sample(400).assign(fold=0)  # too few customers for folds of their own
    lists = [[None if np.isnan(value) else value for value in row] for row in rows["columns"]]
    other = trained(rows.assign(columns=lists).iloc[order])
    np.testing.assert_array_equal(other.quantiles, trained(rows).quantiles)


def test_nothing_to_learn_from_is_said_for_each_customer(make_usage):
    assert trained(sample(10).assign(z=None)) is None
    usage = make_usage([("a", date(2024, 2, 1), 5.0), ("b", date(2024, 2, 1), 5.0)])
    rows = sorted(all_customers.forecast(usage, 3).collect())
    assert [row.customer_id for row in rows] == ["a", "b"]
    assert {row.error for row in rows} == {"no customer has two months to learn from"}


def scored(histories, centre: float = 0.0, spread: float = 1.0):
    """Score histories with a model that says the same of all, two months ahead."""
    settings = (2, 12, (0.05, 0.95))
    quantiles = error_quantiles(*(np.empty(0, int) for _ in range(3)), *settings)
    model = global_model.GlobalModel("constant", Constant(centre), Constant(spread), quantiles)
    return all_customers.score_batch(pd.Series(histories), model, *settings, NOTHING_KNOWN)


def test_customers_are_scored_in_parts_and_in_order(monkeypatch):
    monkeypatch.setattr(all_customers, "CUSTOMERS_AT_ONCE", 2)
    fits = scored([np.full(30, size) for size in (1.0, 2.0, 3.0, 4.0, 5.0)])
    assert [forecast.tolist() for forecast in fits["forecast"]] == [[s, s] for s in range(1, 6)]
    for forecast, (lower, upper) in zip(fits["forecast"], fits["bounds"], strict=True):
        assert (lower < forecast).all() and (forecast < upper).all()


def test_who_has_gone_is_forecast_zero_and_who_is_unknown_nothing():
    offline = np.repeat([4.0, np.nan], [12, 300])
    fits = scored([np.repeat([4.0, 0.0], [12, 8]), np.full(3, np.nan), np.full(30, 7.0), offline])
    assert fits["model"].tolist() == ["zero", None, "constant", None]
    assert fits["forecast"][0].tolist() == [0, 0]
    never, lately = "usage is known in no month", "usage is known in none of the last 240 periods"
    assert fits["error"].tolist() == [None, never, None, lately]


def test_a_forecast_that_is_not_plausible_is_held_to_the_last_seasons_range():
    [fit] = scored([np.linspace(10, 20, 30)], centre=1000.0).itertuples()
    assert (fit.forecast < 25).all()
