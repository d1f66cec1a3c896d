"""The image and the manifests are valid for Kubernetes, for its Spark operator and for the jobs."""

import argparse
import importlib
import re
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from kubeflow_spark_api.models.spark_v1beta2_scheduled_spark_application import (
    SparkV1beta2ScheduledSparkApplication as ScheduledSparkApplication,
)

from {{ cookiecutter.package_name }} import parsing

{% if cookiecutter.use_cases != "none" %}
from production.steps import STEPS as MONTHLY

{% endif %}
PROJECT = Path(__file__).parents[2]
KUBERNETES = PROJECT / "production" / "kubernetes"
DOCKERFILE = KUBERNETES / "Dockerfile"
ACCESS = yaml.safe_load((KUBERNETES / "access.yaml").read_text())["items"]
JOBS = {
    item["metadata"]["name"]: item
    for item in yaml.safe_load((KUBERNETES / "jobs.yaml").read_text())["items"]
}


PLACES = ("output", "reports", "run_log")
"""Options that name a place to write to."""


def template(name):
    return JOBS[name]["spec"]["template"]


def arguments(name):
    return template(name)["arguments"]


@pytest.mark.parametrize("name", JOBS)
def test_a_manifest_has_the_fields_of_the_operator_and_no_others(name):
    known = ScheduledSparkApplication.from_dict(JOBS[name])
    assert known.to_dict() == JOBS[name]


@pytest.mark.parametrize("item", ACCESS, ids=lambda item: item["kind"])
def test_what_the_driver_may_do_is_valid_for_kubernetes(item):
    kubernetes_validate.validate(item, "1.34", strict=True)
    assert item["metadata"]["name"] == template(next(iter(JOBS)))["driver"]["serviceAccount"]


@pytest.mark.parametrize("name", JOBS)
def test_a_job_accepts_its_arguments_and_writes_nothing_into_its_pod(name, monkeypatch):
    """A pod's folders are gone when it ends: output at a default path would be lost."""
    script = Path(template(name)["mainApplicationFile"].removeprefix("local:///opt/project/"))
    assert (PROJECT / script).is_file()
    module = importlib.import_module(f"jobs.{script.stem}")
    opens_spark = hasattr(module, "get_spark")
    accepted = []
    parse_args = argparse.ArgumentParser.parse_args

    def record(parser, arguments):
        accepted.append(parse_args(parser, arguments))
        return accepted[-1] if opens_spark else stop()

    def stop(*_, **__):
        raise InterruptedError  # the arguments are accepted, and the work would begin

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", record)
    monkeypatch.setattr(module, "get_spark", stop, raising=False)
    monkeypatch.setattr(parsing, "get_spark", stop)
    with pytest.raises(InterruptedError):
        module.main(arguments(name))
    [options] = map(vars, accepted)
    written = [str(options[place]) for place in PLACES if options.get(place)]
    assert written
    assert all(place.startswith("s3a://BUCKET/") for place in written), written


{% if cookiecutter.use_cases != "none" %}
OF_KUBERNETES = {
    "usage": "s3a://BUCKET/raw/usage",
    "customers": "s3a://BUCKET/raw/customers",
    "outputs": "s3a://BUCKET",
    "reports": "s3a://BUCKET/reports",
    "as_of": "last-month",
}


@pytest.mark.parametrize("step", MONTHLY, ids=lambda step: step.job)
def test_a_job_has_the_options_of_the_monthly_run_and_starts_after_what_it_needs(step):
    options = {word.format(**OF_KUBERNETES) for word in step.options}
    assert {*arguments(step.job.replace("_", "-"))} == options
    assert all(hour(name) < hour(step.job) for name in step.needs)


def hour(name):
    """Return the hour of a job's schedule, on the second of the month."""
    minute, hour, day, _, _ = JOBS[name.replace("_", "-")]["spec"]["schedule"].split()
    assert (minute, day) == ("0", "2")
    return int(hour)


{% endif %}
def test_a_project_is_deployed_into_its_own_namespace():
    """Schedules of two projects have the same names: in one namespace, they would be replaced."""
    page = (PROJECT / "docs" / "clusters.md").read_text()
    [namespace] = re.findall(r"^kubectl create namespace (\S+)$", page, re.M)
    applied = re.findall(r"kubectl (?:apply|get)\b[^`]+?(?=`|\n\w|\n`)", page)
    assert len(applied) == 4
    assert all(f"--namespace {namespace}" in line for line in applied), applied
    assert namespace == ACCESS[0]["metadata"]["name"]


@pytest.mark.parametrize("name", JOBS)
def test_no_pod_runs_as_root(name):
    for pod in (template(name)["driver"], template(name)["executor"]):
        assert pod["securityContext"]["runAsNonRoot"]
        assert not pod["securityContext"]["allowPrivilegeEscalation"]
    last = re.findall(r"^USER (\S+)$", DOCKERFILE.read_text(), re.M)[-1]
    assert int(last) > 0  # a number, as runAsNonRoot needs


def test_the_image_and_the_manifests_have_the_projects_spark():
    spark = re.search(r"SPARK_VERSION=(\S+)", DOCKERFILE.read_text())[1]
    assert {template(name)["sparkVersion"] for name in JOBS} == {spark}
    assert f">={spark.rpartition('.')[0]}," in (PROJECT / "pyproject.toml").read_text()


def test_the_dockerfile_keeps_the_rules_of_its_linter():
    hadolint = Path(sys.executable).with_name("hadolint")
    checked = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_the_image_holds_what_it_copies_and_nothing_else_of_the_project():
    allowed = (KUBERNETES / "Dockerfile.dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text(), re.M)
    assert {f"!{name}" for line in copied for name in line.split()} == {
        line for line in allowed if line.startswith("!")
    }
    assert "*" in allowed
