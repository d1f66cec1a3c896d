"""A release has the same version everywhere, and a project can be made from it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter
from template import ROOT, config_in, git, readme_commands, release

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


def test_the_readmes_command_makes_a_project_of_a_repository_without_tags(tmp_path):
    git(ROOT, "clone", "--quiet", "--no-tags", str(ROOT), str(tmp_path / "untagged"))
    [command] = [line for line in readme_commands(ROOT / "README.md") if "cruft create" in line]
    address = "https://github.com/ORG/cookiecutter-spark-data-science"
    assert command == f"cruft create {address}"
    words = command.replace(address, str(tmp_path / "untagged")).split()
    typed = [sys.executable, "-m", *words]
    subprocess.run(typed, cwd=tmp_path, check=True, capture_output=True, input=b"\n" * 50)
    assert (tmp_path / "customer-analytics/jobs/compare_processing.py").exists()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A clone of the template with `gh` in its path, which writes down what it is asked."""
    git(ROOT, "clone", "--quiet", "--bare", "--no-tags", str(ROOT), str(tmp_path / "origin"))
    git(ROOT, "clone", "--quiet", str(tmp_path / "origin"), str(tmp_path / "clone"))
    shutil.copy(ROOT / ".ci/release", tmp_path / "clone/.ci/release")
    (tmp_path / "gh").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/asked\n')
    (tmp_path / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return tmp_path / "clone"


def asked_of_github(repository, changelog):
    """What the release script asks of GitHub when the changelog begins so."""
    (repository / "CHANGELOG.md").write_text(changelog)
    asked = repository.parent / "asked"
    asked.unlink(missing_ok=True)
    subprocess.run([sys.executable, ".ci/release"], cwd=repository, check=True)
    return asked.read_text().splitlines() if asked.exists() else []


def test_a_new_version_gets_a_tag_and_a_release_with_its_notes(repository):
    earlier = "## [0.0.1] - 2025-01-01\n\n- Old.\n"
    changelog = f"# Changelog\n\n## [{VERSION}] - 2026-01-01\n\n- New.\n\n{earlier}"
    head = git(repository, "rev-parse", "HEAD").strip()
    tag = f"v{VERSION}"
    expected = ["release", "create", tag, "--target", head, "--title", tag, "--notes", "- New."]
    assert asked_of_github(repository, changelog) == expected


def test_a_version_that_has_a_tag_or_unreleased_changes_is_not_released(repository):
    version = f"## [{VERSION}] - 2026-01-01\n"
    assert asked_of_github(repository, f"## [Unreleased]\n\n- New.\n\n{version}") == []
    git(repository, "tag", f"v{VERSION}")
    git(repository, "push", "--quiet", "origin", f"v{VERSION}")
    assert asked_of_github(repository, version) == []
