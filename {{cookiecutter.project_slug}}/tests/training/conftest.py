"""A pool of processes, which takes seconds to start: one for all tests."""

import pytest

from {{ cookiecutter.package_name }}.training.many import pool_of_processes


@pytest.fixture(scope="session")
def pool():
    with pool_of_processes() as pool:
        yield pool
