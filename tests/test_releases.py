"""A release has the same version everywhere, and a project can be made from it."""

import re
import tomllib
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter
from template import ROOT, config_in, release

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
HEADING = re.compile(r"^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", re.M)
SEMVER = re.compile(r"\d+\.\d+\.\d+")


def test_the_changelog_tells_of_this_version_before_all_earlier_ones():
    versions = [version for version, _ in HEADING.findall(CHANGELOG) if version != "Unreleased"]
    assert versions[0] == VERSION
    numbers = [tuple(map(int, version.split("."))) for version in versions]
    assert numbers == sorted(set(numbers), reverse=True)


def test_every_version_in_the_changelog_is_semver_and_dated():
    headings = re.findall(r"^## .*$", CHANGELOG, re.M)
    assert all(HEADING.fullmatch(heading) for heading in headings)
    for version, day in HEADING.findall(CHANGELOG):
        assert version == "Unreleased" or (SEMVER.fullmatch(version) and day), version


def test_the_readme_names_this_version_to_check_out():
    assert re.findall(r"--checkout (\S+)", (ROOT / "README.md").read_text()) == [f"v{VERSION}"]


@pytest.fixture
def released(tmp_path: Path) -> str:
    """Where the repository can be cloned from, with a tag of this version."""
    release(tmp_path / "released", f"v{VERSION}")
    return f"git+file://{tmp_path}/released"


def test_a_project_is_made_of_the_tag_without_a_clone_of_ones_own(released, tmp_path):
    project = cookiecutter(
        released,
        checkout=f"v{VERSION}",
        no_input=True,
        output_dir=str(tmp_path),
        config_file=str(config_in(tmp_path)),
    )
    assert Path(project, "jobs/compare_processing.py").exists()
