"""databricks.yml contains all jobs, and is valid for Databricks and for the jobs' options."""

import argparse
import importlib
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from databricks.bundles.jobs import Job
{% if cookiecutter.use_cases != "none" %}

from production.steps import STEPS as MONTHLY
{% endif %}

PROJECT = Path(__file__).parents[1]
TEXT = (PROJECT / "databricks.yml").read_text()
BUNDLE = yaml.safe_load(TEXT)
VARIABLES = BUNDLE["variables"]
JOBS = BUNDLE["resources"]["jobs"]
TASKS = [(name, task) for name, job in JOBS.items() for task in job["tasks"]]
SCRIPTS = {name: task["spark_python_task"] for name, task in TASKS if "spark_python_task" in task}


def value(setting):
    """Return a setting of a job; resolve a reference to a variable."""
    name = re.fullmatch(r"\$\{var\.(\w+)\}", setting) if isinstance(setting, str) else None
    return VARIABLES[name[1]]["default"] if name else setting


def keys(job, setting, key):
    return {entry[key] for entry in value(job.get(setting, []))}


def environment(name):
    """Return the environment variables of a job's script."""
    given = {
        entry["environment_variables_key"]: entry["spec"]["variables"]
        for entry in value(JOBS[name].get("environment_variables", []))
    }
    [script] = [task for task in JOBS[name]["tasks"] if "spark_python_task" in task]
    return given.get(script.get("environment_variables_key"), {})


def test_each_file_in_jobs_has_an_entry_and_each_entry_a_file():
    files = {path.stem: f"jobs/{path.name}" for path in (PROJECT / "jobs").glob("*.py")}
    assert {name: script["python_file"] for name, script in SCRIPTS.items()} == files
{% if cookiecutter.use_cases == "none" %}
    assert JOBS.keys() == files.keys()
{% else %}
    assert JOBS.keys() == files.keys() | {"monthly"}


STEPS = {step.job: step for step in MONTHLY}
OF_DATABRICKS = {
    "usage": "${var.catalog}.${var.schema}.usage",
    "customers": "${var.catalog}.${var.schema}.customers",
    "outputs": "${var.output}",
    "reports": "${var.output}/reports",
    "as_of": "last-month",
}


def test_the_workflow_is_the_monthly_run_without_the_training_of_a_quarter():
    steps = {name: step for name, step in STEPS.items() if not step.retrains}
    tasks = {task["task_key"]: task for task in JOBS["monthly"]["tasks"]}
    assert tasks.keys() == steps.keys()
    for name, step in steps.items():
        before = {needed["task_key"] for needed in tasks[name].get("depends_on", [])}
        assert before == {*step.needs} & steps.keys()
        called = "${resources.jobs." + name + ".id}"
        assert tasks[name]["run_job_task"]["job_id"] == called


@pytest.mark.parametrize("name", STEPS)
def test_a_job_has_the_options_that_it_has_in_the_monthly_run(name):
    options = {word.format(**OF_DATABRICKS) for word in STEPS[name].options}
    assert {*SCRIPTS[name]["parameters"]} - {"--model=${var.model}"} == options
{% endif %}


@pytest.mark.parametrize("name", JOBS)
def test_an_entry_is_a_job_by_the_types_of_databricks(name):
    """Databricks' types refuse unknown fields and wrong types; the next tests check the rest."""
    settings = {setting: value(given) for setting, given in JOBS[name].items()}
    Job.from_dict(settings)
    if "schedule" in settings:
        check_quartz(settings["schedule"]["quartz_cron_expression"])


def check_quartz(expression):
    seconds, minutes, hours, day, _, weekday = expression.split()
    assert int(seconds) < 60 and int(minutes) < 60 and int(hours) < 24
    assert (day == "?") != (weekday == "?")


@pytest.mark.parametrize(
    ("name", "task"), TASKS, ids=lambda part: part if isinstance(part, str) else part["task_key"]
)
def test_a_task_runs_one_thing_on_what_its_job_declares(name, task):
    job = JOBS[name]
    bodies = [key for key in task if key.endswith("_task")]
    assert len(bodies) == 1
    others = {other["task_key"] for other in job["tasks"]} - {task["task_key"]}
    assert {before["task_key"] for before in task.get("depends_on", [])} <= others
    if bodies == ["run_job_task"]:
        called = re.fullmatch(r"\$\{resources\.jobs\.(\w+)\.id\}", task["run_job_task"]["job_id"])
        assert called[1] in JOBS.keys() - {name}
        return
    assert task["environment_key"] in keys(job, "environments", "environment_key")
    if "environment_variables_key" in task:
        declared = keys(job, "environment_variables", "environment_variables_key")
        assert task["environment_variables_key"] in declared


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_job_accepts_its_parameters_and_writes_to_the_volume_only(name, monkeypatch, tmp_path):
    """A job's working folder is deleted at its end: output at a default path would be lost."""
    if environment(name).get("TMPDIR", "").startswith("${var.volume}"):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # stands for the volume
    module = importlib.import_module(f"jobs.{name}")
    opens_spark = hasattr(module, "get_spark")
    accepted = []
    parse_args = argparse.ArgumentParser.parse_args

    def record(parser, arguments):
        accepted.append(parse_args(parser, arguments))
        return accepted[-1] if opens_spark else stop()

    def stop(*_, **__):
        raise InterruptedError  # the parameters are accepted, and the work would begin

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", record)
    monkeypatch.setattr(module, "get_spark", stop, raising=False)
    with pytest.raises(InterruptedError):
        module.main(SCRIPTS[name].get("parameters", []))
    [options] = accepted
    written = [str(option) for option in vars(options).values() if isinstance(option, Path)]
    assert all(path.startswith(("${var.output}/", str(tmp_path))) for path in written), written


def test_each_variable_is_used_and_has_a_value_in_each_target():
    assert set(re.findall(r"\$\{var\.(\w+)\}", TEXT)) == VARIABLES.keys()
    given = {name for name, variable in VARIABLES.items() if "default" in variable}
    for target in BUNDLE["targets"].values():
        assert given | target["variables"].keys() == VARIABLES.keys()


def test_nothing_reaches_production_unless_it_is_asked_for():
    targets = BUNDLE["targets"]
    assert {name: target["mode"] for name, target in targets.items()} == {
        "dev": "development",
        "prod": "production",
    }
    assert [name for name, target in targets.items() if target.get("default")] == ["dev"]


def test_developers_do_not_write_over_each_other_nor_over_production():
    dev, prod = (BUNDLE["targets"][name]["variables"] for name in ("dev", "prod"))
    assert dev["catalog"] != prod["catalog"]
    assert all("current_user" in path for name, path in dev.items() if name != "catalog")


def test_the_wheel_is_installed_without_a_spark_of_its_own():
    """Serverless fails if another pyspark is installed."""
    [environment] = VARIABLES["environments"]["default"]
    assert environment["spec"]["dependencies"] == ["./dist/*.whl"]
    assert BUNDLE["artifacts"]["wheel"]["build"] == "uv build --wheel"
    pyproject = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    needed = pyproject["project"]["dependencies"]
    assert needed and not [line for line in needed if line.startswith("pyspark")]
