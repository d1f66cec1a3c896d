"""Compare earlier scores with the customers who churned since; check the input and drift."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.churn import feature_drift, monitoring
from {{ cookiecutter.package_name }}.monitoring import bounds, inputs, limits, report
from {{ cookiecutter.package_name }}.periods import FREQUENCIES
from {{ cookiecutter.package_name }}.spark.session import get_spark

SHOWN = ("model_version", "customers", "churned", "roc_auc", "brier", "calibration", "lift")
"""Figures that are printed; the report has all."""


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        parents=[job.LOG_FORMAT, job.READING],
    )
    parser.add_argument("--usage", required=True, help="usage table: path or catalog table")
    parser.add_argument(
        "--scores", required=True, help="what score_churn.py wrote, with all its vintages"
    )
    parser.add_argument("--bounds", type=Path, help="TOML file with bounds that the team sets")
    parser.add_argument("--reports", default="reports", help="folder or URL to write to")
    args = job.parse(parser, arguments)
    watched = (*inputs.WATCHED, *monitoring.WATCHED, monitoring.DRIFT, feature_drift.WATCHED)
    rates, given = bounds.read(args.bounds, [figure.name for figure in watched])

    spark = get_spark("monitor_churn", needs=args.needs)
    read = job.read_table(spark, args.usage, tables.USAGE, args, frequencies=FREQUENCIES)
    frequency = read.frequency
    usage = read.rows.withColumnRenamed("month", "period").cache()
    period = usage.schema["period"].dataType
    scores = tables.read_vintages(spark, args.scores, monitoring.columns(period))
    scores = scores.where("churn_probability IS NOT NULL")
    if args.as_of:
        scores = scores.where(F.col("as_of") <= F.lit(str(args.as_of)).cast("timestamp_ntz"))
    periods = inputs.by_period(usage)
    scored = scores.select("cutoff", "horizon").where("cutoff IS NOT NULL").distinct().collect()
    inputs.check_vintages([row.cutoff for row in scored], periods, f"scores ({args.scores})")
    [known] = usage.agg(F.min("period").alias("first"), F.max("period").alias("last")).collect()
    pairs = [(row.cutoff, row.horizon) for row in scored]
    passed = monitoring.ends(pairs, known["first"], known["last"], frequency)
    outcomes = monitoring.with_outcomes(scores, usage, passed, frequency)
    bins = monitoring.histogram(outcomes).toPandas()
    by_cutoff, by_version = (monitoring.by(bins, keys) for keys in (["cutoff"], ["model_version"]))
    counted = (
        scores.groupBy("as_of", monitoring.bin_of_odds().alias("bin"))
        .agg(F.count("*").alias("rows"), F.max("model_version").alias("model_version"))
        .toPandas()
    )
    moved = feature_drift.by_feature(spark, args.scores, period, args.as_of)
    features = feature_drift.newest(moved, counted)
    bound = given.get(feature_drift.WATCHED.name)
    checks = [
        *monitoring.checks(by_cutoff, monitoring.drift(counted), rates, given),
        feature_drift.check_features(moved, features, rates, bound),
        *inputs.checks(periods, rates, given),
    ]

    report.tell(
        args.reports,
        "monitor_churn",
        "Did the scores of churn come true?",
        "Churn",
        checks,
        {
            "by_version": by_version,
            "by_cutoff": by_cutoff,
            "features": feature_drift.records(features),
        },
        [{name: row[name] for name in SHOWN} for row in by_version],
        read.warnings,
    )
    return job.Summary(
        sum(period.rows for period in periods),
        len(checks),
        left_out=read.left_out,
        rejected_by_reason=read.reasons,
        warnings=len(read.warnings),
        status=limits.worst(checks),
    )


if __name__ == "__main__":
    job.start(main)
