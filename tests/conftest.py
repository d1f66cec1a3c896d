"""Fixtures of the template's tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from template import bake


@pytest.fixture(scope="session")
def default_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project from all default answers; read-only for tests."""
    return bake(tmp_path_factory.mktemp("default"))


@pytest.fixture
def bake_here(tmp_path: Path) -> Callable[..., Path]:
    """Make a project in the test's own folder."""
    return lambda **answers: bake(tmp_path, **answers)
