"""Each job gives the same result on a cluster as on this machine."""

import json
from pathlib import Path

import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.tables import USAGE

{% if cookiecutter.use_cases == "none" %}
from .conftest import PROJECT, SIMULATED, read, submit
{% else %}
from .conftest import PROJECT, SIMULATED, judged_alike, read, submit
{% endif %}

pytestmark = pytest.mark.cluster

PROBE = """
import json, sys
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
found = spark.range(0, 100, 1, 8).mapInPandas(
    lambda batches: (batch.assign(python=sys.executable) for batch in batches),
    "id long, python string",
)
print(json.dumps([row.python for row in found.select("python").distinct().collect()]))
"""


def test_simulated_tables_are_the_same(both):
    there, here = both("simulate_usage", *SIMULATED, "--output", "{}/raw")
    for table, keys in {"usage": ["customer_id", "month"], "customers": ["customer_id"]}.items():
        pd.testing.assert_frame_equal(
            read(there / "raw" / table, *keys), read(here / "raw" / table, *keys)
        )


def test_prepared_usage_is_the_same(both, spark, tmp_path):
    """Ten thousand events of a hundred customers, some of them returns."""
    events = spark.range(10_000).selectExpr(
        "id % 100 AS who",
        "timestamp_seconds(1700000000 + 1789 * id) AS at",
        "cast(id % 7 - 1 AS double) AS paid",
    )
    events.write.parquet(str(tmp_path / "events"))
    columns = ("--customer", "who", "--time", "at", "--amount", "paid", "--frequency", "week")
    folders = both(
        *("prepare_usage", "--events", str(tmp_path / "events"), *columns),
        *("--time-zone", "Europe/Berlin", "--output", "{}/usage"),
    )
    there, here = (read(folder / "usage", *USAGE.key) for folder in folders)
    pd.testing.assert_frame_equal(there, here)
    assert here["customer_id"].nunique() == 100


def test_the_ways_agree_and_take_the_same_roads(both):
    data_paths = []
    for folder in both("compare_processing", "--rows", "3000", "--runs", "1"):
        report = json.loads((folder / "reports/processing.json").read_text())
        assert all(way["equal"] for way in report)
        data_paths.append([(way["way"], way["task"], way["data_path"]) for way in report])
    assert data_paths[0] == data_paths[1]


{% if cookiecutter.use_cases != "none" %}
def test_usage_is_judged_alike(both, simulated):
    folders = both("check_usage", "--usage", str(simulated / "usage"))
    assert judged_alike(folders, "check_usage", "periods")["status"] == "ok"


{% endif %}
def test_executors_run_the_python_that_they_unpacked(cluster, tmp_path):
    """The workers' own Python has none of the project's packages."""
    probe = tmp_path / "probe.py"
    probe.write_text(PROBE)
    answer = submit(cluster, tmp_path, str(probe), packed=True)
    assert answer.returncode == 0, answer.stderr[-8000:]
    pythons = json.loads(answer.stdout.splitlines()[-1])
    assert len(pythons) == 2
    assert all(Path(python).match("work-*/app-*/*/environment/bin/python*") for python in pythons)


def test_bad_input_has_code_2_and_leaves_earlier_output_as_it_was(cluster, tmp_path):
    (tmp_path / "bad.csv").write_text("customer_id,month,usage\na,2025-01-01,-1\n")
    arguments = ("--usage", "bad.csv", "--reports", "reports")
    answer = submit(cluster, tmp_path, "compare_processing.py", *arguments)
    assert answer.returncode == 2
    # spark-submit's own Python process has one stream for both
    said = [line for line in answer.stdout.splitlines() if line.startswith("error: ")]
    assert len(said) == 1
    assert "column usage is negative in 1 of 1 rows" in said[0]
    assert "Traceback" not in answer.stdout + answer.stderr
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["runs"]


def test_every_job_is_run_on_a_cluster_by_a_test():
    tests = "".join(file.read_text() for file in Path(__file__).parent.glob("*.py"))
    jobs = {path.stem for path in (PROJECT / "jobs").glob("*.py")}
    assert {name for name in jobs if f'"{name}"' not in tests} == set()
