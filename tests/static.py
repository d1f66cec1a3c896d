"""Checks that every generated project must pass, without installing it."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import yaml


def files_of(project: Path) -> list[str]:
    """Return the project's files, as paths from its root."""
    return sorted(str(p.relative_to(project)) for p in project.rglob("*") if p.is_file())


def check_files(project: Path) -> None:
    """Check that every file parses, has no trace of the template, and is tidy."""
    for name in files_of(project):
        check_file(name, (project / name).read_text(encoding="utf-8"))


@cache  # most files are the same in all of the hundreds of projects
def check_file(name: str, text: str) -> None:
    """Check that a file parses, has no trace of the template, and is tidy."""
    assert re.fullmatch(r"[A-Za-z0-9_./-]+", name), f"not legal everywhere: {name}"
    parse(name, text)
    assert "cookiecutter" not in text, f"{name} holds a trace of the template"
    assert "{%" not in text, f"{name} holds an unrendered tag"
    assert not re.search(r"\b(FIGURE|TODO|FIXME|XXX)\b", text), f"{name} is not finished"
    for number, line in enumerate(text.splitlines(), start=1):
        assert line == line.rstrip(), f"{name}:{number} ends in white space"
    if text:
        assert text.endswith("\n") and not text.endswith("\n\n"), f"{name}: its last line"
    assert not text.startswith("\n"), f"{name} starts with an empty line"


def parse(name: str, text: str) -> None:
    """Parse a file according to its suffix."""
    match Path(name).suffix:
        case ".py":
            ast.parse(text, name)
        case ".toml":
            tomllib.loads(text)
        case ".yml" | ".yaml":
            yaml.safe_load(text)
        case ".json":
            json.loads(text)
        case ".ipynb":
            for cell in json.loads(text)["cells"]:
                assert cell["cell_type"] == "markdown" or cell["outputs"] == [], name
                if cell["cell_type"] == "code":
                    source = "".join(cell["source"])
                    ast.parse("\n".join(x for x in source.splitlines() if not x.startswith("%")))


def check_style(project: Path) -> None:
    """Check that the project passes its own linter and formatter."""
    for command in (["check"], ["format", "--check"]):
        result = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=project,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout + result.stderr
