"""The commands of the template's README work on a machine that has only Python and pip."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from template import ROOT, clone, config_in, readme_commands, type_in

INSTALL, MAKE, DEMO, TESTS = readme_commands(ROOT / "README.md")


@pytest.fixture
def newcomer(tmp_path: Path) -> dict[str, str]:
    """Environment variables of a Python without packages; cookiecutter writes to tmp_path."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    return {
        "PATH": f"{tmp_path}/venv/bin{os.pathsep}{os.environ['PATH']}",
        "COOKIECUTTER_CONFIG": str(config_in(tmp_path)),
        "UV_PYTHON": sys.executable,
        "UV_FIND_LINKS": "",
    }


def test_a_first_chart_is_drawn_with_what_the_readme_tells_to_type(newcomer, tmp_path):
    released = tmp_path / "released"
    clone(released)
    make = MAKE.replace("https://github.com/ORG/cookiecutter-spark-data-science", str(released))
    type_in(INSTALL, tmp_path, **newcomer)
    type_in(f"{make} --no-input", tmp_path, **newcomer)
    project = tmp_path / "customer-analytics"
    first = readme_commands(project / "README.md")[0]
    assert first in (ROOT / "README.md").read_text()
    type_in(first, project, **newcomer)
    assert (project / "reports/processing.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.repeats  # its commands are those of the default sample's README
def test_the_demo_tells_where_its_pictures_are(newcomer, tmp_path):
    cloned = tmp_path / "clone"
    clone(cloned)
    printed = type_in(DEMO, cloned, **newcomer).stdout
    pictures = [line.strip() for line in printed.splitlines() if line.endswith(".png")]
    told = {Path(picture).name for picture in pictures}
    assert told >= {"processing.png", "growth_backtest.png", "churn.png", "training.png"}
    assert all((cloned / picture).exists() for picture in pictures[-len(told) :])
