"""Features are what was known at the cutoff, and labels what came after it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import simulate
from {{ cookiecutter.package_name }}.churn.buy_till_you_die import with_log_odds
from {{ cookiecutter.package_name }}.churn.features import (
    at_risk,
    describe,
    features,
)
from {{ cookiecutter.package_name }}.periods import months_before
from {{ cookiecutter.package_name }}.processing.plan import physical_plan

CUTOFF, END = date(2024, 6, 1), date(2024, 9, 1)


def month(number):
    return date(2024, number, 1)


@pytest.fixture
def usage_of(make_usage):
    """Turn each customer's months, by number, into a usage table."""
    return lambda customers: make_usage(
        [(c, month(m), usage) for c, months in customers.items() for m, usage in months.items()]
    )


def labels(usage, horizon=3):
    described = features(usage, [CUTOFF], horizon, END)
    assert dict(described.dtypes)["churned"] == "boolean"
    return {row.customer_id: row.churned for row in described.collect()}


def test_a_customer_churns_when_usage_stays_at_zero_for_the_horizon(usage_of):
    after = {
        "nothing": ({7: 0.0, 8: 0.0, 9: 0.0}, True),
        "something at last": ({7: 0.0, 8: 0.0, 9: 1.0}, False),
        "no rows": ({}, True),  # months without rows are months without usage
        "one row of nothing": ({9: 0.0}, True),
        "one row of something": ({8: 2.0}, False),
        "unknown, then nothing": ({7: None, 8: 0.0, 9: 0.0}, None),
        "unknown, then something": ({7: None, 8: 5.0}, False),
    }
    usage = usage_of({c: {5: 1.0, 6: 1.0} | months for c, (months, _) in after.items()})
    assert labels(usage) == {c: churned for c, (_, churned) in after.items()}


def test_who_churned_is_not_known_where_the_horizon_goes_beyond_the_table(usage_of):
    usage = usage_of({"a": {6: 1.0, 7: 0.0, 8: 0.0, 9: 0.0}})
    assert labels(usage, horizon=4) == {"a": None}


def test_who_used_nothing_for_a_horizon_has_churned_already(usage_of):
    usage = usage_of(
        {
            "used long ago": {3: 1.0, 4: 0.0},
            "used a horizon ago": {4: 1.0},
            "used before months of nothing": {4: 1.0, 5: 0.0, 6: 0.0},
        }
    )
    staying = features(usage, [CUTOFF], 3, END).where(at_risk(3)).collect()
    assert {row.customer_id for row in staying} == {
        "used a horizon ago",
        "used before months of nothing",
    }


def test_nothing_after_the_cutoff_changes_a_feature(spark):
    population = simulate.population(spark, 200, months=36, seed=3)
    usage, customers = simulate.usage(population, seed=3).cache(), simulate.customers(population)
    cutoff = months_before(simulate.LAST_MONTH, 6)
    later = F.col("month") > F.lit(cutoff)
    altered = usage.withColumn("usage", F.when(later, 7 * F.rand(1)).otherwise(F.col("usage")))
    before, after, nothing = (
        features(table, [cutoff], 3, simulate.LAST_MONTH, customers).toPandas()
        for table in (usage, altered, usage.where(~later))
    )
    assert before["churned"].sum() != after["churned"].sum()
    known, *others = (
        table.drop(columns="churned").sort_values("customer_id", ignore_index=True)
        for table in (before, after, nothing)
    )
    for other in others:
        pd.testing.assert_frame_equal(other, known)


def test_customers_are_described_from_their_first_month_on(make_usage):
    usage = make_usage([("old", month(1), 1.0), ("new", month(6), 1.0), ("later", month(7), 1.0)])
    rows = features(usage, [month(5), CUTOFF], 3, END).select("customer_id", "cutoff", "tenure")
    assert sorted(map(tuple, rows.collect())) == [
        ("new", CUTOFF, 1),
        ("old", month(5), 5),
        ("old", CUTOFF, 6),
    ]


def test_tenure_starts_at_sign_up_and_what_else_is_known_is_kept(make_table, make_usage):
    usage = make_usage([(c, month(5), 1.0) for c in ("early", "late", "unknown")])
    customers = make_table(
        [("early", date(2024, 1, 1), "basic", 7), ("late", date(2024, 8, 1), "premium", 8)],
        "customer_id string, signup_month date, plan string, seats int",
    )
    rows = features(usage, [CUTOFF], 3, END, customers)
    assert {r.customer_id: (r.tenure, r.plan, r.seats) for r in rows.collect()} == {
        "early": (6, "basic", 7),
        "late": (2, "premium", 8),  # usage was there before the sign-up
        "unknown": (2, None, None),
    }


def test_the_usage_table_is_scanned_once_and_shuffled_once(spark, tmp_path, make_usage):
    make_usage([("a", month(1), 1.0)]).write.parquet(str(tmp_path / "usage"))
    usage = spark.read.parquet(str(tmp_path / "usage"))
    plan = physical_plan(features(usage, [month(4), month(5)], 1, END))
    operators = [line.split("(")[0].strip(" :+-*") for line in plan.splitlines()]
    assert sum("Scan parquet" in line for line in operators) == 1
    assert sum(line.startswith("Exchange") for line in operators) == 1


def test_recency_idle_months_and_pauses_are_counted():
    nan = float("nan")
    histories = pd.Series([[1, 0, 0, 2, 0, 3, 0, 0], [1, 1], [0, 0, 5], [0, 0], [1, nan, nan, 0]])
    described = describe(histories.map(lambda h: np.array(h, float)))
    assert described["tenure"].tolist() == [8, 2, 3, 2, 4]
    assert described["recency"].tolist() == [2, 0, 0, 2, 1]
    assert described["idle"].tolist() == [3, 0, 0, 0, 0]
    assert described["longest_pause"].tolist() == [2, 0, 0, 0, 0]


def test_how_often_and_how_regularly_customers_use_is_described():
    nan = float("nan")
    histories = [[2, 0, 4, 0, 6, 0, 0], [3], [0, 0], [1, 1, 1, 0, 0, 0], [nan, 5, nan, 5]]
    described = describe(pd.Series([np.array(history, float) for history in histories]))
    assert described["frequency"].tolist() == [3, 1, 0, 3, 2]
    assert described["frequency_3"].tolist() == [1, 1, 0, 0, 2]
    assert described["frequency_6"].tolist() == [2, 1, 0, 3, 2]
    assert described["interval"].fillna(-1).tolist() == [2, -1, -1, 1, 2]
    # 2 months without use after intervals of 2, and 3 after intervals of 1; one use, just now
    assert described["overdue"].tolist()[:2] == [1.5, 1]
    assert described["overdue"][3] == 4
    assert described["frequency_trend"][3] < 0 == described["frequency_trend"][4]
    assert described["recent_frequency"][4] == pytest.approx(1)  # of the months that are known
    assert described["mean_usage"].fillna(-1).tolist() == [4, 3, -1, 1, 5]
    assert described["last_usage"].fillna(-1).tolist() == [6, 3, -1, 1, 5]
    assert described["recent_usage"].tolist() == [2, 3, 0, 0, 5]


def test_growth_and_season_are_recovered_from_a_long_history():
    months = np.arange(60)
    season = 0.2 * np.cos(2 * np.pi * (months - 3) / 12)
    described = describe(pd.Series([100 * np.exp(0.02 * months + season)])).iloc[0]
    assert described["growth"] == pytest.approx(0.02, abs=0.0003)
    assert described["season"] == pytest.approx(0.2, abs=0.01)
    assert described["level"] == pytest.approx(np.log(100) + 0.02 * 59, abs=0.01)


def test_a_season_is_not_taken_for_growth():
    """Half a year of a rising season, which a straight line would take for growth."""
    rising = np.exp(0.3 * np.cos(2 * np.pi * np.arange(-6, 1) / 12))
    slope = np.polyfit(np.arange(7), np.log(rising), 1)[0]
    described = describe(pd.Series([rising])).iloc[0]
    assert slope > 0.1
    assert described["growth"] < 0.03


def test_a_unit_of_usage_changes_nothing_but_features_of_its_size():
    history = np.array([3.0, 4, 5, 4, 6, 7, 6, 0, 8])
    small, large = describe(pd.Series([history, 1e9 * history])).to_dict("records")
    assert large.pop("level") - small.pop("level") == pytest.approx(np.log(1e9))
    for size in ("mean_usage", "last_usage", "recent_usage"):
        assert large.pop(size) / small.pop(size) == pytest.approx(1e9)
    assert large == pytest.approx(small)


def test_customers_who_never_used_anything_are_described_without_a_warning(recwarn):
    described = describe(pd.Series([np.zeros(5), np.full(5, np.nan), np.ones(1)]))
    assert described["growth"].tolist() == [0, 0, 0]
    assert np.isnan(described["level"][:2]).all()
    assert not recwarn.list


def test_no_query_describes_histories_twice(run_twice, make_usage):
    """A filter on what a pandas UDF returns must not run it a second time."""
    usage = make_usage([("a", month(1), 1.0)])
    described = features(usage, [month(4)], 1, END)
    staying = with_log_odds(described.where(at_risk(1)), (1.0, 1.0, 1.0, 1.0), 1)
    assert run_twice(described.where("frequency > 1")) == []
    assert run_twice(staying.where("log_odds > 0")) == []
