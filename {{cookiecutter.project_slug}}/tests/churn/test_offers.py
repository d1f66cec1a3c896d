"""Offers go to customers whose expected profit is above nothing."""

import argparse

import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }}.churn import charts, offers
from {{ cookiecutter.package_name }}.churn.offers import Point

from tests.legible import faults

SCORES = "customer_id string, churn_probability double, expected_usage double, mean_usage double"


@pytest.fixture(scope="module")
def scores(make_table):
    rows = make_table(
        [
            ("likely", 0.5, 10.0, 100.0),  # 0.5 * 0.2 * 2 * 20 - 3 = 1
            ("small", 0.5, 1.0, 100.0),  # 0.4 - 3
            ("bounded", 0.9, 90.0, 10.0),  # 0.9 * 0.2 * 2 * 30 - 3 = 7.8
            ("gone", 1.0, 0.0, 50.0),
            ("unknown", None, None, None),
        ],
        SCORES,
    )
    profit = offers.expected_profit(F.col("churn_probability"), 3, cost=3, save_rate=0.2, value=2)
    return rows.withColumn("expected_profit", profit).cache()


def test_profit_is_what_a_saved_customer_would_use_less_the_offer(scores):
    found = {row.customer_id: row.expected_profit for row in scores.collect()}
    assert found == {
        "likely": pytest.approx(1),
        "small": pytest.approx(-2.6),
        "bounded": pytest.approx(7.8),
        "gone": -3,
        "unknown": None,
    }


def test_the_profit_curve_is_highest_at_the_last_customer_worth_contacting(scores):
    curve = offers.profit_curve(scores)
    assert [point.customers for point in curve] == [0, 1, 2, 3]
    assert [point.profit for point in curve] == pytest.approx([0, 7.8, 8.8, 6.2])
    assert charts.worth(curve) == "2 customers are worth contacting: expected profit 8.8"


def test_nobody_to_contact_is_told(scores):
    assert offers.profit_curve(scores.where("churn_probability = 1")) == [Point(0, 0.0)]
    assert charts.worth([Point(0, 0.0), Point(5, -3.0)]).startswith("No customer is worth")


@pytest.mark.parametrize("size", [1, 1e9])
def test_the_chart_can_be_read(size):
    points = [Point(int(size) * n, size * n * (60 - n)) for n in range(100)]
    assert faults(charts.profit(points)) == []
    nobody = charts.profit([Point(0, 0.0)])
    assert faults(nobody) == []
    assert [text.get_text() for text in nobody.axes[0].get_xticklabels()] == ["0", "1"]


@pytest.mark.parametrize(
    "given",
    [
        ["--usage", "u", "--offer-cost", "1"],
        ["--usage", "u", "--save-rate", "0.1"],
        ["--offer-cost", "1", "--save-rate", "0.1"],
        ["--usage", "u", "--offer-cost", "-1", "--save-rate", "0.1"],
    ],
)
def test_an_offer_told_in_part_is_refused(given, capsys):
    parser = argparse.ArgumentParser()
    parser.add_argument("--usage")
    offers.add_arguments(parser)
    with pytest.raises(SystemExit):
        offers.check_arguments(parser, parser.parse_args(given))
    assert "--offer-cost" in capsys.readouterr().err
