"""upkeep/new.py makes a use case that passes all checks, or prints one line with the reason."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from upkeep import new

PROJECT = Path(__file__).parents[2]
NAME, MODULE = "made-by-a-test", "made_by_a_test"


@pytest.fixture
def project(tmp_path):
    """A copy of the project, without files that git ignores."""
    ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for folder in ("benchmarks", "jobs", "notebooks", "production", "src", "tests"):
        if (PROJECT / folder).exists():
            shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=ignore)
    for file in (*PROJECT.glob("*.toml"), *PROJECT.glob("*.yml")):
        shutil.copy(file, tmp_path)
    return tmp_path


def contents(project: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}


def run(project: Path, *command: str) -> subprocess.CompletedProcess:
    """Run a tool on a copy, whose package then hides that of the project."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", [NAME, "z", "quite-a-long-name-for-what-is-still-good"])
def test_a_use_case_is_in_the_style_of_the_house_whatever_its_name(project, name, capsys):
    before = contents(project)
    assert new.main([name], project) == 0
    after = contents(project)
    made = [path for path in after if before.get(path) != after[path]]
    printed = capsys.readouterr().out
    for path in made:
        assert f"  {path.relative_to(project).as_posix()}\n" in printed
        assert not re.search("new.use.case", after[path].decode(), re.IGNORECASE)
    assert project / "jobs" / f"{name.replace('-', '_')}.py" in made
    for check in (["check"], ["format", "--check"]):
        found = run(project, "ruff", *check, "--no-cache", ".")
        assert found.returncode == 0, found.stdout


def test_what_is_there_is_not_written_over(project, capsys):
    assert new.main([NAME], project) == 0
    mine = project / "jobs" / f"{MODULE}.py"
    mine.write_text("mine")
    before = contents(project)
    for name in (NAME, MODULE, "tables"):
        assert new.main([name], project) == 2
        assert "already" in capsys.readouterr().err
    assert contents(project) == before


def test_a_test_of_the_same_name_is_enough_to_write_nothing(project, capsys):
    (project / "tests" / "jobs" / f"test_{MODULE}.py").write_text("mine")
    before = contents(project)
    assert new.main([NAME], project) == 2
    assert f"tests/jobs/test_{MODULE}.py" in capsys.readouterr().err
    assert contents(project) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "cannot be the name of a module"),
        (["Churn", "by", "region"], "For example churn-by-region"),
        (["1st"], "a letter first"),
        (["été"], "(a-z)"),
        (["../jobs"], "cannot be the name of a module"),
        (["a" * 41], "up to 40"),
        (["class"], "For example class-report"),
        (["json"], "json is taken"),
        (["pyspark"], "pyspark is taken"),
        (["tests"], "tests is taken"),
        (["con"], "con is taken"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_in_one_line(project, words, said, capsys):
    before = contents(project)
    assert new.main(words, project) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and said in line
    assert contents(project) == before


def test_folders_that_the_team_has_removed_are_not_brought_back(project):
    for folder in ("notebooks", "tests/cluster"):
        shutil.rmtree(project / folder, ignore_errors=True)
    assert new.main([NAME], project) == 0
    assert not (project / "notebooks").exists() and not (project / "tests/cluster").exists()


@pytest.mark.slow
def test_its_own_tests_and_all_that_test_each_job_or_notebook_pass(project):
    assert new.main([NAME], project) == 0
    options = ("-p", "no:cacheprovider", "--verbose", "--ignore=tests/upkeep")
    known_as = ("-m", "not cluster", "-k", f"{MODULE} or {NAME}")
    tested = run(project, "pytest", *options, *known_as)
    assert tested.returncode == 0, tested.stdout
    for place in (f"tests/test_{MODULE}.py", f"tests/jobs/test_{MODULE}.py", f"-{NAME}]"):
        assert place in tested.stdout
