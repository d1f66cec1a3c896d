"""A project from an earlier version, with changes of its team, is updated to this version.

All of it offline: the template is a repository of the test's own. What is here is its release
v0.2.0; v0.1.0, and a commit that is not released yet, are made up from it.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from static import check_style, files_of
from template import PROJECT, ROOT, bake, commit, copy_template, git

SOURCE = "src/customer_analytics"
OURS = f"{SOURCE}/growth/ours.py"
V0_1_0 = "297a7f359658ab20cec17dcdd3573639790cc7ae"
OUR_JOB = """\
import customer_analytics
from customer_analytics import charts, job, simulate, tables
from customer_analytics.session import get_spark
from customer_analytics.tables import BadTableError
from pathlib import Path

try:
    tables.read(get_spark("ours"), "usage", tables.USAGE)
except BadTableError:
    charts.processing([])
"""
OUR_JOB_NOW = """\
import customer_analytics
from customer_analytics.processing import charts
from customer_analytics import job, simulate, tables
from customer_analytics.spark.session import get_spark
from customer_analytics.errors import BadInputError
from pathlib import Path

try:
    tables.read(get_spark("ours"), "usage", tables.USAGE)
except BadInputError:
    charts.processing([])
"""
DELETED = ("jobs/forecast_growth.py", "notebooks/02-growth-forecasting.ipynb", "data/README.md")
"""By the team. The template has changed all of it since."""


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file} does not hold {old!r} any more"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def run(folder: Path, *words: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with an earlier, the current and a later version of the template."""
    repository = tmp_path_factory.mktemp("updates") / "template"
    copy_template(repository)
    make_earlier(repository / PROJECT.name)
    commit(repository)
    git(repository, "tag", "v0.1.0")
    copy_template(repository)
    commit(repository)
    git(repository, "tag", "v0.2.0")
    git(repository, "tag", "v0.3.0-rc1")
    replace(repository / PROJECT.name / "README.md", "## Every day", "## Not released")
    commit(repository)
    return repository


def make_earlier(project: Path) -> None:
    """Take back what a version may bring: a file, a bound, a sentence, changes of examples."""
    (project / "docs/updating.md").unlink()
    replace(project / "pyproject.toml", '"ruff>=0.11,<1"', '"ruff>=0.10,<1"')
    replace(project / "README.md", "Spark runs on this machine", "Spark runs here")
    for name in DELETED:
        replace(project / name, "\n", "\n\n")


@pytest.fixture(scope="session")
def made(template: Path) -> Path:
    """A project of the earlier version, committed."""
    words = ("create", template, "--checkout=v0.1.0", "--no-input")
    assert run(template.parent, "-m", "cruft", *words).returncode == 0
    project = template.parent / "customer-analytics"
    commit(project)
    return project


@pytest.fixture
def lived(made: Path, tmp_path: Path) -> Path:
    """The same after its team has worked on it."""
    project = shutil.copytree(made, tmp_path / "lived")
    live(project)
    commit(project)
    return project


def live(project: Path) -> None:
    """Change a project like a team: add a job, a module, a dependency and words; delete files."""
    shutil.copy(project / "jobs/simulate_usage.py", project / "jobs/our_job.py")
    (project / OURS).parent.mkdir(exist_ok=True)
    (project / OURS).write_text('"""Ours."""\n')
    replace(project / "pyproject.toml", '    "pandas>=', '    "holidays>=0.50,<1",\n    "pandas>=')
    replace(project / "README.md", "What customers use", "Our own words. What customers use")
    for name in DELETED:
        (project / name).unlink(missing_ok=True)


def lived_now(folder: Path, **answers: str) -> dict[str, str]:
    """What a project holds that is made now, and in which the team does the same."""
    project = bake(folder, **answers)
    live(project)
    return contents(project)


def contents(project: Path) -> dict[str, str]:
    """Every file of the team's and the template's: not git's, nor what cruft knows."""
    names = [name for name in files_of(project) if not name.startswith((".git/", ".cruft.json"))]
    return {name: (project / name).read_text(encoding="utf-8") for name in names}


def update(project: Path, *words: str) -> subprocess.CompletedProcess:
    """Do what `nox -s update` does, after it has installed cruft."""
    return run(project, "upkeep/update.py", *words)


def test_what_is_new_arrives_and_what_the_team_did_stays(lived, tmp_path):
    updated = update(lived)
    assert updated.returncode == 0, updated.stderr
    assert "+# Updates from the template" in updated.stdout
    assert "A  docs/updating.md" in updated.stdout.splitlines()
    assert contents(lived) == lived_now(tmp_path)
    check_style(lived)
    commit(lived)
    assert run(lived, "-m", "cruft", "check", "--checkout=v0.2.0").returncode == 0
    assert "up to date" in update(lived).stdout
    assert git(lived, "status", "--porcelain") == ""


def test_a_version_may_be_named_and_a_project_that_is_ahead_of_releases_does_not_go_back(lived):
    assert update(lived, "main").returncode == 0
    ahead = contents(lived)
    assert "## Not released" in ahead["README.md"]
    commit(lived)
    assert update(lived).returncode == 0
    assert contents(lived) == ahead


def test_a_project_may_be_a_folder_of_a_repository(lived, tmp_path):
    shutil.rmtree(lived / ".git")
    repository = tmp_path / "repository"
    project = Path(shutil.move(lived, repository / "parts" / "analytics"))
    commit(repository)
    assert update(project).returncode == 0
    assert contents(project) == lived_now(tmp_path)


def test_lines_that_both_changed_are_a_conflict_which_can_be_undone(lived):
    replace(lived / "README.md", "Spark runs here", "Spark runs where we like")
    commit(lived)
    before = contents(lived)
    updated = update(lived)
    assert updated.returncode == 1
    [said] = updated.stderr.splitlines()
    assert said.startswith("error: in conflict: README.md. ")
    assert "<<<<<<<" in (lived / "README.md").read_text()
    assert (lived / "docs/updating.md").exists()
    git(lived, "reset", "--quiet", "--hard")
    assert contents(lived) == before


def test_what_is_to_be_skipped_is_left_alone(lived):
    replace(lived / ".cruft.json", "{", '{"skip": ["docs/*.md"],')
    replace(
        lived / "pyproject.toml", "[tool.mypy]", '[tool.cruft]\nskip = ["README.md"]\n[tool.mypy]'
    )
    commit(lived)
    assert update(lived).returncode == 0
    assert not (lived / "docs/updating.md").exists()
    assert "Spark runs here" in (lived / "README.md").read_text()
    assert "ruff>=0.11" in (lived / "pyproject.toml").read_text()
    assert '"docs/*.md"' in (lived / ".cruft.json").read_text()


def test_the_examples_are_removed_without_a_trace_and_the_teams_files_stay(lived, tmp_path):
    cache = lived / SOURCE / "churn/__pycache__"
    cache.mkdir()
    (cache / "card.pyc").touch()
    assert update(lived).returncode == 0
    commit(lived)
    removed = update(lived, "use_cases=none")
    assert removed.returncode == 0, removed.stderr
    assert not cache.parent.exists()
    assert contents(lived) == lived_now(tmp_path, use_cases="none")
    check_style(lived)
    commit(lived)
    again = update(lived, "use_cases=none")
    assert (again.returncode, "up to date" in again.stdout) == (0, True)


def test_an_example_that_the_team_changed_is_removed_only_if_they_say_so(lived):
    with (lived / "jobs/train_churn.py").open("a") as job:
        job.write("# ours\n")
    commit(lived)
    removed = update(lived, "use_cases=growth-forecasting")
    assert removed.returncode == 1
    assert "in conflict: jobs/train_churn.py. " in removed.stderr
    assert (lived / "jobs/train_churn.py").read_text().endswith("# ours\n")
    assert not (lived / "jobs/score_churn.py").exists()


def test_other_answers_keep_the_version_and_can_be_taken_back(made, tmp_path):
    project = shutil.copytree(made, tmp_path / "project")
    assert update(project, "use_cases=none", "ci=gitlab").returncode == 0
    assert (project / ".gitlab-ci.yml").exists() and not (project / ".github").exists()
    assert not (project / "docs/updating.md").exists()
    commit(project)
    assert update(project, "use_cases=both", "ci=github").returncode == 0
    assert contents(project) == contents(made)
    assert (project / ".cruft.json").read_text() == (made / ".cruft.json").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["usecases=none"], "usecases is not a question of the template. It asks project_name, "),
        (["use_cases=all"], "the choices are ['both', 'growth-forecasting'"),
        (["package_name=class"], "package_name 'class' is a name of Python itself"),
        (["v9"], "Failed to check out the reference v9"),
        (["v1", "v2"], "v1 v2 is not a version: give one tag, branch or commit"),
        (["--force"], "--force is not a version"),
    ],
)
def test_what_cannot_be_brought_in_is_refused_in_one_line(lived, words, said):
    check_refused(lived, said, *words)


def test_a_project_that_is_not_committed_is_refused(lived):
    (lived / "new.txt").touch()
    check_refused(lived, "1 changes are not committed, for example new.txt")


def test_a_project_outside_git_is_refused(lived):
    shutil.rmtree(lived / ".git")
    check_refused(lived, "the project is not in git")


def test_a_project_that_does_not_know_its_template_is_refused(lived):
    (lived / ".cruft.json").unlink()
    commit(lived)
    check_refused(lived, "uvx cruft link ADDRESS")


def test_a_template_that_is_not_there_is_named(lived, template):
    replace(lived / ".cruft.json", str(template), f"{template}-gone")
    commit(lived)
    check_refused(lived, f"{template}-gone")


@pytest.fixture(scope="module")
def from_0_1_0(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the real 0.1.0, with a job, a module and edits of a team, updated to today."""
    if subprocess.run(
        ["git", "cat-file", "-e", V0_1_0], cwd=ROOT, stderr=subprocess.DEVNULL
    ).returncode:
        pytest.skip("0.1.0 is not in this clone's history, which is shallow")
    folder = tmp_path_factory.mktemp("from_0_1_0")
    repository = folder / "template"
    git(folder, "clone", "--quiet", "--no-checkout", str(ROOT), str(repository))
    git(repository, "checkout", "--quiet", "-B", "main", V0_1_0)
    git(repository, "tag", "--force", "v0.1.0")
    for name in git(repository, "ls-files").splitlines():
        (repository / name).unlink()
    copy_template(repository)
    commit(repository)
    git(repository, "tag", "--force", "v0.2.0")

    words = ("create", repository, "--checkout=v0.1.0", "--no-input")
    assert run(folder, "-m", "cruft", *words).returncode == 0
    project = folder / "customer-analytics"
    (project / "jobs/our_job.py").write_text(OUR_JOB)
    (project / SOURCE / "ours.py").write_text("from .tables import BadTableError\n")
    zypper = '    "zypper": '
    replace(project / SOURCE / "java.py", zypper, f'    "ours": "install java",\n{zypper}')
    commit(project)
    updated = update(project)
    assert updated.returncode == 0, updated.stderr
    assert run(project, "upkeep/moved.py").returncode == 0
    return project


def test_a_project_of_0_1_0_keeps_its_edits_where_modules_moved(from_0_1_0):
    moved = git(from_0_1_0, "diff", "--name-status", "--find-renames", "--cached", "HEAD")
    assert re.search(rf"^R\d+\t{SOURCE}/java.py\t{SOURCE}/spark/java.py$", moved, re.M)
    assert '"ours": "install java"' in (from_0_1_0 / SOURCE / "spark/java.py").read_text()


def test_a_job_and_a_module_of_a_team_import_from_where_modules_are_now(from_0_1_0):
    assert (from_0_1_0 / "jobs/our_job.py").read_text() == OUR_JOB_NOW
    ours = (from_0_1_0 / SOURCE / "ours.py").read_text()
    assert ours == "from customer_analytics.errors import BadInputError\n"


def check_refused(project: Path, said: str, *words: str) -> None:
    before = contents(project)
    refused = update(project, *words)
    assert refused.returncode == 2
    [line] = refused.stderr.splitlines()
    assert line.startswith("error: ") and said in line
    assert contents(project) == before
