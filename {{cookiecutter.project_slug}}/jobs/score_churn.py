"""Score each customer's probability of churn, with a model of the store."""

import argparse
from collections.abc import Sequence
from datetime import date

from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job, lifecycle, tables
from {{ cookiecutter.package_name }}.churn import (
    charts,
    coverage,
    feature_drift,
    offers,
    reasons,
    source,
)
from {{ cookiecutter.package_name }}.churn.buy_till_you_die import with_expected_usage
from {{ cookiecutter.package_name }}.churn.features import at_risk, features
from {{ cookiecutter.package_name }}.lifecycle import options
from {{ cookiecutter.package_name }}.periods import last_month
from {{ cookiecutter.package_name }}.reporting.console import print_answer
from {{ cookiecutter.package_name }}.reporting.files import write_report
from {{ cookiecutter.package_name }}.spark.session import get_spark
from {{ cookiecutter.package_name }}.training.drift import check_columns
from {{ cookiecutter.package_name }}.training.scoring import score


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__, parents=[job.LOG_FORMAT, job.READING, job.VINTAGES]
    )
    source.add_arguments(parser)
    options.add_arguments(parser, version=True)
    parser.add_argument(
        "--max-unscored",
        type=job.share,
        default=0.05,
        help="the largest share of customers without a score, from 0 to 1 (default: 0.05)",
    )
    parser.add_argument("--no-reasons", action="store_true", help="leave reasons out, to save time")
    offers.add_arguments(parser)
    parser.add_argument(
        "--output",
        required=True,
        help="folder, URL or catalog table of the scores; with --usage, shares of the features' "
        f"values are written beside it, to OUTPUT{feature_drift.SUFFIX}",
    )
    parser.add_argument(
        "--reports", default="reports", help="folder or URL of the report on offers"
    )
    args = job.parse(parser, arguments, beside=[feature_drift.SUFFIX], has_vintages=True)
    source.check_arguments(parser, args)
    offers.check_arguments(parser, args)

    spark = get_spark("score_churn", needs=args.needs)
    version, model, about, profile = lifecycle.load(*options.chosen(args))
    horizon, frequency = about["horizon"], source.trained_frequency(about)
    if args.usage:
        source.check_horizon(args.horizon, horizon, frequency)
        read, customers = source.read_usage(spark, args)
        source.check_frequency(read.frequency, frequency, args.usage)
        usage = read.rows
        rows_in = usage.count()
        end = cutoff = last_month(usage)
        rows = features(usage, [end], horizon, end, customers, frequency)
        covered = coverage.by_customer(usage, end, frequency)
        found = coverage.count(covered, customers)
        coverage.check(found, args.max_unscored)
        notes, rejected = found.lines(frequency), found.unknown + found.unused
        prior = getattr(model.estimator, "prior", None)  # absent from models of version 0.1.0
        expected = with_expected_usage(rows, prior, horizon) if prior else rows
        rows = expected.join(covered, "customer_id")
        # customers without usage in a whole horizon have churned already, whatever the model says
        known = F.when(at_risk(horizon), F.col("churn_probability")).otherwise(1.0)
        probability = F.when(~F.col("unknown"), known)
        columns = (
            [F.col("expected_usage")]
            if prior
            else [F.lit(None).cast("double").alias("expected_usage")]
        )
        columns.append(F.col("stale"))
        if args.offer_cost is not None:
            profit = offers.expected_profit(
                probability, horizon, args.offer_cost, args.save_rate, args.value
            )
            columns += [profit.alias("expected_profit"), (profit > 0).alias("worth_contacting")]
    else:
        csv = dict(args.csv_options)
        rows = source.read_features(spark, args.features, args.id, args.label, csv)
        read = tables.Reading(rows)
        rows_in = rows.count()
        probability, columns, cutoff = F.col("churn_probability"), [], None
        notes, rejected = [], 0

    rows = rows.cache()  # looked at twice: first whether columns are as they were in training
    where = f"features of {args.usage or args.features}"
    as_in_training = rows.where(at_risk(horizon)) if args.usage else rows
    moved, shares = check_columns(as_in_training, model.kinds, profile, where)
    explained = rows
    if not args.no_reasons:
        columns += [F.col(name) for name in reasons.COLUMNS]
        if args.usage:
            explained = reasons.with_reasons_at_risk(rows, model, horizon, frequency)
        else:
            explained = reasons.with_reasons(rows, model, reasons.typical_row(rows, model))
    scored = score(explained, model).select(
        "customer_id",
        probability.alias("churn_probability"),
        *columns,
        F.lit(version).alias("model_version"),
        frequency.literal(cutoff).alias("cutoff"),
        F.lit(horizon).cast("int").alias("horizon"),
    )
    run = job.new_run(cutoff or date.today())
    tables.write_vintage(scored, args.output, run, args.keep, read.check_unchanged)
    if args.usage and shares:
        place = args.output.beside(feature_drift.SUFFIX)
        tables.write_vintage(feature_drift.table(spark, shares, version), place, run, args.keep)
    written = tables.read_vintage(spark, args.output, run.as_of)
    [told] = written.agg(
        F.count("*").alias("rows"),
        F.count_if(F.col("churn_probability") == 1).alias("gone"),
        F.count_if(F.col("churn_probability") < 1).alias("at_risk"),
        F.avg(F.when(F.col("churn_probability") < 1, F.col("churn_probability"))).alias("mean"),
    ).collect()
    offered = []
    if args.offer_cost is not None:
        curve = offers.profit_curve(written)
        page = write_report(
            args.reports,
            "churn_offers",
            "Offers to customers who may churn",
            offers.as_records(curve),
            charts.profit(curve),
            warnings=read.warnings,
        )
        offered = [f"offers: {charts.worth(curve)}", f"page: {page}"]
    periods = f"{horizon} {frequency.name}{'s' * (horizon != 1)}"
    gone = f"{told.gone:,} of them have churned already (no usage in {periods})"
    print_answer(
        f"Mean churn probability of {told.at_risk:,} customers: {told.mean or 0:.1%} "
        f"(version {version})",
        notes=[
            f"scored: {told.rows:,} customers",
            *([f"churned: {gone}: probability 1"] if args.usage else []),
            *(f"warning: {line}" for line in [*moved, *notes]),
            f"written: {args.output}",
            *offered,
        ],
    )
    return job.Summary(
        rows_in,
        told.rows,
        rejected,
        model_version=version,
        left_out=read.left_out,
        rejected_by_reason=read.reasons,
        warnings=len(read.warnings) + len(moved),
    )


if __name__ == "__main__":
    job.start(main)
