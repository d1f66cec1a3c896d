"""The file of bounds is read, and a mistake in it is refused in one line."""

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.monitoring import bounds
from {{ cookiecutter.package_name }}.monitoring.limits import Limits, Rates

NAMES = ["wape", "rows"]


def test_rates_and_bounds_are_those_of_the_file(tmp_path):
    path = tmp_path / "bounds.toml"
    path.write_text("act = 0.01\n[wape]\nhigh = 0.5\n[rows]\nlow = 1\nhigh = 2\n")
    assert bounds.read(path, NAMES) == (
        Rates(act=0.01, watch=0.01),
        {"wape": Limits(None, 0.5), "rows": Limits(1.0, 2.0)},
    )
    assert bounds.read(None, NAMES) == (Rates(), {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[wapes]\nhigh = 1\n", "wapes is none of: act, watch, wape, rows"),
        ("[wape]\nmost = 1\n", r"\[wape\] takes low, high or both"),
        ("[wape]\nhigh = '1'\n", "wape.high must be a number, not '1'"),
        ("act = 2\n", "between 0 and 1"),
        ("act =\n", "cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_refused(tmp_path, text, told):
    path = tmp_path / "bounds.toml"
    path.write_text(text)
    with pytest.raises(BadInputError, match=told):
        bounds.read(path, NAMES)
