"""Projects that cover each pair of answers are installed and do what their READMEs promise.

The first sample holds the defaults and runs on the machine's Java. The others are on a machine
without one, and one of them has the answers that break other templates. A step runs on each sample
unless its mark `changed_by` says that only some answers can change what it does.
"""

import json
import os
import shutil
from functools import partial
from importlib.metadata import distributions
from itertools import chain
from pathlib import Path

import pytest
from static import check_files, files_of
from template import ROOT, bake, commit, readme_commands, run, type_in

from .conftest import IN_TURN, NO_ARCHIVE, SAMPLES

changed_by = pytest.mark.changed_by
HOSTILE = {
    "project_name": "O'Brien's \"Größe\" & 漢字 😀 \\",
    "project_slug": "o-briens-groesse",
    "package_name": "a_name_of_forty_letters_which_is_as_most",
    "description": "{'a': [1, \"#\"]} \\u0041 ${HOME} $(id) <b> عربي 😀 ''' \\",
    "author": 'Zoë "Z" O\'Brien \\ 李 👩‍🔬',
}
OF_USE_CASE = {
    "growth-forecasting": (
        "tests/growth",
        "tests/jobs/test_backtest_growth.py",
        "tests/jobs/test_forecast_growth.py",
        "tests/jobs/test_monitor_growth.py",
    ),
    "churn-prediction": (
        "tests/churn",
        "tests/jobs/test_churn_jobs.py",
        "tests/jobs/test_monitor_churn.py",
        "tests/lifecycle",
        "tests/training",
    ),
}
"""Slow tests of what one use case brings."""

SHOWN_ELSEWHERE = (
    *chain(*OF_USE_CASE.values()),  # by the samples with one use case, at the same time
    "tests/jobs/test_compare_processing.py",  # by the commands of the README
    "tests/jobs/test_compare_training.py",
    "tests/upkeep",  # by the project of test_life.py
    "tests/spark/test_class_archive.py",  # archives of classes are made for minutes there
)
"""Slow tests that the default sample leaves out."""

WAYS = {
    "rdd": "pickle",
    "dataframe": "jvm",
    "pandas_on_spark": "jvm",
    "python_udf": "pickle",
    "python_udf_arrow": "arrow",
    "pandas_udf": "arrow",
}


def answers_of(name: str) -> dict[str, str]:
    return SAMPLES[name] | (HOSTILE if name == list(SAMPLES)[1] else {})


@pytest.fixture(scope="module", params=SAMPLES)
def sample(request):
    """A project in build/samples, and a function that runs a command in it."""
    name = request.param
    folder = ROOT / "build" / "samples" / name
    shutil.rmtree(folder, ignore_errors=True)
    python = SAMPLES[name]["python_version"]
    if run(f"uv python find {python}", ROOT).returncode and "CI" not in os.environ:
        pytest.skip(f"Python {python} is neither here nor can it be fetched")
    variables = {"UV_PYTHON": python}
    if name != "default":
        variables |= {"PATH": path_without_java(folder / "bin"), "JAVA_HOME": ""}
        variables |= NO_ARCHIVE | IN_TURN
    project = bake(folder, **answers_of(name))

    yield project, partial(type_in, cwd=project, **variables)
    for environment in (".venv", ".nox"):  # of gigabytes, where no links can be made to the cache
        shutil.rmtree(project / environment, ignore_errors=True)


def path_without_java(folder: Path) -> str:
    """Return a PATH with all commands of this machine except java."""
    folder.mkdir(parents=True)
    for place in os.environ["PATH"].split(os.pathsep):
        for command in Path(place).glob("*"):
            link = folder / command.name
            if not command.name.startswith("java") and not os.path.lexists(link):
                link.symlink_to(command.absolute())
    return str(folder)


def use_cases(project: Path) -> list[str]:
    """Return the use cases of a project."""
    jobs = {"growth-forecasting": "forecast_growth.py", "churn-prediction": "train_churn.py"}
    return [name for name, job in jobs.items() if (project / "jobs" / job).exists()]


def test_made_twice_it_is_the_same_byte_by_byte(sample, request, tmp_path, record_property):
    project, _ = sample
    texts = [(project / name).read_text(encoding="utf-8") for name in files_of(project)]
    record_property(
        "size", f"{len(texts)} files, {sum(text.count(chr(10)) for text in texts):,} lines"
    )
    again = bake(tmp_path, **answers_of(request.node.callspec.params["sample"]))
    first, second = (
        {name: (folder / name).read_bytes() for name in files_of(folder)}
        for folder in (project, again)
    )
    assert first == second


def test_it_is_committed_and_installs(sample):
    project, type_in = sample
    check_files(project)
    commit(project)
    type_in("uv sync")
    assert type_in("git status --porcelain").stdout == "?? uv.lock\n"


@changed_by("use_cases")  # whose samples have each place to deploy to
def test_the_first_commit_is_clean_under_its_own_hooks(sample):
    _, type_in = sample
    type_in("uv run pre-commit run --all-files")
    assert type_in("git status --porcelain").stdout == "?? uv.lock\n"


@changed_by("use_cases")  # whose samples are on each Python
def test_its_types_are_right(sample):
    _, type_in = sample
    type_in("uv run mypy")


@changed_by("use_cases")
def test_the_commands_of_its_readme_work_and_the_jobs_write_what_they_promise(sample):
    project, type_in = sample
    for command in readme_commands(project / "README.md"):
        type_in(command)
    report = json.loads((project / "reports/processing.json").read_text())
    assert {(m["way"], m["task"], m["data_path"]) for m in report} == {
        (way, task, data_path) for way, data_path in WAYS.items() for task in ("charge", "trend")
    }
    assert all(m["equal"] and m["seconds"] > 0 for m in report)
    assert (project / "reports/processing.png").read_bytes().startswith(b"\x89PNG")
    assert "dataframe" in (project / "reports/processing.md").read_text()


@changed_by("use_cases")
def test_its_forecasts_beat_the_seasonal_naive(sample):
    """Checks the figures that the README's commands wrote.

    sMAPE is not among them: simulated customers pause, and it favours forecasts of exactly zero.
    """
    project, _ = sample
    if "growth-forecasting" not in use_cases(project):
        pytest.skip("no growth forecasting was chosen")
    forecast = json.loads((project / "reports/growth_forecast.json").read_text())["models"]
    assert sum(row["customers"] for row in forecast) == 1000
    assert "error" not in {row["model"] for row in forecast}
    backtest = json.loads((project / "reports/growth_backtest.json").read_text())
    scores = {row["method"]: row for row in backtest}
    for method in ("combination", "per-customer", "all-customers"):
        for measure in ("mase", "rmsse"):
            assert scores[method][measure] < 0.85 * scores["seasonal-naive"][measure]
        assert 0.85 <= scores[method]["coverage"] <= 0.97


@changed_by("use_cases")
def test_its_churn_model_is_the_champion_and_scores_everybody(sample):
    """Checks the files that the README's commands wrote."""
    project, _ = sample
    if "churn-prediction" not in use_cases(project):
        pytest.skip("no churn prediction was chosen")
    report = json.loads((project / "reports/churn.json").read_text())
    scores = {row["method"]: row for row in report["methods"]}
    assert scores["all-customers"]["ece"] < 0.03
    for method in ("all-customers", "per-customer"):
        assert scores[method]["roc_auc"] > scores["recency"]["roc_auc"] - 0.01
    assert report["model_version"] == "1"
    assert list((project / "data/processed/churn").glob("as_of=*/part-*.parquet"))
    assert list((project / "models/artifacts").rglob("model.skops"))


@changed_by()
def test_its_sessions_pass(sample):
    """Runs all sessions; of `tests` only one file, because the suite has run above."""
    _, type_in = sample
    for session in ("lint", "types", "notebooks"):
        type_in(f"uv run nox -s {session}", **NO_ARCHIVE)
    others = " ".join(f"--ignore={tests}" for tests in SHOWN_ELSEWHERE)
    type_in(f"uv run nox -s jobs -- {others}", **NO_ARCHIVE)
    python = type_in("uv run python -c 'import sys; print(*sys.version_info[:2], sep=\".\")'")
    result = type_in(
        f"uv run nox -s tests-{python.stdout.strip()} -- tests/test_job.py", **NO_ARCHIVE
    )
    assert "TOTAL" in result.stdout


@changed_by("use_cases")
def test_the_slow_tests_of_its_only_use_case_pass(sample):
    project, type_in = sample
    if len(use_cases(project)) != 1:
        pytest.skip("both use cases were chosen, or none")
    [only] = use_cases(project)
    type_in(f"uv run pytest -m slow {' '.join(OF_USE_CASE[only])}")


@changed_by("license")
def test_its_wheel_and_its_sdist_are_installed_elsewhere(sample, tmp_path):
    project, type_in = sample
    type_in(f"uv build --quiet --out-dir {tmp_path}/dist")
    [package] = (path.name for path in (project / "src").iterdir())
    [wheel], [sdist] = ((tmp_path / "dist").glob(name) for name in ("*.whl", "*.tar.gz"))
    for file in (wheel, sdist):
        python = tmp_path / f"venv{file.suffix}/bin/python"
        type_in(f"uv venv --quiet {python.parents[1]} && uv pip install -q -p {python} {file}")
        told = type_in(f"cd {tmp_path} && {python} -c 'import {package}.reporting as r; print(r)'")
        assert str(python.parents[1]) in told.stdout
        about = f"{project.name.replace('-', '_')}-*.dist-info"
        [licence] = python.parents[1].glob(f"lib/*/site-packages/{about}/licenses/LICENSE")
        assert licence.read_text() == (project / "LICENSE").read_text()


@changed_by()
def test_bad_input_ends_a_job_with_one_line_and_code_2(sample):
    project, type_in = sample
    (project / "data/bad.csv").write_text("customer_id,month,usage\na,2025-01-01,-1\n")
    result = type_in("uv run python jobs/compare_processing.py --usage data/bad.csv", code=2)
    said = result.stderr.splitlines()
    assert len(said) == 1
    assert said[0].startswith("error: usage table (data/bad.csv): column usage is negative in 1")


@changed_by("use_cases", "deploy_to")
def test_no_name_that_it_installs_may_become_the_projects(sample):
    """Fails if a new dependency is missing from the list in hooks/pre_gen_project.py."""
    project, _ = sample
    [packages] = project.glob(".venv/lib/python*/site-packages")
    own = {project.name.replace("-", "_"), *(path.name for path in (project / "src").iterdir())}
    installed = set()
    for distribution in distributions(path=[str(packages)]):
        installed.add(distribution.name)
        top_level = {Path(file).parts[0] for file in distribution.files or []}
        installed |= {name.split(".")[0] for name in top_level if name.endswith(".py")}
        installed |= {name for name in top_level if (packages / name / "__init__.py").exists()}
    normal = {name.replace("-", "_").replace(".", "_").lower() for name in installed}
    hook = (ROOT / "hooks/pre_gen_project.py").read_text()
    taken = set(hook.split('RESERVED_NAMES = set(\n    """')[1].split('"""')[0].split())
    assert {
        name for name in normal - taken - own if name.isidentifier() and name[0] != "_"
    } == set()


def test_all_that_was_made_is_outside_git(sample):
    _, type_in = sample
    assert type_in("git status --porcelain").stdout == "?? uv.lock\n"
