"""The spark-submit line of a job, and the messages if arguments are missing."""

import sys
from pathlib import Path

import pytest

from production import submit

JOB = str(Path(__file__).parents[2] / "jobs/simulate_usage.py")


@pytest.fixture(autouse=True)
def packed(monkeypatch):
    monkeypatch.setattr(submit, "environment", lambda: Path("dist/environment-1.tar.gz"))
    monkeypatch.delenv("SPARK_MASTER", raising=False)


def line(*arguments):
    return submit.command(*submit.split(arguments), Path("dist/code.zip"))


def test_executors_unpack_their_python_and_receive_the_code():
    asked = line("--master", "spark://h:7077", JOB)
    archive = Path("dist/environment-1.tar.gz").resolve().as_uri()
    assert f"--archives={archive}#environment" in asked
    assert "--py-files=dist/code.zip" in asked
    assert "--conf=spark.pyspark.python=./environment/bin/python" in asked
    assert f"--conf=spark.pyspark.driver.python={sys.executable}" in asked


def test_a_folder_whose_name_has_a_space_is_named_as_a_url(monkeypatch):
    archive = Path("/srv/my project/dist/environment-1.tar.gz")
    monkeypatch.setattr(submit, "environment", lambda: archive)
    asked = line("--master=yarn", JOB)
    assert "--archives=file:///srv/my%20project/dist/environment-1.tar.gz#environment" in asked


@pytest.mark.parametrize(
    ("mode", "is_unpacked"),
    [
        (["--deploy-mode", "cluster"], True),
        (["--deploy-mode=cluster"], True),
        (["--conf", "spark.submit.deployMode=cluster"], True),
        (["--name", "cluster"], False),
        (["--deploy-mode=client"], False),
    ],
)
def test_a_driver_on_the_cluster_runs_the_python_that_is_unpacked_there(mode, is_unpacked):
    asked = line("--master", "yarn", *mode, JOB)
    unpacked = "--conf=spark.pyspark.driver.python=./environment/bin/python"
    assert (unpacked in asked) == is_unpacked


@pytest.mark.parametrize("given", [["--py-files", "ours.py"], ["--py-files=ours.py"]])
def test_further_files_are_sent_beside_the_projects_code_and_are_not_the_job(given):
    asked = line("--master=yarn", "--verbose", *given, JOB, "--output", "y")
    assert asked[asked.index(JOB) :] == [JOB, "--output", "y"]
    assert [word for word in asked if word.startswith("--py-files=")][-1] == (
        "--py-files=dist/code.zip,ours.py"
    )


def test_the_job_may_follow_an_option_that_has_no_value():
    asked = line("--master=yarn", "--verbose", JOB)
    assert asked[-1] == JOB


def test_what_stands_before_the_job_is_sparks_and_what_stands_after_is_the_jobs():
    asked = line("--master=yarn", "--executor-memory", "4g", JOB, "--master", "x", "--output", "y")
    spark, job = asked[: asked.index(JOB)], asked[asked.index(JOB) :]
    assert spark[-4:-1] == ["--master=yarn", "--executor-memory", "4g"]
    assert job == [JOB, "--master", "x", "--output", "y"]


def test_without_master_the_environment_names_it(monkeypatch):
    monkeypatch.setenv("SPARK_MASTER", "spark://h:7077")
    asked = line(JOB)
    assert asked[asked.index("--master") + 1] == "spark://h:7077"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "no job is given"),
        (["--master", "yarn"], "no job is given"),
        (["--master", "yarn", "jobs/nothing.py"], "there is no file jobs/nothing.py"),
        ([JOB], "no cluster is given. Set SPARK_MASTER"),
    ],
)
def test_what_is_missing_is_said_in_one_line_with_code_2(capsys, arguments, problem):
    assert submit.main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {problem}")
    assert said.count("\n") == 1
