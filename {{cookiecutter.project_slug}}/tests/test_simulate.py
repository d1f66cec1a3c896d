"""Simulated customers have the truth that they claim. Bounds are four standard errors or more."""

import math
from datetime import date

import numpy as np
import pytest
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual

from {{ cookiecutter.package_name }} import simulate
from {{ cookiecutter.package_name }}.simulate import traits

CUSTOMERS, MONTHS, SEED = 2000, 60, 7
CUTOFF, HORIZON = date(2025, 6, 1), 3


@pytest.fixture(scope="module")
def population(spark):
    return simulate.population(spark, CUSTOMERS, MONTHS, SEED).cache()


@pytest.fixture(scope="module")
def parameters(population):
    return population.toPandas()


@pytest.fixture(scope="module")
def lived(population):
    """Each customer-month beside its customer's parameters; months are counted from January 2021.

    `usual` is usage as it would be without noise, steps, decline, shock and price.
    """
    dates = ["signup_month", "decline_month", "churn_month", "step_month", "month"]
    numbers = {day: F.expr(f"12 * (year({day}) - 2021) + month({day}) - 1") for day in dates}
    truth = simulate.truth(population, SEED).join(population, "customer_id")
    table = truth.withColumns(numbers).toPandas()
    table["age"] = table["month"] - table["signup_month"]
    season = 1 + table["season"] * np.cos((table["month"] + 1 - table["peak"]) * math.pi / 6)
    table["usual"] = table["level"] * np.exp(table["growth"] * table["age"]) * season
    return table


@pytest.fixture(scope="module")
def at_risk(population, lived):
    """Customers that used something in the months before the cutoff, and whether they churned."""
    since = lived["month"] - (12 * (CUTOFF.year - 2021) + CUTOFF.month - 1)
    used = lived[lived["usage"] > 0].assign(since=since)
    before = used[(used["since"] <= 0) & (used["since"] > -HORIZON)]
    later = used[(used["since"] > 0) & (used["since"] <= HORIZON)]["customer_id"]
    truth = simulate.churn_probability(population, CUTOFF, HORIZON).toPandas()
    rows = truth.set_index("customer_id").join(
        -before.groupby("customer_id")["since"].max().rename("recency"), how="inner"
    )
    rows["churned"] = ~rows.index.isin(later)
    return rows.join(lived.groupby("customer_id")[["contract", "decline_month"]].first())


def assert_standard_normal(z):
    """Mean and standard deviation are within four standard errors of 0 and 1."""
    assert len(z) > 30
    assert abs(z.mean()) < 4 * z.std() / math.sqrt(len(z))
    assert abs(z.std() - 1) < 4 * math.sqrt((z.kurt() + 2) / (4 * len(z)))


def test_the_seed_alone_decides_whatever_the_partitions(spark, population):
    # customer 60 is in the second half of 100 customers, and in the first half of 2000
    few = simulate.population(spark, 100, MONTHS, SEED)
    same_of_many = population.join(few.select("customer_id"), "customer_id")
    assertDataFrameEqual(few, same_of_many)
    assertDataFrameEqual(
        simulate.usage(few.repartition(7, "growth"), SEED), simulate.usage(few, SEED)
    )


def test_another_seed_gives_other_customers(spark, parameters):
    other = simulate.population(spark, CUSTOMERS, MONTHS, SEED + 1).toPandas()
    same = {column: (other[column] == parameters[column]).mean() for column in other}
    assert same["growth"] == same["level"] == same["hazard"] == 0
    # a quarter of them is there from the first month on with either seed
    assert same["signup_month"] < 1 / 3
    assert max(same["churn_month"], same["decline_month"]) < 0.05


def test_half_sign_up_in_the_first_month_and_half_of_the_others_in_waves(lived):
    late = lived.groupby("customer_id")["signup_month"].first()
    # of the half that signs up later, a tenth does in the first six of sixty months
    expected = 0.5 + 0.5 * traits.WAVE / MONTHS
    assert (late < traits.WAVE).mean() == pytest.approx(expected, abs=0.045)
    expected = 0.5 + 0.25 + 0.25 / traits.WAVE
    assert (late % traits.WAVE == 0).mean() == pytest.approx(expected, abs=0.04)
    assert late.max() == MONTHS - 1


def test_every_customer_has_every_month_from_sign_up_to_the_last_one(lived):
    by_customer = lived.groupby("customer_id")["month"].agg(["size", "min", "max"])
    assert len(by_customer) == CUSTOMERS
    assert (by_customer["min"] == lived.groupby("customer_id")["signup_month"].first()).all()
    assert (by_customer["max"] == MONTHS - 1).all()
    assert (by_customer["size"] == MONTHS - by_customer["min"]).all()


@pytest.mark.parametrize(
    "never",
    [
        "usage > 0 and month >= churn_month",
        "usage <= 0 and age == 0",
        "usage <= 0 and contract and pause == 0 and month < churn_month",
        "usage > 0 and age > 0 and pause > 0 and month % 12 + 1 == pause_from",
        "usage > 0 and age > 0 and pause == 3 and month % 12 == (pause_from + 1) % 12",
        "usage > 0 and not (active_probability > 0 and expected > 0)",
        "churn_month <= signup_month or decline_month <= signup_month",
        "contract and 0 < active_probability < 1",
    ],
)
def test_what_never_happens(lived, never):
    assert not lived.query("month >= churn_month").empty
    assert lived.query(never).empty


def test_usage_differs_from_what_is_expected_by_the_noise_alone(lived):
    used = lived[lived["usage"] > 0]
    mean = used["expected"] / used["active_probability"]
    assert_standard_normal(np.log(used["usage"] / mean) / used["noise"] + used["noise"] / 2)


STEADY = "usage > 0 and month < decline_month and plan == 'basic' and not 32 <= month <= 34"
"""Months of which nothing is peculiar but steps."""


@pytest.mark.parametrize("stepped", [False, True])
def test_level_growth_season_and_step_leave_only_the_noise(lived, stepped):
    rows = lived.query(f"{STEADY} and (step != 1) == {stepped}")
    step = np.where(rows["month"] >= rows["step_month"], rows["step"], 1)
    error = np.log(rows["usage"] / (rows["usual"] * step))
    assert_standard_normal(error / rows["noise"] + rows["noise"] / 2)


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        ("month == 32", 0.7),  # September 2023, the shock
        ("month == 33", 0.8),
        ("month == 34", 0.9),
        ("plan == 'standard' and month == 41", 1),
        ("plan == 'standard' and month >= 42", 0.85),  # from July 2024 on, the price
        ("plan == 'premium' and month >= 42", 1),
    ],
)
def test_shock_and_price_change_everybody_s_usage_as_much_as_was_said(lived, within, expected):
    rows = lived.query(f"usage > 0 and step == 1 and month < decline_month and {within}")
    error = np.log(rows["usage"] / rows["usual"] / expected)
    assert_standard_normal(error / rows["noise"] + rows["noise"] / 2)


@pytest.mark.parametrize("month", [0, 1, 2])
def test_usage_fades_before_a_customer_leaves(lived, month):
    rows = lived.query("usage > 0 and step == 1 and plan == 'basic' and not 32 <= month <= 34")
    rows = rows[rows["month"] - rows["decline_month"] == month]
    error = np.log(rows["usage"] / rows["usual"] / 0.8 ** (month + 1))
    assert_standard_normal(error / rows["noise"] + rows["noise"] / 2)


def test_growth_can_be_recovered_from_usage(lived):
    rows = lived.query(f"{STEADY} and step == 1").copy()
    rows["y"] = np.log(rows["usage"] / rows["usual"]) + rows["growth"] * rows["age"]
    centred = rows[["age", "y"]] - rows.groupby("customer_id")[["age", "y"]].transform("mean")
    rows["xx"], rows["xy"] = centred["age"] ** 2, centred["age"] * centred["y"]
    by_customer = rows.groupby("customer_id").agg(
        {"xx": "sum", "xy": "sum", "growth": "first", "noise": "first", "age": "size"}
    )
    long = by_customer[by_customer["age"] >= 12]
    slope = long["xy"] / long["xx"]
    assert_standard_normal((slope - long["growth"]) * np.sqrt(long["xx"]) / long["noise"])


@pytest.mark.parametrize("group", ["not contract", "buying < 0.3", "pause > 0", "month % 12 == 0"])
def test_customers_buy_as_often_as_their_probability_says(lived, group):
    rows = lived.query(f"age > 0 and {group}")
    p = rows["active_probability"]
    error = math.sqrt((p * (1 - p)).sum())
    assert error > 3
    assert (rows["usage"] > 0).sum() == pytest.approx(p.sum(), abs=4 * error)


@pytest.mark.parametrize(
    "group", ["plan == 'basic'", "plan == 'premium'", "growth < 0", "region == 'west'", "contract"]
)
def test_customers_leave_and_decline_as_often_as_their_hazard_says(lived, group):
    lives = lived.query(f"month < churn_month and month < {MONTHS - 1} and {group}")
    leaves = lives["month"] + 1 == lives["churn_month"]
    p = lives["leave_probability"]
    assert leaves.sum() == pytest.approx(p.sum(), abs=4 * math.sqrt((p * (1 - p)).sum()))
    healthy = lives[lives["month"] < lives["decline_month"]]
    begins = ~leaves[healthy.index] & (healthy["month"] + 1 == healthy["decline_month"])
    p = healthy["hazard"] * (1 - healthy["hazard"])
    assert begins.sum() == pytest.approx(p.sum(), abs=4 * math.sqrt((p * (1 - p)).sum()))


@pytest.mark.parametrize(
    "group",
    ["contract", "not contract", "decline_month <= 53", "churn_probability < 0.1", "recency == 0"],
)
def test_the_probability_of_churn_comes_true(at_risk, group):
    rows = at_risk.query(group)
    p = rows["churn_probability"]
    error = math.sqrt((p * (1 - p)).sum())
    assert error > 1
    assert rows["churned"].sum() == pytest.approx(p.sum(), abs=4 * error)


def test_a_probability_over_a_horizon_follows_from_hazard_and_buying(spark):
    """By hand: a contract churns when it ends at once; a buyer also when it does not buy."""
    one = spark.range(1).selectExpr(
        *("'C' AS customer_id", "DATE'2025-01-01' AS signup_month", "0 AS pause"),
        *("1 AS pause_from", "0.1D AS hazard", "explode(array(1D, 0.5D)) AS buying"),
    )
    rows = one.selectExpr(
        *("*", "buying = 1 AS contract"),
        "stack(3, DATE'2029-01-01', DATE'2030-01-01', DATE'2025-03-01', DATE'2030-01-01',"
        " DATE'2025-03-01', DATE'2025-06-01') AS (decline_month, churn_month)",
    )
    found = simulate.churn_probability(rows, CUTOFF, 2).toPandas()["churn_probability"]
    silent = 0.7  # the probability that a declining buyer does not buy in a month
    declining = 0.3 + 0.7 * silent * (0.3 + 0.7 * silent)
    last = 0.1 + 0.9 * (0.1 * silent + 0.9 * 0.5)
    healthy = 0.1 + 0.9 * (0.1 * silent * (0.3 + 0.7 * silent) + 0.9 * 0.5 * last)
    assert found.tolist() == pytest.approx([0.1, 0.3, 1, healthy, declining, 1])


def roc_auc(churned, score):
    """The area by ranks; scikit-learn is not installed with every choice of use cases."""
    ranks, churners = score.rank(), int(churned.sum())
    pairs = churners * (len(churned) - churners)
    return (ranks[churned.astype(bool)].sum() - churners * (churners + 1) / 2) / pairs


def test_recency_alone_is_no_oracle(at_risk):
    """Its ROC AUC is 0.6 to 0.8 among customers at risk, as on CDNOW; the truth's is far above."""
    recency, truth = (
        roc_auc(at_risk["churned"], at_risk[c]) for c in ("recency", "churn_probability")
    )
    assert 0.6 <= recency <= 0.8
    assert truth > recency + 0.1


@pytest.mark.parametrize(
    ("kind", "share"),
    [
        ("not contract", sum(traits.BUYERS) / 3),
        ("plan == 'premium' and contract", (1 - traits.BUYERS[2]) / 3),
        ("plan == 'basic'", 1 / 3),
        ("region == 'west'", 1 / 4),
        ("step != 1", 0.2),
        ("pause > 0", 0.1),
        ("pause == 3", 0.1 / 3),
        # logistic(-0.3 + 1.2 z) is below a half with probability 0.599
        ("buying < 0.5", 0.599 * sum(traits.BUYERS) / 3),
        # half of the customers of the south peak in July, and a twelfth of the others
        ("region == 'south' and peak == 7", (1 / 2 + 1 / 24) / 4),
        ("region == 'south' and peak == 8", 1 / 24 / 4),
    ],
)
def test_there_are_customers_of_every_kind(parameters, kind, share):
    error = math.sqrt(share * (1 - share) / CUSTOMERS)
    assert len(parameters.query(kind)) / CUSTOMERS == pytest.approx(share, abs=4 * error)


def test_a_higher_plan_is_used_more(parameters):
    usage = parameters.groupby("plan")["level"].median()
    assert usage["standard"] == pytest.approx(4 * usage["basic"], rel=0.2)
    assert usage["premium"] == pytest.approx(4 * usage["standard"], rel=0.2)


def test_the_height_of_a_season_has_nothing_to_do_with_its_peak(parameters):
    assert parameters["peak"].corr(parameters["season"]) == pytest.approx(
        0, abs=4 / math.sqrt(CUSTOMERS)
    )


def test_plans_regions_and_growth_decide_who_stays(parameters):
    for column, order in (
        ("plan", ["basic", "standard", "premium"]),
        ("region", ["west", "east", "north", "south"]),
    ):
        hazard = parameters.groupby(column)["hazard"].mean()
        assert hazard.sort_values(ascending=False).index.tolist() == order
    assert parameters["growth"].corr(parameters["hazard"]) < -0.5


def test_a_company_does_not_see_the_truth(population):
    known = ["customer_id", "signup_month", "plan", "region"]
    assert simulate.customers(population).columns == known
    assert simulate.usage(population, SEED).columns == ["customer_id", "month", "usage"]


def test_one_customer_and_one_month_are_enough(spark):
    alone = simulate.population(spark, 1, 1, seed=0)
    assert simulate.usage(alone, seed=0).count() == 1
