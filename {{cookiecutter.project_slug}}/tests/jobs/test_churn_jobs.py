"""jobs/train_churn.py, promote_model.py, score_churn.py: from training to scores and back."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from {{ cookiecutter.package_name }} import job, simulate
from {{ cookiecutter.package_name }}.churn import reasons

from jobs import promote_model, score_churn, train_churn

ADDED_UP = (
    "(base_probability + other_effects + "
    + " + ".join(f"coalesce(effect_{place}, 0)" for place in (1, 2, 3))
    + ")"
)


@pytest.fixture(autouse=True)
def folder(store):
    """The current folder, with a store of models in it."""
    return store.parent


def train(*arguments):
    return job.run(train_churn.main, arguments)


def score(*arguments):
    return job.run(score_churn.main, arguments)


def promote(*arguments):
    return job.run(promote_model.main, arguments)


def report():
    return json.loads(Path("reports/churn.json").read_text())


def simulated(spark, folder, count, months):
    """The arguments that name the tables of so many customers."""
    population = simulate.population(spark, count, months, seed=1)
    usage, customers = str(folder / "usage"), str(folder / "customers")
    simulate.usage(population, seed=1).write.parquet(usage)
    simulate.customers(population).write.parquet(customers)
    return ["--usage", usage, "--customers", customers, "--horizon", "3"]


@pytest.fixture
def usage(spark, folder):
    return simulated(spark, folder, 1000, months=30)


@pytest.fixture
def few(spark, folder):
    return simulated(spark, folder, 100, months=16)


@pytest.fixture
def table(spark, folder):
    """As it comes: blanks in a column of numbers, a column of text, an answer of Yes and No."""
    rows = spark.range(400).selectExpr(
        "format_string('%04d', id) AS customerID",
        "if(id % 50 = 7, ' ', string(pmod(hash(id), 100))) AS TotalCharges",
        "if(id % 3 = 0, 'One year', 'Monthly') AS Contract",
        "if(pmod(hash(id), 100) > 60, 'Yes', 'No') AS Churn",
    )
    rows.toPandas().to_csv(folder / "table.csv", index=False)
    return ["--features", str(folder / "table.csv"), "--id", "customerID", "--label", "Churn"]


@pytest.mark.slow
def test_a_model_of_usage_is_trained_promoted_used_and_rolled_back(spark, folder, usage, capsys):
    usage_rows = spark.read.parquet(str(folder / "usage")).count()
    assert train(*usage) == 0
    assert re.search(
        rf"rows_in={usage_rows} rows_out=4 rejected=[1-9]\d* model_version=1 ",
        capsys.readouterr().out,
    )
    first = report()
    assert promote() == 0
    assert "version 1 is the champion, the first one" in capsys.readouterr().out

    offer = ["--offer-cost", "5", "--save-rate", "0.3", "--value", "2"]
    assert score(*usage, "--output", str(folder / "scores"), *offer) == 0
    scores = spark.read.parquet(str(folder / "scores"))
    assert scores.columns == [
        *("customer_id", "churn_probability", "expected_usage", "stale"),
        *("expected_profit", "worth_contacting", *reasons.COLUMNS, "model_version"),
        *("cutoff", "horizon", "made_at", "run_id", "as_of"),
    ]
    shares = spark.read.parquet(str(folder / "scores_feature_shares"))
    sums = shares.groupBy("feature").agg({"trained": "sum", "share": "sum"}).collect()
    assert {"recency", "tenure", "plan"} <= {row.feature for row in sums}
    assert all(abs(total - 1) < 1e-9 for _, *totals in sums for total in totals)
    [when] = scores.select("cutoff", "as_of", "horizon").distinct().collect()
    assert when.cutoff == when.as_of == date(2025, 12, 1) and when.horizon == 3
    assert scores.where(f"abs({ADDED_UP} - churn_probability) > 1e-9").isEmpty()
    told = scores.where("churn_probability = 1").select("reason_1", "reason_2").distinct()
    assert [tuple(row) for row in told.collect()] == [
        ("no usage for 3 months or more: has churned already", None)
    ]
    best = scores.where("worth_contacting").count()
    offers = json.loads(Path("reports/churn_offers.json").read_text())
    assert max(offers, key=lambda point: point["profit"])["customers"] == best > 0
    assert scores.where("expected_usage >= 0").count() == 1000
    assert scores.select("customer_id").distinct().count() == scores.count() == 1000
    assert scores.where("churn_probability BETWEEN 0 AND 1").count() == 1000
    last = spark.read.parquet(str(folder / "usage")).where("month >= DATE'2025-10-01'")
    gone = last.groupBy("customer_id").sum("usage").where("`sum(usage)` = 0").select("customer_id")
    certain = scores.where("churn_probability = 1").select("customer_id")
    assert 0 < gone.count() == certain.join(gone, "customer_id").count() == certain.count()
    printed = capsys.readouterr().out
    assert f"{gone.count():,} of them have churned already" in printed
    assert f"rows_in={usage_rows} rows_out=1000 rejected=0 model_version=1 " in printed
    assert [row.model_version for row in scores.select("model_version").distinct().collect()] == [
        "1"
    ]

    assert train(*usage) == 0
    second = report()
    assert first.pop("model_version") == "1"
    assert second.pop("model_version") == "2"
    assert first == second  # to the last digit
    assert {"roc_auc", "pr_auc", "brier", "lift_at_10", "protocol", "rows"} <= set(first)
    assert [row["method"] for row in first["methods"]] == [
        *("all-customers", "per-customer", "rfm", "recency")
    ]
    assert promote() == 0
    printed = capsys.readouterr().out
    assert "version 1 stays the champion" in printed
    assert "rejected=0 model_version=1 " in printed
    assert promote("--rollback") == 2
    assert "first champion" in capsys.readouterr().err


@pytest.mark.slow
def test_any_table_is_trained_on_and_scored_as_it_comes_and_another_is_refused(
    spark, folder, table, capsys
):
    name = ["--model", "catalog.schema.churn"]
    assert train(*table, *name) == 0
    found = report()
    assert "rows_in=400 rows_out=1 rejected=0 model_version=1 " in capsys.readouterr().out
    assert found["rows"] == 400
    assert found["roc_auc"] > 0.9
    assert found["protocol"] == "stratified 5-fold cross-validation, seed 0"
    card = (folder / "reports" / "churn.md").read_text()
    assert "TotalCharges" in card
    assert "churn.png" in card

    output = [*name, "--version", "1", "--output", str(folder / "scores")]
    assert score(*table, *output) == 0
    scores = spark.read.parquet(str(folder / "scores"))
    assert scores.count() == 400
    [blank] = scores.where("customer_id = '0007'").collect()
    assert {blank.reason_1, blank.reason_2} == {"TotalCharges: unknown", "Contract: Monthly"}
    assert blank.reason_3 is None
    assert scores.where(f"abs({ADDED_UP} - churn_probability) > 1e-9").isEmpty()

    (folder / "other.csv").write_text("customerID,Contract\na,Monthly\n")
    capsys.readouterr()
    assert score("--features", str(folder / "other.csv"), "--id", "customerID", *output) == 2
    assert score("--usage", str(folder / "other.csv"), *output) == 2
    words = spark.read.csv(str(folder / "table.csv"), header=True).toPandas()
    words.assign(TotalCharges="much").to_csv(folder / "words.csv", index=False)
    assert score("--features", str(folder / "words.csv"), "--id", "customerID", *output) == 2
    missing, other, unreadable = capsys.readouterr().err.splitlines()
    assert "TotalCharges has a usable value in 0 of 400 rows (0%; 98% in training)" in unreadable
    assert "400 are no numbers, for example 'much'" in unreadable
    assert "needs 1 columns that the table lacks, for example TotalCharges" in missing
    assert "not trained on --usage" in other
    assert spark.read.parquet(str(folder / "scores")).count() == 400


@pytest.mark.slow
def test_a_model_of_weeks_scores_weeks_and_refuses_months(spark, folder, capsys):
    """300 customers, who leave after 0 to 99 of 79 weeks and use something in two weeks of five."""
    weeks = spark.sql(
        "SELECT concat('C', id) AS customer_id, week AS period, "
        "IF(number < pmod(hash(id), 100) AND pmod(hash(id, week), 5) < 2, 3D, 0D) AS usage "
        "FROM (SELECT id, posexplode(sequence(DATE'2024-01-01', DATE'2025-06-30', INTERVAL 7 DAY)) "
        "AS (number, week) FROM range(300))"
    )
    weeks.write.parquet(str(folder / "weeks"))
    assert train("--usage", str(folder / "weeks"), "--horizon", "5") == 0
    assert report()["frequency"] == "week"
    assert "frequency_13" in report()["importance"]
    output = ["--version", "1", "--output", str(folder / "scores")]
    assert score("--usage", str(folder / "weeks"), *output) == 0
    assert "(no usage in 5 weeks)" in capsys.readouterr().out
    scores = spark.read.parquet(str(folder / "scores"))
    assert {row.cutoff for row in scores.collect()} == {date(2025, 6, 30)}
    reason = "no usage for 5 weeks or more: has churned already"
    gone = scores.where("churn_probability = 1")
    assert gone.where(f"reason_1 = '{reason}'").count() == gone.count() > 100
    assert scores.where("reason_1 LIKE '%month%' AND reason_1 NOT LIKE '% a month'").isEmpty()

    months = folder / "months.csv"
    months.write_text("customer_id,month,usage\nC1,2024-01-01,1\nC1,2024-02-01,1\n")
    assert score("--usage", str(months), *output) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "its periods are months, and the model was trained on weeks" in line


@pytest.mark.parametrize("where", ["../x", "runs:/1/model", "file:///tmp/model", "s3://a/model"])
def test_a_path_or_an_address_as_the_model_is_refused_and_nothing_is_written(folder, capsys, where):
    assert score("--usage", "u", "--version", where, "--output", str(folder / "scores")) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: model churn: there is no {where}.")
    assert not (folder / "scores").exists()


def test_a_champion_that_is_not_there_is_told(folder, capsys):
    assert score("--usage", "u", "--output", str(folder / "scores")) == 2
    assert promote("--rollback") == 2
    assert capsys.readouterr().err.count("there is no champion") == 2


def test_a_horizon_that_nobody_can_know_is_told_and_nothing_is_registered(few, capsys, folder):
    assert train(*few[:-1], "20") == 2
    assert "no customer has a history of 41 months" in capsys.readouterr().err
    assert [path.name for path in (folder / "reports").iterdir()] == ["runs"]
    assert promote() == 2
