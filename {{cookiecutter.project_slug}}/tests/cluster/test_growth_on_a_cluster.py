"""Forecasts are the same from a cluster as from this machine."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pandas as pd
import psutil
import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job

from .conftest import judged_alike, read, standalone, submit
from jobs import forecast_growth

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("method", ["per-customer", "all-customers"])
def test_forecasts_are_the_same(both, simulated, method):
    usage = ("--usage", str(simulated / "usage"), "--horizon", "3", "--method", method)
    folders = both("forecast_growth", *usage, "--output", "{}/forecasts")
    there, here = (read(folder / "forecasts", "customer_id", "month") for folder in folders)
    pd.testing.assert_frame_equal(there, here)
    assert here["error"].isna().all()


def test_scores_of_the_methods_are_the_same(both, simulated):
    usage = ("--usage", str(simulated / "usage"), "--horizon", "3", "--folds", "1")
    scores = []
    for folder in both("backtest_growth", *usage):
        report = json.loads((folder / "reports/growth_backtest.json").read_text())
        scores.append(pd.DataFrame(report).drop(columns="seconds"))
    pd.testing.assert_frame_equal(*scores)


def test_forecasts_are_judged_alike(both, simulated, spark, tmp_path):
    """What each customer used in the month before is the forecast of a month."""
    usage = spark.read.parquet(str(simulated / "usage"))
    last = usage.agg({"month": "max"}).first()[0]
    forecasts = usage.where(usage["month"] >= F.add_months(F.lit(last), -4)).selectExpr(
        "customer_id",
        "CAST(add_months(month, 1) AS DATE) AS month",
        *("usage AS forecast", "usage / 2 AS lower", "usage * 2 AS upper", "month AS as_of"),
    )
    forecasts.write.partitionBy("as_of").parquet(str(tmp_path / "forecasts"))
    tables = ("--usage", str(simulated / "usage"), "--forecasts", str(tmp_path / "forecasts"))
    folders = both("monitor_growth", *tables)
    report = judged_alike(folders, "monitor_growth", "by_lead", "by_vintage")
    assert len(report["by_vintage"]) == 4


def runs_a_pandas_udf(worker: psutil.Process) -> bool:
    """Return whether a process that Python forked for an executor of this worker computes.

    Between tasks, such a process waits for the next one.
    """
    with suppress(psutil.NoSuchProcess):
        children = {child.pid: child for child in worker.children(recursive=True)}
        pythons = {pid for pid, child in children.items() if "python" in child.name()}
        forked = (children[pid] for pid in pythons if children[pid].ppid() in pythons)
        return any(child.status() == psutil.STATUS_RUNNING for child in forked)
    return False


def test_a_machine_that_fails_in_the_middle_loses_nothing(simulated, spark, tmp_path):
    usage = ("--usage", str(simulated / "usage"), "--horizon", "3")
    folders = {name: tmp_path / name for name in ("there", "here")}
    places = {
        name: ("--output", f"{folder}/forecasts", "--reports", f"{folder}/reports")
        for name, folder in folders.items()
    }
    with standalone(tmp_path, workers=2) as cluster, ThreadPoolExecutor() as pool:
        typed = ("forecast_growth.py", *usage, *places["there"])
        there = pool.submit(submit, cluster, tmp_path, *typed)
        worker = psutil.Process(cluster.processes[1].pid)
        while not runs_a_pandas_udf(worker):
            assert not there.done(), there.result().stdout + there.result().stderr[-8000:]
            time.sleep(0.05)
        for process in [worker, *worker.children(recursive=True)]:
            process.kill()
    answer = there.result()
    assert answer.returncode == 0, answer.stderr[-8000:]
    said = (tmp_path / "master-0.log").read_text()
    assert "Telling app of lost executor" in said, "the machine was lost after the job's last task"
    assert job.run(forecast_growth.main, [*usage, *places["here"]]) == 0
    found, expected = (
        read(folder / "forecasts", "customer_id", "month") for folder in folders.values()
    )
    pd.testing.assert_frame_equal(found, expected)


def test_a_customer_too_large_for_a_worker_is_refused_by_name(cluster, spark, tmp_path):
    """A customer has one row per month: one with millions of rows is an error in the table."""
    rows = spark.range(5_000_000).selectExpr(
        "IF(id < 10, concat('C', id), 'giant') AS customer_id",
        "DATE'2025-01-01' AS month",
        "1.0D AS usage",
    )
    rows.write.parquet(str(tmp_path / "usage"))
    arguments = ("--usage", str(tmp_path / "usage"), "--horizon", "3")
    output = ("--output", str(tmp_path / "forecasts"))
    answer = submit(cluster, tmp_path, "forecast_growth.py", *arguments, *output)
    assert answer.returncode == 2
    [said] = [line for line in answer.stdout.splitlines() if line.startswith("error: ")]
    assert "stand more than once in 4999990 rows" in said
    assert '"customer_id":"giant"' in said
    assert "Keep one row for each" in said
    assert not (tmp_path / "forecasts").exists()
