"""Tables in an object store (S3 on this machine), in table formats and in a catalog."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.reporting.page import ENDINGS
from {{ cookiecutter.package_name }}.spark.connectors import CONNECTORS, SPARK

from .stores import SparkProcess, await_port, free_port, kill_writes, process

pytestmark = pytest.mark.cluster

SMALL = ("--customers", "60", "--months", "36", "--seed", "1")
FORMATS = [name for name in ("delta", "iceberg") if SPARK in CONNECTORS[name].versions]
"""The table formats that have a release for this Spark."""


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Start an S3 with a bucket `lake`; give what a process needs to use it, and a catalog."""
    boto3 = pytest.importorskip("boto3", reason="no S3: uv sync --group cluster")
    pytest.importorskip("moto", reason="no S3: uv sync --group cluster")
    folder, port = tmp_path_factory.mktemp("store"), free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {
        "spark.hadoop.fs.s3a.endpoint": address,
        "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.sql.catalog.lakehouse": "org.apache.iceberg.spark.SparkCatalog",
        "spark.sql.catalog.lakehouse.type": "hadoop",
        "spark.sql.catalog.lakehouse.warehouse": f"file:{folder}/warehouse",
    }
    lines = (f"{name} {value}\n" for name, value in settings.items())
    (folder / "spark-defaults.conf").write_text("".join(lines))
    user = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "moto")
    with server(folder, port, user, "moto.server", "-H", "127.0.0.1", "-p", str(port)):
        keys = dict(zip(("aws_access_key_id", "aws_secret_access_key"), user.values(), strict=True))
        client = boto3.client("s3", endpoint_url=address, region_name="us-east-1", **keys)
        client.create_bucket(Bucket="lake")
{% if cookiecutter.use_cases in ["both", "churn-prediction"] %}
        models = free_port()
        where = {"MLFLOW_S3_ENDPOINT_URL": address, "AWS_DEFAULT_REGION": "us-east-1"}
        command = ("mlflow", "server", "--workers=1", "--host=127.0.0.1", f"--port={models}")
        stores = (f"--backend-store-uri=sqlite:///{folder}/mlflow.db",)
        stores += ("--artifacts-destination=s3://lake/models",)
        with server(folder, models, user | where, *command, *stores):
            tracking = {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{models}"}
            yield user | tracking | {"SPARK_CONF_DIR": str(folder)}
{% else %}
        yield user | {"SPARK_CONF_DIR": str(folder)}
{% endif %}


@contextmanager
def server(folder: Path, port: int, variables: dict[str, str], *module: str) -> Iterator[None]:
    """Run a module that listens on a port of this machine."""
    with (folder / f"{module[0]}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env=os.environ | variables,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        await_port(port)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # its children too
        process.wait(timeout=60)


@pytest.fixture(scope="module")
def reader(variables, tmp_path_factory) -> Iterator[SparkProcess]:
    with process(tmp_path_factory.mktemp("reader"), variables, "s3a", *FORMATS) as started:
        yield started


def places(folder: Path) -> list[tuple[str, str]]:
    """Return the places to compare, each with its format; the first is a folder of Parquet."""
    known = [
        (f"{folder}/parquet", "parquet"),
        (f"{folder}/delta", "delta"),
        (f"{folder}/iceberg", "iceberg"),
        ("s3a://lake/parquet", "parquet"),
        ("s3a://lake/delta", "delta"),
        ("s3a://lake/iceberg", "iceberg"),
        ("lakehouse.raw", "iceberg"),
    ]
    return [(place, form) for place, form in known if form in ("parquet", *FORMATS)]


def below(place: str, name: str) -> str:
    return f"{place}.{name}" if place.startswith("lakehouse") else f"{place}/{name}"
{% if cookiecutter.use_cases != "none" %}


def as_input(place: str, form: str) -> str:
    is_named = form == "parquet" or place.startswith("lakehouse")
    return place if is_named else f"{form}.`{place}`"
{% endif %}


def test_tables_have_the_same_rows_everywhere(reader, tmp_path):
    assert reader.do("run_job", "simulate_usage", *SMALL, "--output", str(tmp_path)) == 0
{% if cookiecutter.use_cases != "none" %}
    reports = ("--reports", f"{tmp_path}/reports")
    jobs = {}
{% endif %}
{% if cookiecutter.use_cases in ["both", "growth-forecasting"] %}
    jobs["forecast_growth"] = ("--horizon", "3", "--method", "seasonal-naive", *reports)
{% endif %}
{% if cookiecutter.use_cases in ["both", "churn-prediction"] %}
    named = ("--model", "main.shop.churn")  # as in Unity Catalog
    customers = ("--customers", f"{tmp_path}/customers", *named, *reports)
    usage = ("--usage", f"{tmp_path}/usage", "--horizon", "3")
    assert reader.do("run_job", "train_churn", *usage, *customers) == 0
    log = ("--run-log", f"{tmp_path}/reports/runs")
    assert reader.do("run_job", "promote_model", "--force", *named, *log) == 0
    assert any(name.endswith("/MLmodel") for name in reader.do("files", "s3a://lake/models"))
    jobs["score_churn"] = ("--no-reasons", *customers)
{% endif %}
    written = {}
    for place, form in places(tmp_path):
        start = time.perf_counter()
        usage = below(place, "usage")
        reader.do("copy", f"{tmp_path}/usage", usage, form)
        written[place] = [reader.rows("read", usage, form)]
{% if cookiecutter.use_cases != "none" %}
        for job, options in jobs.items():
            output = below(place, job)
            tables = ("--usage", as_input(usage, form), "--output", output, "--format", form)
            assert reader.do("run_job", job, *tables, *options) == 0
            written[place].append(reader.rows("read", output, form))
{% endif %}
        print(f"{place} ({form}): {time.perf_counter() - start:.1f} seconds")
    [first, *others] = written
    assert all(len(rows) > 50 for rows in written[first])
    for other in others:
        for rows, expected in zip(written[other], written[first], strict=True):
            pd.testing.assert_frame_equal(rows, expected)


def test_reports_in_a_store_are_on_one_page_with_the_earlier_ones(reader, tmp_path):
    usage, reports = tmp_path / "usage.csv", "s3a://lake/reports"
    rows = [f"c{who},2024-{month:02},{who + month}" for who in range(9) for month in range(1, 13)]
    usage.write_text("\n".join(["customer_id,month,usage", ",2024-01,1", *rows]))
    for ending, text in {".json": "[]", ".md": "# Earlier", ".png": ""}.items():
        reader.do("put", f"{reports}/earlier{ending}", text)
    command = ("run_job", "compare_processing", "--usage", str(usage), "--max-rejected", "0.1")
    assert reader.do(*command, "--runs", "1", "--reports", reports) == 0
    names = {Path(name) for name in reader.do("files", reports)}
    assert {path.name for path in names if len(path.parts) == 2} == {
        "index.html",
        *(f"{name}{ending}" for name in ("earlier", "processing") for ending in ENDINGS),
    }
    page = reader.do("get", f"{reports}/index.html")
    assert page.index('<section id="processing">') < page.index('<section id="earlier">')
    [row] = (path for path in names if path.match("/runs/*.json"))
    assert json.loads(reader.do("get", f"{reports}{row}"))["exit_code"] == 0
    assert len(reader.rows("read", f"{reports}/usage_rejected", "parquet")) == 1
    assert reader.do(*command, "--reports", "s3a://nowhere/reports") == 2
    refused = "error: --reports (s3a://nowhere/reports): there is no such bucket. Check the name."
    assert refused in reader.said.read_text()


def test_a_run_killed_at_any_moment_of_its_write_leaves_a_whole_table(reader, variables):
    assert "the earlier table" in kill_writes(reader, "s3a://lake/killed", variables, "s3a")
