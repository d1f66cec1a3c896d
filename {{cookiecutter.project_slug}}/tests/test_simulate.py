"""Simulated customers have the truth that they claim. Bounds are four standard errors or more."""

import math

import pytest
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual

from {{ cookiecutter.package_name }} import simulate

CUSTOMERS, MONTHS, SEED = 2000, 60, 7


@pytest.fixture(scope="module")
def population(spark):
    return simulate.population(spark, CUSTOMERS, MONTHS, SEED).cache()


@pytest.fixture(scope="module")
def lived(population):
    """Each customer-month beside its customer's truth."""
    age = F.months_between("month", "signup_month").cast("int")
    usage = simulate.usage(population, SEED)
    return usage.join(population, "customer_id").withColumn("age", age).cache()


@pytest.fixture(scope="module")
def active(lived):
    """The months before churn, with their usage less the true season and the true level."""
    season = 1 + F.col("season") * F.cos((F.month("month") - F.col("peak")) * (2 * math.pi / 12))
    return lived.where("month < churn_month").withColumn("unseasonal", F.col("usage") / season)


def test_the_seed_alone_decides_whatever_the_partitions(spark, population):
    # customer 60 is in the second half of 100 customers, and in the first half of 2000
    few = simulate.population(spark, 100, MONTHS, SEED)
    same_of_many = population.join(few.select("customer_id"), "customer_id")
    assertDataFrameEqual(few, same_of_many)
    assertDataFrameEqual(
        simulate.usage(few.repartition(7, "growth"), SEED), simulate.usage(few, SEED)
    )


def test_another_seed_gives_other_customers(spark, population):
    other = simulate.population(spark, CUSTOMERS, MONTHS, SEED + 1)
    assert other.join(population, ["customer_id", "growth"]).isEmpty()
    assert other.join(population, ["customer_id", "level"]).isEmpty()
    # a quarter of them is there from the first month on with either seed
    assert other.join(population, ["customer_id", "signup_month"]).count() < CUSTOMERS / 3


def test_half_sign_up_before_the_window_and_the_rest_evenly_over_it(population):
    first, late_in_first_half, last = population.agg(
        F.avg((F.col("signup_month") == "2021-01-01").cast("int")),
        F.avg(F.col("signup_month").between("2021-02-01", "2023-06-01").cast("int")),
        F.max("signup_month").cast("string"),
    ).first()
    assert first == pytest.approx(0.5 + 0.5 / MONTHS, abs=0.04)
    assert late_in_first_half == pytest.approx(0.5 * 29 / MONTHS, abs=0.04)
    assert last == "2025-12-01"


def test_every_customer_has_every_month_from_sign_up_to_the_last_one(lived):
    spans = lived.groupBy("customer_id", "signup_month").agg(
        F.count("*").alias("rows"), F.min("month").alias("first"), F.max("month").alias("last")
    )
    broken = spans.where(
        "first != signup_month OR last != DATE '2025-12-01'"
        " OR rows != 1 + months_between(last, first)"
    )
    assert spans.count() == CUSTOMERS
    assert broken.isEmpty()


def test_usage_is_zero_from_the_churn_month_on_and_positive_before(lived):
    assert lived.where("usage > 0").where("month >= churn_month").isEmpty()
    assert lived.where("usage <= 0").where("month < churn_month").isEmpty()
    assert not lived.where("month >= churn_month").isEmpty()


def test_growth_can_be_recovered_from_usage(active):
    fitted = active.groupBy("customer_id", "growth").agg(
        F.count("*").alias("months"),
        F.regr_slope(F.ln("unseasonal"), F.col("age").cast("double")).alias("slope"),
    )
    # a slope over n months has the standard error noise * sqrt(12 / n^3)
    errors = fitted.where("months >= 24").selectExpr(
        f"(slope - growth) / ({simulate.NOISE} * sqrt(12 / pow(months, 3))) AS z"
    )
    mean, spread, count = errors.agg(F.avg("z"), F.stddev("z"), F.count("z")).first()
    assert mean == pytest.approx(0, abs=4 / math.sqrt(count))
    assert spread == pytest.approx(1, abs=4 / math.sqrt(2 * count))


def test_season_and_level_leave_only_the_noise(active):
    noise = F.ln(F.col("unseasonal") / (F.col("level") * F.exp(F.col("growth") * F.col("age"))))
    mean, spread, count = active.agg(F.avg(noise), F.stddev(noise), F.count(noise)).first()
    assert mean == pytest.approx(0, abs=4 * simulate.NOISE / math.sqrt(count))
    assert spread == pytest.approx(simulate.NOISE, rel=4 / math.sqrt(2 * count))


def test_usage_peaks_in_the_peak_month(active):
    by_distance = active.where("season > 0.2").groupBy(
        F.pmod(F.month("month") - F.col("peak"), F.lit(12)).alias("distance")
    )
    share = F.avg(F.col("usage") / (F.col("level") * F.exp(F.col("growth") * F.col("age"))))
    means = {row.distance: row.share for row in by_distance.agg(share.alias("share")).collect()}
    assert max(means, key=means.get) == 0
    assert min(means, key=means.get) == 6


def test_customers_churn_as_often_as_their_hazard_says(lived, population):
    at_risk = lived.where("age >= 1 AND month <= churn_month")
    for group in ("plan = 'basic'", "plan = 'premium'", "growth < 0", "growth > 0"):
        expected, observed = (
            at_risk.where(group)
            .agg(F.sum("hazard"), F.count_if(F.col("month") == F.col("churn_month")))
            .first()
        )
        assert observed == pytest.approx(expected, abs=4 * math.sqrt(expected)), group


def test_a_higher_plan_is_used_more(population):
    usage = {
        row.plan: row.level
        for row in population.groupBy("plan").agg(F.median("level").alias("level")).collect()
    }
    assert usage["standard"] == pytest.approx(4 * usage["basic"], rel=0.2)
    assert usage["premium"] == pytest.approx(4 * usage["standard"], rel=0.2)


def test_peaks_are_in_every_month_of_the_year_and_have_nothing_to_do_with_their_height(population):
    peaks = {row.peak: row["count"] for row in population.groupBy("peak").count().collect()}
    assert peaks.keys() == set(range(1, 13))
    assert max(peaks.values()) < 1.5 * CUSTOMERS / 12
    assert population.corr("peak", "season") == pytest.approx(0, abs=4 / math.sqrt(CUSTOMERS))


def test_about_three_in_a_hundred_customers_churn_in_a_month(population):
    assert population.agg(F.avg("hazard")).first()[0] == pytest.approx(0.03, abs=0.01)


def test_plans_and_growth_decide_who_stays(population):
    hazard = {
        row.plan: row.hazard
        for row in population.groupBy("plan").agg(F.avg("hazard").alias("hazard")).collect()
    }
    assert hazard["basic"] > hazard["standard"] > hazard["premium"]
    assert population.corr("growth", "hazard") < -0.5


def test_a_company_does_not_see_the_truth(population):
    assert simulate.customers(population).columns == ["customer_id", "signup_month", "plan"]


def test_one_customer_and_one_month_are_enough(spark):
    alone = simulate.population(spark, 1, 1, seed=0)
    assert simulate.usage(alone, seed=0).count() == 1
