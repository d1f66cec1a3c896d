"""A customer's own history: what makes it likelier to leave."""

import pytest

from {{ cookiecutter.package_name }}.churn import per_customer

CUSTOMER = {"tenure": 24.0, "recency": 0.0, "idle": 0.0, "growth": 0.0, "growth_error": 0.001}


@pytest.fixture
def chance(make_table):
    def chance(**features):
        customer = CUSTOMER | features
        schema = ", ".join(f"{name} double" for name in customer)
        frame = make_table([tuple(customer.values())], schema)
        [row] = per_customer.predict(frame, frame).collect()
        return row.churn_probability

    return chance


def test_a_steady_customer_leaves_about_once_in_a_lifetime(chance):
    assert chance() == pytest.approx(1 / 26)
    assert chance(tenure=1.0) == pytest.approx(1 / 3)


def test_decline_makes_it_likelier_and_less_so_where_it_is_uncertain(chance):
    assert chance(growth=-0.03) > 2 * chance() > 4 * chance(growth=0.03)
    assert chance(growth=-0.03) > chance(growth=-0.03, growth_error=0.05) > chance()


def test_silence_makes_it_likelier_with_every_month(chance):
    assert chance() < chance(recency=1.0) < chance(recency=2.0) < 1
    assert chance(recency=2.0) > 0.9


def test_who_paused_before_is_given_time(chance):
    assert chance(recency=1.0, idle=10.0) < chance(recency=1.0) / 2


def test_who_never_used_anything_has_a_chance_too(chance):
    assert 0 < chance(tenure=2.0, recency=2.0, growth_error=0.015) < 1
