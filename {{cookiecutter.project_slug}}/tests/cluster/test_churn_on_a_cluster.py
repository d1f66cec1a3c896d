"""Models and scores are the same from a cluster as from this machine."""

import json

import pandas as pd
import pytest
from pyspark.sql import functions as F

from .conftest import judged_alike, read

pytestmark = pytest.mark.cluster


def test_model_and_scores_are_the_same(both, simulated):
    usage = ("--usage", str(simulated / "usage"), "--customers", str(simulated / "customers"))
    reports = []
    for folder in both("train_churn", *usage, "--horizon", "3"):
        report = json.loads((folder / "reports/churn.json").read_text())
        reports.append(pd.DataFrame(report.pop("methods")))
    pd.testing.assert_frame_equal(*reports)
    both("promote_model")
    folders = both("score_churn", *usage, "--output", "{}/scores")
    there, here = (read(folder / "scores", "customer_id") for folder in folders)
    pd.testing.assert_frame_equal(there, here)


def test_scores_are_judged_alike(both, simulated, spark, tmp_path):
    """Whoever used little in a month is scored as likely to churn in the two after it."""
    usage = spark.read.parquet(str(simulated / "usage"))
    last = usage.agg({"month": "max"}).first()[0]
    scores = usage.where(usage["month"] >= F.add_months(F.lit(last), -5)).selectExpr(
        *("customer_id", "1 / (2 + usage) AS churn_probability", "'1' AS model_version"),
        *("month AS cutoff", "2 AS horizon", "month AS as_of"),
    )
    scores.write.partitionBy("as_of").parquet(str(tmp_path / "scores"))
    tables = ("--usage", str(simulated / "usage"), "--scores", str(tmp_path / "scores"))
    folders = both("monitor_churn", *tables)
    report = judged_alike(folders, "monitor_churn", "by_cutoff", "by_version")
    assert len(report["by_cutoff"]) == 4


def test_training_takes_as_many_rows_and_gives_as_good_scores(both, simulated):
    usage = ("--usage", str(simulated / "usage"), "--rows", "500", "--features", "5")
    sizes = ("--models", "1", "20", "--trainers", "sklearn", "mllib")
    measured = []
    for folder in both("compare_training", *usage, *sizes, "--scratch", "{}"):
        report = json.loads((folder / "reports/training.json").read_text())
        measured.append(pd.DataFrame(report["measurements"]))
    there, here = (
        frame[["sweep", "way", "rows", "features", "models", "roc_auc"]] for frame in measured
    )
    pd.testing.assert_frame_equal(there, here, atol=0.01)
