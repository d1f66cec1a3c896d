"""Every combination of options gives exactly its files, and all of them are valid."""

import re
import subprocess
import sys
import tomllib
from functools import cache

import pytest
import yaml
from static import check_files, check_style, files_of
from template import CHOICES, covering_set, full_product

SOURCE = "src/customer_analytics"
TREE = {
    ".devcontainer/devcontainer.json",
    ".editorconfig",
    ".gitignore",
    ".pre-commit-config.yaml",
    "LICENSE",
    "README.md",
    "benchmarks/_report.py",
    "benchmarks/_start.py",
    "benchmarks/prepare_usage.py",
    "benchmarks/processing.py",
    "benchmarks/reading.py",
    "benchmarks/startup.py",
    "data/README.md",
    "docs/choosing.md",
    "docs/clusters.md",
    "docs/exit-codes.md",
    "docs/new-use-case.md",
    "docs/production.md",
    "docs/security.md",
    "docs/speed.md",
    "docs/tables.md",
    "docs/updating.md",
    "jobs/compare_processing.py",
    "jobs/prepare_usage.py",
    "jobs/simulate_usage.py",
    "models/README.md",
    "notebooks/01-five-ways.ipynb",
    "noxfile.py",
    "production/connect.py",
    "production/package.py",
    "production/submit.py",
    "production/warm.py",
    "pyproject.toml",
    "reports/README.md",
    f"{SOURCE}/__init__.py",
    f"{SOURCE}/arguments.py",
    f"{SOURCE}/errors.py",
    f"{SOURCE}/inputs.py",
    f"{SOURCE}/job.py",
    f"{SOURCE}/measuring.py",
    f"{SOURCE}/periods.py",
    f"{SOURCE}/phases.py",
    *(
        f"{SOURCE}/preparation/{name}.py"
        for name in (
            *("__init__", "amounts", "completeness", "events", "options", "report", "survey"),
            *("times", "usage"),
        )
    ),
    f"{SOURCE}/parsing.py",
    f"{SOURCE}/processing/__init__.py",
    f"{SOURCE}/processing/charts.py",
    f"{SOURCE}/processing/compare.py",
    f"{SOURCE}/processing/dataframe.py",
    f"{SOURCE}/processing/pandas_on_spark.py",
    f"{SOURCE}/processing/pandas_udf.py",
    f"{SOURCE}/processing/plan.py",
    f"{SOURCE}/processing/python_udf.py",
    f"{SOURCE}/processing/python_udf_arrow.py",
    f"{SOURCE}/processing/rdd.py",
    f"{SOURCE}/processing/tasks.py",
    f"{SOURCE}/py.typed",
    f"{SOURCE}/reporting/__init__.py",
    f"{SOURCE}/run_log.py",
    f"{SOURCE}/sampling.py",
    f"{SOURCE}/reporting/charts.py",
    f"{SOURCE}/reporting/console.py",
    f"{SOURCE}/reporting/files.py",
    f"{SOURCE}/reporting/markdown.py",
    f"{SOURCE}/reporting/page.py",
    f"{SOURCE}/simulate/__init__.py",
    f"{SOURCE}/simulate/months.py",
    f"{SOURCE}/simulate/random_numbers.py",
    f"{SOURCE}/simulate/traits.py",
    f"{SOURCE}/spark/__init__.py",
    f"{SOURCE}/spark/class_archive.py",
    f"{SOURCE}/spark/connectors.py",
    f"{SOURCE}/spark/interruption.py",
    f"{SOURCE}/spark/fork_server.py",
    f"{SOURCE}/spark/java.py",
    f"{SOURCE}/spark/log4j2.properties",
    f"{SOURCE}/spark/make_class_archive.py",
    f"{SOURCE}/spark/session.py",
    f"{SOURCE}/spark/versions.py",
    f"{SOURCE}/spark/warm.py",
    f"{SOURCE}/spark/worker_daemon.py",
    f"{SOURCE}/tables/__init__.py",
    f"{SOURCE}/tables/casting.py",
    f"{SOURCE}/tables/checking.py",
    f"{SOURCE}/tables/columns.py",
    f"{SOURCE}/tables/column_names.py",
    f"{SOURCE}/tables/coverage.py",
    f"{SOURCE}/tables/csv_files.py",
    f"{SOURCE}/tables/destinations.py",
    f"{SOURCE}/tables/dialects.py",
    f"{SOURCE}/tables/faults.py",
    f"{SOURCE}/tables/folders.py",
    f"{SOURCE}/tables/formats.py",
    f"{SOURCE}/tables/frequencies.py",
    f"{SOURCE}/tables/hadoop_files.py",
    f"{SOURCE}/tables/ids.py",
    f"{SOURCE}/tables/json_files.py",
    f"{SOURCE}/tables/manifest.py",
    f"{SOURCE}/tables/opening.py",
    f"{SOURCE}/tables/orc_files.py",
    f"{SOURCE}/tables/parquet_files.py",
    f"{SOURCE}/tables/quarantine.py",
    f"{SOURCE}/tables/reading.py",
    f"{SOURCE}/tables/places.py",
    f"{SOURCE}/tables/rules.py",
    f"{SOURCE}/tables/schemas.py",
    f"{SOURCE}/tables/sources.py",
    f"{SOURCE}/tables/transactions.py",
    f"{SOURCE}/tables/unfinished.py",
    f"{SOURCE}/tables/urls.py",
    f"{SOURCE}/tables/vintages.py",
    f"{SOURCE}/tables/writing.py",
    "tests/cluster/conftest.py",
    "tests/cluster/hadoop_services.py",
    "tests/cluster/spark_process.py",
    "tests/cluster/stores.py",
    "tests/cluster/test_faults.py",
    "tests/cluster/test_hadoop.py",
    "tests/cluster/test_jobs_on_a_cluster.py",
    "tests/cluster/test_stores.py",
    "tests/conftest.py",
    "tests/jobs/test_as_processes.py",
    "tests/jobs/test_compare_processing.py",
    "tests/jobs/test_prepare_usage.py",
    "tests/jobs/test_simulate_usage.py",
    "tests/legible.py",
    "tests/plans.py",
    "tests/notebooks/test_notebooks.py",
    *(
        f"tests/preparation/test_{name}.py"
        for name in ("amounts", "completeness", "survey", "times", "usage")
    ),
    "tests/processing/conftest.py",
    "tests/processing/test_charts.py",
    "tests/processing/test_compare.py",
    "tests/processing/test_plan.py",
    "tests/processing/test_tasks.py",
    "tests/processing/test_ways.py",
    "tests/production/test_connect.py",
    "tests/production/test_package.py",
    "tests/production/test_submit.py",
    "tests/production/test_warm.py",
    "tests/reporting/test_console.py",
    "tests/reporting/test_files.py",
    "tests/reporting/test_page.py",
    "tests/reporting/test_page_in_a_browser.py",
    "tests/spark/test_class_archive.py",
    "tests/spark/test_connectors.py",
    "tests/spark/test_fork_server.py",
    "tests/spark/test_java.py",
    "tests/spark/test_session.py",
    "tests/spark/test_versions.py",
    "tests/spark/test_warm.py",
    "tests/tables/test_casting.py",
    "tests/tables/test_coverage.py",
    "tests/tables/test_csv_files.py",
    "tests/tables/test_destinations.py",
    "tests/tables/test_folders.py",
    "tests/tables/test_dialects.py",
    "tests/tables/test_faults.py",
    "tests/tables/test_frequencies.py",
    "tests/tables/test_json_and_orc.py",
    "tests/tables/test_manifest.py",
    "tests/tables/test_parquet_files.py",
    "tests/tables/test_places.py",
    "tests/tables/test_quarantine.py",
    "tests/tables/test_sources.py",
    "tests/tables/test_tables.py",
    "tests/tables/test_transactions.py",
    "tests/tables/test_urls.py",
    "tests/tables/test_vintages.py",
    "tests/tables/test_writing.py",
    "tests/test_benchmarks.py",
    "tests/test_job.py",
    "tests/test_architecture.py",
    "tests/test_measuring.py",
    "tests/test_periods.py",
    "tests/test_phases.py",
    "tests/test_run_log.py",
    "tests/test_sampling.py",
    "tests/test_simulate.py",
    "tests/upkeep/test_new.py",
    "upkeep/moved.py",
    "upkeep/new.py",
    "upkeep/update.py",
    "upkeep/use_case/cluster_tests.py",
    "upkeep/use_case/function.py",
    "upkeep/use_case/function_tests.py",
    "upkeep/use_case/job.py",
    "upkeep/use_case/job_tests.py",
    "upkeep/use_case/notebook.ipynb",
    "upkeep/words.txt",
}
MONITORING = {
    "docs/monitoring.md",
    "jobs/check_usage.py",
    "production/alert.py",
    "production/monthly.py",
    "production/planning.py",
    "production/processes.py",
    "production/steps.py",
    "tests/jobs/test_check_usage.py",
    "tests/production/test_monthly.py",
    *(f"tests/years/{name}.py" for name in ("company", "picture", "three_years")),
    *(
        f"{SOURCE}/monitoring/{name}.py"
        for name in ("__init__", "bounds", "charts", "inputs", "limits", "report")
    ),
    *(
        f"tests/monitoring/test_{name}.py"
        for name in ("bounds", "inputs", "limits", "monitor_report", "monitoring_charts")
    ),
}
"""What runs and watches either use case."""

USE_CASE_FILES = {
    "growth-forecasting": {
        "benchmarks/arrow_batches.py",
        "benchmarks/accuracy.py",
        "benchmarks/forecast_growth.py",
        "benchmarks/monitor_growth.py",
        "docs/forecasting.md",
        "jobs/backtest_growth.py",
        "jobs/forecast_growth.py",
        "jobs/monitor_growth.py",
        "notebooks/02-growth-forecasting.ipynb",
        f"{SOURCE}/growth/__init__.py",
        f"{SOURCE}/growth/all_customers.py",
        f"{SOURCE}/growth/backtest.py",
        f"{SOURCE}/growth/calibration.py",
        f"{SOURCE}/growth/charts.py",
        f"{SOURCE}/growth/combination.py",
        f"{SOURCE}/growth/features.py",
        f"{SOURCE}/growth/forecasts.py",
        f"{SOURCE}/growth/future.py",
        f"{SOURCE}/growth/future_choice.py",
        f"{SOURCE}/growth/future_effects.py",
        f"{SOURCE}/growth/global_model.py",
        f"{SOURCE}/growth/groups.py",
        f"{SOURCE}/growth/history.py",
        f"{SOURCE}/growth/intermittent.py",
        f"{SOURCE}/growth/monitoring.py",
        f"{SOURCE}/growth/per_customer.py",
        f"{SOURCE}/growth/plausible.py",
        f"{SOURCE}/growth/scores.py",
        f"{SOURCE}/growth/seasonal_naive.py",
        f"{SOURCE}/growth/series.py",
        f"{SOURCE}/growth/total_errors.py",
        f"{SOURCE}/growth/totals.py",
        f"{SOURCE}/growth/training_sample.py",
        "tests/cluster/test_growth_on_a_cluster.py",
        "tests/growth/conftest.py",
        "tests/growth/test_all_customers.py",
        "tests/growth/test_backtest.py",
        "tests/growth/test_calendars.py",
        "tests/growth/test_calibration.py",
        "tests/growth/test_combination.py",
        "tests/growth/test_features.py",
        "tests/growth/test_forecasts.py",
        "tests/growth/test_future.py",
        "tests/growth/test_growth_charts.py",
        "tests/growth/test_intermittent.py",
        "tests/growth/test_methods.py",
        "tests/growth/test_monitoring.py",
        "tests/growth/test_per_customer.py",
        "tests/growth/test_plausible.py",
        "tests/growth/test_scores.py",
        "tests/growth/test_seasonal_naive.py",
        "tests/growth/test_series.py",
        "tests/growth/test_totals.py",
        "tests/jobs/test_backtest_growth.py",
        "tests/jobs/test_forecast_growth.py",
        "tests/jobs/test_monitor_growth.py",
        *MONITORING,
    },
    "churn-prediction": {
        "benchmarks/arrow_batches.py",
        "benchmarks/churn.py",
        "benchmarks/many_models.py",
        "benchmarks/score_churn.py",
        "docs/churn.md",
        "docs/training.md",
        "jobs/compare_training.py",
        "jobs/monitor_churn.py",
        "jobs/promote_model.py",
        "jobs/score_churn.py",
        "jobs/train_churn.py",
        "notebooks/03-churn-prediction.ipynb",
        "notebooks/04-single-node-or-distributed.ipynb",
        f"{SOURCE}/churn/__init__.py",
        f"{SOURCE}/churn/all_customers.py",
        f"{SOURCE}/churn/attributes.py",
        f"{SOURCE}/churn/blend.py",
        f"{SOURCE}/churn/buy_till_you_die.py",
        f"{SOURCE}/churn/card.py",
        f"{SOURCE}/churn/charts.py",
        f"{SOURCE}/churn/coverage.py",
        f"{SOURCE}/churn/description.py",
        f"{SOURCE}/churn/evaluation.py",
        f"{SOURCE}/churn/feature_drift.py",
        f"{SOURCE}/churn/features.py",
        f"{SOURCE}/churn/importance.py",
        f"{SOURCE}/churn/monitoring.py",
        f"{SOURCE}/churn/offers.py",
        f"{SOURCE}/churn/per_customer.py",
        f"{SOURCE}/churn/reason_words.py",
        f"{SOURCE}/churn/reasons.py",
        f"{SOURCE}/churn/recency.py",
        f"{SOURCE}/churn/rfm.py",
        f"{SOURCE}/churn/scores.py",
        f"{SOURCE}/churn/source.py",
        f"{SOURCE}/churn/uncertainty.py",
        f"{SOURCE}/churn/windows.py",
        *MONITORING,
        *(
            f"{SOURCE}/lifecycle/{name}.py"
            for name in (
                *("__init__", "comparison", "holdout", "loading", "measured", "moving"),
                *("options", "promotion", "registration", "removal", "store"),
            )
        ),
        *(
            f"{SOURCE}/training/{name}.py"
            for name in (
                *("__init__", "columns", "deep_learning", "drift", "mllib", "preparation"),
                *("profile", "scikit_learn", "scoring", "shares"),
            )
        ),
        *(
            f"{SOURCE}/tradeoff/{name}.py"
            for name in (
                *("__init__", "charts", "compare", "conclusions", "costs", "crossover", "data"),
                *("many", "segments"),
            )
        ),
        "tests/churn/conftest.py",
        "tests/churn/test_attributes.py",
        "tests/churn/test_blend.py",
        "tests/churn/test_buy_till_you_die.py",
        "tests/churn/test_coverage.py",
        "tests/churn/test_churn_report.py",
        "tests/churn/test_evaluation.py",
        "tests/churn/test_feature_drift.py",
        "tests/churn/test_features.py",
        "tests/churn/test_methods.py",
        "tests/churn/test_monitoring.py",
        "tests/churn/test_offers.py",
        "tests/churn/test_per_customer.py",
        "tests/churn/test_reasons.py",
        "tests/churn/test_scores.py",
        "tests/churn/test_source.py",
        "tests/churn/test_windows.py",
        "tests/cluster/test_churn_on_a_cluster.py",
        "tests/jobs/test_churn_jobs.py",
        "tests/jobs/test_compare_training.py",
        "tests/jobs/test_monitor_churn.py",
        "tests/production/test_planning.py",
        "tests/lifecycle/conftest.py",
        "tests/lifecycle/test_comparison.py",
        "tests/lifecycle/test_holdout.py",
        "tests/lifecycle/test_loading.py",
        "tests/lifecycle/test_options.py",
        "tests/lifecycle/test_promotion.py",
        "tests/lifecycle/test_registration.py",
        "tests/lifecycle/test_store.py",
        "tests/training/test_columns.py",
        "tests/training/test_drift.py",
        "tests/tradeoff/test_compare.py",
        "tests/tradeoff/test_crossover.py",
        "tests/tradeoff/test_segments.py",
        "tests/training/test_trainers.py",
        "tests/training/test_training.py",
    },
}
DEPLOY_FILES = {
    "spark-submit": set(),
    "databricks": {
        "databricks.yml",
        "docs/databricks.md",
        "tests/test_databricks.py",
        "upkeep/use_case/databricks.yml",
    },
    "kubernetes": {
        "production/kubernetes/Dockerfile",
        "production/kubernetes/Dockerfile.dockerignore",
        "production/kubernetes/access.yaml",
        "production/kubernetes/jobs.yaml",
        "tests/production/test_kubernetes.py",
    },
}
AIRFLOW_FILES = {"production/airflow/monthly_run.py"}
"""The DAG of the monthly run, which projects with a use case have."""

TRACES = {
    "growth-forecasting": re.compile(r"statsforecast|joblib|backtest|growth/|\.growth\b"),
    "churn-prediction": re.compile(r"mlflow|skops|lifecycle|train_churn|churn/|\.churn\b", re.I),
}
"""What tells of a use case. Simulated customers grow and churn in every project."""

TRACES_OF_PLACES = {
    "databricks": re.compile("databricks", re.I),
    "kubernetes": re.compile("production/kubernetes|kubeflow|hadolint", re.I),
    "airflow": re.compile("airflow", re.I),
}
CI_FILES = {"github": {".github/workflows/checks.yml"}, "gitlab": {".gitlab-ci.yml"}, "none": set()}
LICENCE_WORDS = {
    "MIT": "Permission is hereby granted, free of charge",
    "Apache-2.0": "Version 2.0, January 2004",
    "BSD-3-Clause": "Neither the name of the copyright holder",
    "Proprietary": "All rights reserved.\n\nThis software and its documentation are confidential",
}


@cache  # most files are the same in all of the hundreds of projects
def tells_of(word: str, text: str) -> bool:
    """Return whether a text has a trace of a use case or of a place."""
    return bool((TRACES | TRACES_OF_PLACES)[word].search(text))


@pytest.fixture(params=full_product(), ids=lambda answers: "-".join(answers.values()))
def baked(request, bake_here):
    return bake_here(**request.param), request.param


def test_a_project_is_what_was_chosen_and_no_more(baked):
    project, answers = baked
    check_files(project)
    chosen = {"both": list(USE_CASE_FILES), "none": []}.get(
        answers["use_cases"], [answers["use_cases"]]
    )
    brought = set().union(*(USE_CASE_FILES[use_case] for use_case in chosen))
    has_dag = answers["scheduler"] == "airflow" and answers["use_cases"] != "none"
    brought |= AIRFLOW_FILES if has_dag else set()
    assert set(files_of(project)) == (
        TREE | brought | DEPLOY_FILES[answers["deploy_to"]] | CI_FILES[answers["ci"]]
    )
    left_out = USE_CASE_FILES.keys() - set(chosen)
    left_out |= TRACES_OF_PLACES.keys() - {answers["deploy_to"], "airflow" if has_dag else None}
    for name in files_of(project):
        text = (project / name).read_text()
        assert [word for word in left_out if tells_of(word, text)] == [], name

    settings = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    python = answers["python_version"]
    assert settings["requires-python"] == f">={python},<3.14"

    licence = (project / "LICENSE").read_text()
    assert LICENCE_WORDS[answers["license"]] in licence
    assert "Copyright" in licence and "The Customer Analytics team" in licence
    spdx = {"Proprietary": "LicenseRef-Proprietary"}.get(answers["license"], answers["license"])
    assert settings["license"] == spdx

    if answers["ci"] == "github":
        workflow = yaml.safe_load((project / ".github/workflows/checks.yml").read_text())
        steps = workflow["jobs"]["nox"]["steps"]
        supported = [version for version in CHOICES["python_version"] if version >= python]
        # the last one that is set up is the one that runs nox: the oldest
        assert steps[1]["with"]["python-version"].split() == supported[::-1]
        assert workflow["concurrency"]["group"] == "${{ github.workflow }}-${{ github.ref }}"
    if answers["ci"] == "gitlab":
        pipeline = yaml.safe_load((project / ".gitlab-ci.yml").read_text())
        assert pipeline["checks"]["image"] == f"python:{python}"


def test_every_licence_use_case_and_ci_is_known_to_this_test():
    assert list(LICENCE_WORDS) == CHOICES["license"]
    assert list(CI_FILES) == CHOICES["ci"]
    assert list(DEPLOY_FILES) == CHOICES["deploy_to"]
    assert CHOICES["scheduler"] == ["none", "airflow"]
    assert ["both", *USE_CASE_FILES, "none"] == CHOICES["use_cases"]


@pytest.mark.parametrize("use_cases", CHOICES["use_cases"])
def test_databricks_gets_all_jobs_and_no_others(bake_here, use_cases):
    """The project's own test, which tells more, runs in samples with some use cases only."""
    project = bake_here(use_cases=use_cases, deploy_to="databricks")
    jobs = yaml.safe_load((project / "databricks.yml").read_text())["resources"]["jobs"]
    workflow = [] if use_cases == "none" else ["monthly"]
    assert sorted(jobs) == sorted(
        [*workflow, *(path.stem for path in (project / "jobs").glob("*.py"))]
    )


def test_a_run_of_airflow_without_a_logical_date_is_of_the_month_before_its_start(bake_here):
    """`airflow dags trigger` gives none. Airflow and the command of the step are replaced."""
    project = bake_here(scheduler="airflow")
    program = """
import runpy, subprocess, sys
from datetime import datetime
from types import SimpleNamespace
from unittest.mock import MagicMock
class Task:
    __call__ = __rshift__ = __rrshift__ = lambda self, *_, **__: self
sdk = MagicMock(task=lambda **_: lambda _: Task())
sys.modules |= {"airflow": MagicMock(), "airflow.sdk": sdk, "airflow.sdk.exceptions": sdk}
dag = runpy.run_path("production/airflow/monthly_run.py")
subprocess.run = lambda words, **_: print(words[words.index("--as-of") + 1]) or Ended
Ended = SimpleNamespace(returncode=0)
day = datetime(2026, 3, 31)
by_hand = SimpleNamespace(run_after=day)
dag["run_step"]("x", dag_run=by_hand)
dag["run_after_act"]("x", True, dag_run=by_hand)
dag["run_step"]("x", datetime(2026, 1, 2), by_hand)
"""
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["2026-02", "2026-02", "2025-12"]


@pytest.mark.parametrize("deploy_to", CHOICES["deploy_to"])
@pytest.mark.parametrize("use_cases", CHOICES["use_cases"])
@pytest.mark.parametrize("python", CHOICES["python_version"])
def test_a_project_is_clean_under_its_own_linter(bake_here, python, use_cases, deploy_to):
    scheduler = "airflow" if deploy_to == "kubernetes" else "none"
    answers = {"use_cases": use_cases, "deploy_to": deploy_to, "scheduler": scheduler}
    check_style(bake_here(python_version=python, **answers))


@pytest.mark.parametrize("deploy_to", CHOICES["deploy_to"])
@pytest.mark.parametrize("version", CHOICES["spark_version"])
def test_one_minor_of_spark_is_installed_and_named(bake_here, version, deploy_to):
    project = bake_here(spark_version=version, deploy_to=deploy_to)
    settings = tomllib.loads((project / "pyproject.toml").read_text())
    required = [*settings["project"]["dependencies"], *settings["dependency-groups"]["dev"]]
    below = f"4.{int(version[2:]) + 1}"
    pinned = f"pyspark[connect,pandas_on_spark]>={version},<{below}"
    assert [name for name in required if name.startswith("pyspark")] == [pinned]
    assert f"Spark {version}" in (project / "docs/clusters.md").read_text()


def test_the_samples_run_the_quick_suite_on_each_minor_of_spark():
    first = {answers["use_cases"]: answers["spark_version"] for answers in covering_set()[::-1]}
    assert set(first.values()) == set(CHOICES["spark_version"])


@pytest.mark.parametrize("package", ["a", "z9", "a_name_of_forty_letters_which_is_as_most"])
def test_the_length_of_a_name_does_not_change_the_format(bake_here, package):
    check_style(bake_here(package_name=package, deploy_to="databricks"))


@pytest.mark.parametrize("use_cases", CHOICES["use_cases"])
@pytest.mark.parametrize("deploy_to", CHOICES["deploy_to"])
def test_every_link_of_a_page_leads_somewhere(bake_here, use_cases, deploy_to):
    project = bake_here(use_cases=use_cases, deploy_to=deploy_to, scheduler="airflow")
    pages = [*project.rglob("*.md"), *project.rglob("*.ipynb")]
    headings = {
        page: {
            re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.+)$", page.read_text(), re.M)
        }
        for page in pages
    }
    for page in pages:
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists() or target.suffix == ".png", (page.name, link)
            assert not anchor or anchor in headings[target], (page.name, link)


def test_src_holds_no_jinja(default_project):
    """Code without Jinja can be read, linted and moved unchanged."""
    from template import PROJECT

    template = PROJECT / "src" / "{{cookiecutter.package_name}}"
    for file in (default_project / SOURCE).rglob("*"):
        if file.is_file():
            assert (template / file.relative_to(default_project / SOURCE)).read_bytes() == (
                file.read_bytes()
            )


def test_the_same_answers_give_the_same_bytes(default_project, bake_here):
    again = bake_here()
    for name in files_of(default_project):
        assert (again / name).read_bytes() == (default_project / name).read_bytes(), name
