"""A challenger becomes the champion, and the champion before it returns."""

import pytest

from {{ cookiecutter.package_name }} import lifecycle
from {{ cookiecutter.package_name }}.lifecycle import NoModelError


def test_the_first_model_has_no_champion_to_be_compared_with(plain, register, name):
    version = register(plain)
    assert lifecycle.compare(name) is None
    assert lifecycle.promote(name) == version
    assert lifecycle.load(name, "champion").version == version


def test_rolling_back_returns_to_the_champion_before_and_then_further(plain, register, name):
    for version in ("1", "2", "3"):
        assert register(plain) == version
        lifecycle.promote(name)
    assert lifecycle.roll_back(name) == ("3", "2")
    assert lifecycle.load(name, "champion").version == "2"
    assert lifecycle.roll_back(name) == ("2", "1")
    with pytest.raises(NoModelError, match="version 1 is the first champion"):
        lifecycle.roll_back(name)
