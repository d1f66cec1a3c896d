"""A project to which a team added a use case and from which it removed the worked examples."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from template import ROOT, commit, copy_template, type_in

from .conftest import IN_TURN, NO_ARCHIVE

pytestmark = pytest.mark.xdist_group("lived")

ANSWERS = '{"deploy_to": "databricks"}'
"""The answer with the most files that name an example or list the jobs."""


@pytest.fixture(scope="module")
def lived() -> Path:
    """A project made by cruft and changed by the commands in its docs, each committed."""
    folder = ROOT / "build" / "samples" / "lived"
    shutil.rmtree(folder, ignore_errors=True)
    copy_template(folder / "template")
    commit(folder / "template")
    create = ("create", "template", "--no-input", f"--extra-context={ANSWERS}")
    subprocess.run([sys.executable, "-m", "cruft", *create], cwd=folder, check=True)
    project = folder / "customer-analytics"
    commit(project)
    for command in ("new -- churn-by-region", "update -- use_cases=none"):
        type_in(f"uv run nox -s {command}", project, **NO_ARCHIVE)
        commit(project)
    return project


def test_the_use_case_is_there_and_the_examples_are_not(lived):
    jobs = {path.stem for path in (lived / "jobs").iterdir()}
    assert jobs == {"churn_by_region", "compare_processing", "prepare_usage", "simulate_usage"}
    assert not (lived / "src/customer_analytics/churn").exists()


def test_it_passes_its_linter_its_types_and_its_tests(lived):
    type_in("uv run nox -s lint types", lived, **NO_ARCHIVE)
    # what `none` leaves as it is passes in the sample without use cases
    elsewhere = ("preparation", "processing", "reporting", "spark", "tables", "tradeoff")
    ignored = " ".join(f"--ignore=tests/{folder}" for folder in elsewhere)
    type_in(f"uv run pytest {ignored}", lived, **NO_ARCHIVE, **IN_TURN)
    type_in("uv run pytest -m cluster tests/cluster -k every_job", lived, **NO_ARCHIVE)


def test_its_notebook_runs(lived):
    type_in("uv run pytest -m slow tests/notebooks -k churn-by-region", lived, **NO_ARCHIVE)
