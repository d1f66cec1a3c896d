"""The model over all customers learns from the past, from a bounded sample, and says how much."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }}.growth import all_customers
from {{ cookiecutter.package_name }}.processing.plan import physical_plan

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
    drawn = all_customers.drawn_months(told_apart, horizon=6).toPandas()
    customer = drawn["target"] // 1000
    history = drawn["history"] - 1000 * customer
    return drawn.assign(customer=customer, history=history, target=drawn["target"] % 1000)


def test_a_month_is_drawn_with_what_was_known_before_it(drawn):
    last_known = drawn["history"].map(lambda history: history[-1])
    assert (drawn["target"] == last_known + drawn["step"]).all()
    assert set(drawn["step"]) == {1, 2, 3, 4, 5, 6}
    assert set(drawn["target"]) == set(range(25, 61))
    assert drawn["history"].map(lambda h: (np.diff(h) == 1).all()).all()


def test_a_tenth_of_the_histories_is_cut_short(drawn):
    is_cut = drawn["history"].map(lambda history: history[0]) > 1
    assert is_cut.mean() == pytest.approx(0.1, abs=0.03)
    assert drawn["history"][is_cut].map(len).max() <= all_customers.MOST_OF_FEW


def test_the_sample_is_no_larger_than_was_said(counted, monkeypatch):
    monkeypatch.setattr(all_customers, "TRAINING_ROWS", 500)
    assert all_customers.drawn_months(counted, horizon=6).count() == pytest.approx(500, rel=0.2)


def test_all_of_a_customer_calibrates_or_none(drawn):
    assert (drawn.groupby("customer")["calibrates"].nunique() == 1).all()
    assert drawn["calibrates"].mean() == pytest.approx(0.25, abs=0.15)


def test_the_same_table_gives_the_same_sample_in_whatever_order(counted):
    first, again = (
        all_customers.drawn_months(table, horizon=6).select("step", "target")
        for table in (counted, counted.repartition(5))
    )
    assert first.exceptAll(again).isEmpty()


def test_what_is_to_be_learned_is_measured_from_the_reference(counted):
    """Usage that grows evenly outruns a reference which carries half of the growth on."""
    sample = all_customers.training_sample(counted, 6, 12).toPandas()
    assert (sample["z"].dropna() > 0).mean() > 0.9


def test_those_who_have_gone_teach_nothing(make_usage):
    rows = [("a", date(2024, month, 1), 5.0 if month < 6 else 0.0) for month in range(1, 13)]
    sample = all_customers.training_sample(make_usage(rows), 1, 12).toPandas()
    # months 2 to 8 are forecast from a customer who is not yet known to have gone
    assert sample["z"].notna().sum() == 7
    assert len(sample) == 11


def test_spark_calls_the_udf_once_for_a_row(counted):
    plan = physical_plan(all_customers.training_sample(counted, 6, 12))
    assert plan.count("ArrowEvalPython") == 1


def sample(rows: int, customers: int = 40) -> pd.DataFrame:
    """What is to be learned: z is the first column, and noise as large as the second."""
    rng = np.random.default_rng(0)
    columns = rng.uniform(0, 1, (rows, 3))
    columns[:, 2] = np.nan
    z = columns[:, 0] + columns[:, 1] * rng.normal(0, 1, rows)
    calibrates = np.arange(rows) % customers < customers // 4
    return pd.DataFrame({"columns": list(columns), "z": z, "calibrates": calibrates})


@pytest.mark.slow
def test_the_model_learns_the_middle_and_where_usage_strays_far():
    model = all_customers.train(sample(8000), level=90)
    unseen = np.array([[0.2, 0.1, np.nan], [0.8, 0.1, np.nan], [0.5, 0.9, np.nan]])
    np.testing.assert_allclose(model.middle.predict(unseen[:2]), [0.2, 0.8], atol=0.05)
    width = model.upper.predict(unseen) - model.lower.predict(unseen) + 2 * model.slack
    assert width[2] > 4 * width[0]
    assert width[2] == pytest.approx(2 * 1.645 * 0.9, rel=0.2)


@pytest.mark.slow
def test_the_interval_holds_what_it_promises_on_rows_that_it_has_not_seen():
    whole = sample(12_000)
    model, unseen = all_customers.train(whole[:6000], level=80), whole[6000:]
    columns = np.stack(unseen["columns"])
    inside = (model.lower.predict(columns) - model.slack <= unseen["z"]) & (
        unseen["z"] <= model.upper.predict(columns) + model.slack
    )
    assert inside.mean() == pytest.approx(0.8, abs=0.03)


def test_the_interval_is_calibrated_on_customers_that_it_was_not_fitted_to(monkeypatch):
    monkeypatch.setitem(all_customers.TREES, "max_iter", 20)
    rows = sample(2000)
    model = all_customers.train(rows.assign(z=rows["z"] + 1000 * rows["calibrates"]), level=90)
    assert model.upper.predict(np.stack(rows["columns"])).max() < 10
    assert model.slack > 900


def test_a_few_rows_give_the_reference_and_its_spread():
    model = all_customers.train(sample(150), level=90)
    assert model.name == "reference"
    low, middle, high = (
        estimator.predict([[0, 0, 0]])[0] for estimator in (model.lower, model.middle, model.upper)
    )
    assert low < middle < high


@pytest.mark.parametrize("calibrates", [True, False])
def test_a_few_customers_are_enough(calibrates):
    model = all_customers.train(sample(400).assign(calibrates=calibrates), level=90)
    assert model.name == "boosted-trees"
    assert np.isfinite(model.slack)


def test_nothing_to_learn_from_is_said_for_each_customer(make_usage):
    assert all_customers.train(sample(10).assign(z=None), level=90) is None
    usage = make_usage([("a", date(2024, 1, 1), 5.0), ("b", date(2024, 2, 1), 5.0)])
    rows = sorted(all_customers.forecast(usage, 3).collect())
    assert [row.customer_id for row in rows] == ["a", "b"]
    assert {row.error for row in rows} == {"no customer has two months to learn from"}


class Constant:
    """An estimator that always says the same."""

    def __init__(self, value):
        self.value = value

    def predict(self, columns):
        return np.full(len(columns), self.value)


def test_customers_are_scored_in_parts_and_in_order(monkeypatch):
    monkeypatch.setattr(all_customers, "CUSTOMERS_AT_ONCE", 2)
    histories = pd.Series([np.full(30, size) for size in (1.0, 2.0, 3.0, 4.0, 5.0)])
    model = all_customers.GlobalModel(
        "constant", Constant(0.0), Constant(9.0), Constant(-9.0), slack=0.0
    )
    scored = all_customers.score_batch(histories, model, horizon=2, season=12)
    assert [forecast.tolist() for forecast in scored["forecast"]] == [[s, s] for s in range(1, 6)]
    # bounds that cross are held to the forecast
    assert (scored["lower"].map(max) <= scored["forecast"].map(min)).all()
    assert (scored["upper"].map(min) >= scored["forecast"].map(max)).all()


def test_who_has_gone_is_forecast_zero_and_who_is_unknown_nothing():
    histories = pd.Series([np.repeat([4.0, 0.0], [8, 24]), np.full(3, np.nan), np.full(30, 7.0)])
    model = all_customers.GlobalModel(
        "constant", Constant(0.0), Constant(-1.0), Constant(1.0), slack=0.0
    )
    scored = all_customers.score_batch(histories, model, horizon=2, season=12)
    assert scored["model"].tolist() == ["zero", None, "constant"]
    assert scored["forecast"][0].tolist() == [0, 0]
    assert scored["error"].tolist() == [None, "usage is known in no month", None]
