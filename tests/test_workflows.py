"""The workflow files of template and projects pass the linters for workflows."""

import subprocess
import sys
from pathlib import Path

import pytest
from template import CHOICES, ROOT

TOOLS = Path(sys.executable).parent
GITHUB = ".github/workflows/checks.yml"
OURS = sorted(path.name for path in (ROOT / GITHUB).parent.iterdir())


def check(tool: str, *arguments: str | Path) -> None:
    """Run a tool whose exit code is 0 if it finds nothing."""
    result = subprocess.run([TOOLS / tool, *arguments], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(params=[*OURS, *CHOICES["python_version"]])
def workflow(request, bake_here):
    """One of the template's own, or that of a project for this Python."""
    if request.param in OURS:
        return (ROOT / GITHUB).with_name(request.param)
    return bake_here(python_version=request.param, ci="github") / GITHUB


def test_a_github_workflow_is_safe(workflow):
    check("zizmor", "--offline", "--pedantic", "--no-config", workflow)


def test_a_github_workflow_is_one_that_github_understands(workflow):
    check("check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow)


def test_a_gitlab_pipeline_is_one_that_gitlab_understands(bake_here):
    pipeline = bake_here(ci="gitlab") / ".gitlab-ci.yml"
    check("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", pipeline)
