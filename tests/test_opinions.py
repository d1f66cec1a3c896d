"""The linter enforces the project's opinions, and its messages say what to do instead."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from static import files_of
from template import CHOICES

UDF = "import pyspark.sql.functions as F\n\nsquare = F.udf(lambda x: x * x)\n"
BANNED = {
    "F.udf": UDF,
    "udf by name": "from pyspark.sql.functions import udf\n\nprint(udf)\n",
    "RDD": "from pyspark import RDD\n\nprint(RDD)\n",
    "SparkContext": "from pyspark import SparkContext\n\nprint(SparkContext)\n",
    "context module": "from pyspark.context import SparkContext\n\nprint(SparkContext)\n",
}


def banned_in(project, place: str, code: str) -> list[str]:
    """Return ruff's messages about banned APIs for a file at a path in the project."""
    result = subprocess.run(
        [
            *(sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=json"),
            *("--stdin-filename", place, "-"),
        ],
        cwd=project,
        input=code,
        capture_output=True,
        text=True,
    )
    return [m["message"] for m in json.loads(result.stdout) if m["code"] == "TID251"]


@pytest.mark.parametrize("place", ["jobs/new.py", "src/customer_analytics/new.py", "tests/new.py"])
@pytest.mark.parametrize("code", BANNED.values(), ids=BANNED.keys())
def test_rdds_and_plain_udfs_are_refused_with_what_to_use_instead(default_project, place, code):
    messages = banned_in(default_project, place, code)
    assert messages
    assert any(word in messages[0] for word in ("pandas_udf", "DataFrame"))


@pytest.mark.parametrize("place", ["src/customer_analytics/processing/new.py"])
@pytest.mark.parametrize("code", BANNED.values(), ids=BANNED.keys())
def test_the_ways_may_show_them(default_project, place, code):
    assert banned_in(default_project, place, code) == []


def hook_of(project, name: str) -> dict:
    config = yaml.safe_load((project / ".pre-commit-config.yaml").read_text())
    [hook] = [hook for hook in config["repos"][0]["hooks"] if hook["id"] == name]
    return hook


@pytest.fixture
def no_rdd_hook(default_project):
    return hook_of(default_project, "no-rdd")


@pytest.mark.parametrize(
    "line",
    [
        "usage.rdd.map(f)",
        "spark.sparkContext.parallelize([1])",
        "frame.rdd\n",
        "spark._sc",
        "a._jdf",
        "spark.udf.register(f)",
    ],
)
def test_what_the_linter_cannot_see_is_caught_by_a_hook(no_rdd_hook, line):
    assert re.search(no_rdd_hook["entry"], line)


@pytest.mark.parametrize(
    "line", ["from . import rdd", "ways['rdd']", "rdd.charge(usage)", "x.rdds"]
)
def test_the_hook_leaves_the_word_alone(no_rdd_hook, line):
    assert not re.search(no_rdd_hook["entry"], line)


@pytest.mark.parametrize(
    ("place", "excluded"),
    [
        ("src/customer_analytics/processing/rdd.py", True),
        ("notebooks/01-five-ways.ipynb", True),
        ("src/customer_analytics/spark/session.py", True),
        ("src/customer_analytics/tables/reading.py", False),
        ("src/customer_analytics/growth/session.py", False),
        ("tests/processing/test_ways.py", True),
        ("tests/tables/test_tables.py", False),
        ("jobs/compare_processing.py", False),
        ("notebooks/02-growth.ipynb", False),
    ],
)
def test_the_hook_looks_everywhere_but_where_rdds_are_shown_or_start_a_worker(
    no_rdd_hook, place, excluded
):
    assert bool(re.search(no_rdd_hook["exclude"], place)) == excluded


KEY = "AKIA" + "Z7VQ4XWL2N6PTB3K"
SECRETS = {
    "aws.py": f'key = "{KEY}"',
    "aws.ipynb": json.dumps({"cells": [{"source": [f'key = "{KEY}"']}]}),
    "key.pem": "-----BEGIN RSA "
    + "PRIVATE KEY-----\n"
    + "MIIEpAIBAAKCAQEAy8Dbv8prpJ/0kKhlGeJY" * 4,
    "github.py": 'x = "ghp_' + 'q8Rk2LmZ0vXc7TnB4sWy6JdF1hGa9PeU3oKi"',
    "databricks.yml": "token: dapi" + "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "password.toml": 'password = "' + 'kJ7$mQ2!xW9z"',
    "address.py": 'store = "postgresql://team:' + 'kJ7mQ2xW9z@db.team.example/mlflow"',
}
"""In two parts, so that the hook does not find secrets in this file."""


def find_secrets(project, *names: str) -> subprocess.CompletedProcess:
    """Run the project's hook on files, as pre-commit does."""
    in_project = "uv run --active --no-sync "
    tool, *options = hook_of(project, "no-secrets")["entry"].removeprefix(in_project).split()
    command = [Path(sys.executable).with_name(tool), *options, *names]
    return subprocess.run(command, cwd=project, capture_output=True, text=True)


@pytest.mark.parametrize(("name", "secret"), SECRETS.items())
def test_a_secret_is_refused_and_its_place_is_named(bake_here, name, secret):
    project = bake_here()
    (project / name).write_text(f"{secret}\n")
    found = find_secrets(project, name)
    assert found.returncode == 1
    assert re.search(rf"{name}:\d", found.stdout)


@pytest.mark.parametrize("ci", CHOICES["ci"])
def test_nothing_in_a_new_project_is_taken_for_a_secret(bake_here, ci):
    project = bake_here(ci=ci)
    hashes = "".join(f'hash = "sha256:{number:064x}"\n' for number in range(3))
    (project / "uv.lock").write_text(hashes)
    found = find_secrets(project, *files_of(project))
    assert found.returncode == 0, found.stdout + found.stderr


def test_no_hook_of_the_project_is_fetched_from_elsewhere(default_project):
    config = yaml.safe_load((default_project / ".pre-commit-config.yaml").read_text())
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
