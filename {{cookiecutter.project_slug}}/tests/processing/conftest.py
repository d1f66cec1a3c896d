"""The ways to be tested: all that can be gone in the open session."""

import pytest

from {{ cookiecutter.package_name }}.processing import WAYS
from {{ cookiecutter.package_name }}.processing.compare import left_out


@pytest.fixture(params=WAYS)
def way(request, spark) -> str:
    """The name of each way; one that cannot be gone is skipped with the reason."""
    if request.param in left_out():
        pytest.skip(left_out()[request.param])
    return request.param
