"""A customer's own history: what makes churn more likely."""

import pytest

from {{ cookiecutter.package_name }}.churn import per_customer


def test_the_probability_is_that_of_the_log_odds(make_table):
    rows = make_table([(0.0,), (1.0986,), (-1.0986,)], "log_odds double")
    predicted = per_customer.predict(rows, rows).collect()
    assert [row.churn_probability for row in predicted] == pytest.approx(
        [0.5, 0.75, 0.25], abs=1e-4
    )
