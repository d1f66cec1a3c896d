"""Customers who cannot be scored, or are not in usage, are counted and named."""

from datetime import date

import pytest

from {{ cookiecutter.package_name }}.churn import coverage
from {{ cookiecutter.package_name }}.errors import BadInputError


@pytest.fixture
def found(make_usage, make_table):
    usage = make_usage(
        [
            ("active", date(2024, 6, 1), 1.0),
            ("silent", date(2024, 6, 1), 0.0),  # rows of zero usage are recent rows
            ("ended", date(2024, 3, 1), 1.0),
            ("recent", date(2024, 4, 1), 1.0),
            ("unknown", date(2024, 6, 1), None),
        ]
    )
    customers = make_table([("active",), ("absent",)], "customer_id string")
    return coverage.count(coverage.by_customer(usage, date(2024, 6, 1)), customers)


def test_each_kind_is_counted_with_an_example(found):
    assert found == (5, 1, "unknown", 1, "ended", 1, "absent")
    assert found.lines() == [
        "1 customers have null usage only: no score, for example unknown",
        "1 customers have no row in the last 3 months (stale), for example ended",
        "1 customers of --customers have no usage: not in the scores, for example absent",
    ]


def test_too_many_customers_without_a_score_are_refused_with_the_option_that_allows_them(found):
    coverage.check(found, 0.2)
    with pytest.raises(BadInputError, match=r"1 of 5 customers \(20%\).*unknown.*--max-unscored"):
        coverage.check(found, 0.19)
