"""Fixtures of the template's tests."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cookiecutter import generate
from jinja2 import Environment
from template import bake


@pytest.fixture(scope="session", autouse=True)
def each_file_is_compiled_once() -> Iterator[None]:
    """Keep what Jinja made of each file: hundreds of projects are made of the same ones."""
    compile_anew, made = Environment.compile, {}

    def compile_once(environment: Environment, *source: str | None) -> Any:
        if source not in made:
            made[source] = compile_anew(environment, *source)
        return made[source]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Environment, "compile", compile_once)
        patch.setattr(generate, "is_binary", cache(generate.is_binary))
        yield


@pytest.fixture(scope="session")
def default_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project from all default answers; read-only for tests."""
    return bake(tmp_path_factory.mktemp("default"))


@pytest.fixture
def bake_here(tmp_path: Path) -> Callable[..., Path]:
    """Make a project in the test's own folder."""
    return lambda **answers: bake(tmp_path, **answers)
