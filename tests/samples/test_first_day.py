"""The template's own README, typed by somebody who has Python and pip: its commands work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from template import ROOT, readme_commands, run

INSTALL, MAKE, DEMO, TESTS = readme_commands(ROOT / "README.md")


@pytest.fixture
def newcomer(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing is installed; cookiecutter keeps its files in tmp_path."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    config = tmp_path / "config.yaml"
    config.write_text(f"cookiecutters_dir: {tmp_path}/cloned\nreplay_dir: {tmp_path}/replay\n")
    return {
        "PATH": f"{tmp_path}/venv/bin{os.pathsep}{os.environ['PATH']}",
        "COOKIECUTTER_CONFIG": str(config),
        "UV_PYTHON": sys.executable,
        "UV_FIND_LINKS": "",
    }


def test_a_first_chart_is_drawn_with_what_the_readme_tells_to_type(newcomer, tmp_path):
    released = tmp_path / "released"
    version = MAKE.split()[-1]
    clone = f"git clone --quiet {ROOT} {released} && git -C {released} tag --force {version}"
    make = MAKE.replace("https://github.com/ORG/cookiecutter-spark-data-science", str(released))
    for command in (clone, INSTALL, f"{make} --no-input"):
        result = run(command, tmp_path, **newcomer)
        assert result.returncode == 0, result.stdout + result.stderr
    project = tmp_path / "customer-analytics"
    first = readme_commands(project / "README.md")[0]
    assert first in (ROOT / "README.md").read_text()
    result = run(first, project, **newcomer)
    assert result.returncode == 0, result.stdout + result.stderr
    assert (project / "reports/processing.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.repeats  # its commands are those of the default sample's README
def test_the_demo_tells_where_its_pictures_are(newcomer, tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    result = run(DEMO, clone, **newcomer)
    assert result.returncode == 0, result.stdout + result.stderr
    pictures = [line.strip() for line in result.stdout.splitlines() if line.endswith(".png")]
    told = {Path(picture).name for picture in pictures}
    assert told >= {"processing.png", "growth_backtest.png", "churn.png", "training.png"}
    assert all((clone / picture).exists() for picture in pictures[-len(told) :])
