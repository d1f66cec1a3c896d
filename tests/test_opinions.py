"""The opinions of the generated project are rules of its linter, which says what to do instead."""

import json
import re
import subprocess
import sys

import pytest
import yaml

UDF = "import pyspark.sql.functions as F\n\nsquare = F.udf(lambda x: x * x)\n"
BANNED = {
    "F.udf": UDF,
    "udf by name": "from pyspark.sql.functions import udf\n\nprint(udf)\n",
    "RDD": "from pyspark import RDD\n\nprint(RDD)\n",
    "SparkContext": "from pyspark import SparkContext\n\nprint(SparkContext)\n",
    "context module": "from pyspark.context import SparkContext\n\nprint(SparkContext)\n",
}


def banned_in(project, place: str, code: str) -> list[str]:
    """The messages about banned APIs that ruff has for a file at a place in the project."""
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


@pytest.fixture
def no_rdd_hook(default_project):
    config = yaml.safe_load((default_project / ".pre-commit-config.yaml").read_text())
    [hook] = [hook for hook in config["repos"][0]["hooks"] if hook["id"] == "no-rdd"]
    return hook


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
        ("src/customer_analytics/tables.py", False),
        ("jobs/compare_processing.py", False),
        ("notebooks/02-growth.ipynb", False),
    ],
)
def test_the_hook_looks_everywhere_but_where_rdds_are_shown(no_rdd_hook, place, excluded):
    assert bool(re.search(no_rdd_hook["exclude"], place)) == excluded


def test_no_hook_of_the_project_is_fetched_from_elsewhere(default_project):
    config = yaml.safe_load((default_project / ".pre-commit-config.yaml").read_text())
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
