"""What only today can know of customers is not learned from."""

from datetime import date

import pytest

from {{ cookiecutter.package_name }}.churn import attributes
from {{ cookiecutter.package_name }}.churn.features import features

JUNE, SEPTEMBER = date(2024, 6, 1), date(2024, 9, 1)


@pytest.fixture
def usage(make_usage):
    return make_usage([("a", date(2024, month, 1), 1.0) for month in range(1, 10)])


def test_of_several_rows_the_one_that_held_at_the_cutoff_counts(make_table, usage):
    rows = [
        ("a", date(2024, 1, 1), "basic", None),
        ("a", date(2024, 1, 1), "premium", date(2024, 6, 15)),
        ("a", date(2024, 1, 1), "gone", date(2024, 9, 2)),
    ]
    schema = "customer_id string, signup_month date, plan string, valid_from date"
    cutoffs = [date(2024, 5, 1), JUNE, date(2024, 8, 1)]
    described = features(usage, cutoffs, 1, SEPTEMBER, make_table(rows, schema))
    assert "valid_from" not in described.columns
    plans = {row.cutoff: row.plan for row in described.collect()}
    assert plans == dict(zip(cutoffs, ["basic", "premium", "premium"], strict=True))


def test_columns_with_dates_after_the_cutoff_are_found_whatever_their_type(make_table):
    rows = make_table(
        [
            ("a", JUNE, date(2024, 7, 1), "2024-06-30", "2024-08-01 10:00:00", "2024", "x"),
            ("b", JUNE, date(2024, 6, 30), "2023-01-01", None, "2030", "y"),
        ],
        "customer_id string, cutoff date, last_invoice date, seen string, `last.call` string,"
        " year string, plan string",
    )
    later = attributes.known_later(rows, rows.columns[2:])
    assert later == {"last_invoice": 1, "last.call": 1}
    [first, _] = attributes.told(later)
    assert "column last_invoice holds dates after the cutoff in 1 rows" in first
    assert "valid_from" in first


def test_without_columns_of_dates_nothing_is_counted(make_table):
    rows = make_table([("a", JUNE, 1.0)], "customer_id string, cutoff date, seats double")
    assert attributes.known_later(rows, ["seats"]) == {}
