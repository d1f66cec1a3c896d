"""Run the five ways of processing on the same usage, and compare their results and speed."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict

from pyspark.sql import DataFrame, SparkSession

from {{ cookiecutter.package_name }} import job, simulate, tables
from {{ cookiecutter.package_name }}.processing import charts
from {{ cookiecutter.package_name }}.processing.compare import REFERENCE, compare, left_out
from {{ cookiecutter.package_name }}.reporting.console import print_answer
from {{ cookiecutter.package_name }}.reporting.files import as_table, write_files
from {{ cookiecutter.package_name }}.spark.session import get_spark


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        parents=[job.LOG_FORMAT, job.READING],
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--usage", help="usage table by the month: path or catalog table")
    source.add_argument("--rows", type=job.positive, default=100_000, help="rows to simulate")
    parser.add_argument("--runs", type=job.positive, default=3, help="timed runs of each way")
    parser.add_argument("--reports", default="reports", help="folder or URL to write to")
    args = job.parse(parser, arguments)
    job.check_reading(parser, args)

    spark = get_spark("compare_processing", own=True, needs=args.needs)
    if args.usage is not None:
        read = job.read_table(spark, args.usage, tables.USAGE, args)
    else:
        read = tables.Reading(simulated_usage(spark, args.rows))
    measurements = compare(read.rows, args.runs)

    records = [asdict(measurement) for measurement in measurements]
    reasons = [{"left out": way, "why": why} for way, why in left_out().items()]
    shown = [
        {
            "way": m.way,
            "task": m.task,
            "microseconds per row": m.microseconds_per_row,
            "fixed seconds": m.fixed_seconds,
            f"seconds for {m.rows:,} rows": m.seconds,
            "data path": m.data_path,
            "equal": m.equal,
        }
        for m in measurements
    ]
    method = "Costs: the line of Theil and Sen through the median seconds of several sizes."
    title = "# Five ways to process data with Spark"
    parts = [title, as_table(shown), method, as_table(reasons)]
    page = write_files(
        args.reports,
        "processing",
        # the key road, of before 0.2.0, stays until 0.3.0
        [record | {"road": record["data_path"]} for record in records],
        "\n\n".join(filter(None, parts)),
        charts.processing(measurements),
        read.warnings,
    )
    sizes = ", ".join(f"{rows:,.0f}" for rows, _ in measurements[0].sizes)
    print_answer(
        charts.finding(measurements),
        shown,
        notes=[
            *(f"skipped: {r['left out']} is left out: {r['why']}" for r in reasons),
            f"sizes: {sizes} rows; median of {args.runs} warm runs, fewer above 0.5 s",
            f"page: {page}",
        ],
    )
    wrong = ", ".join(f"{m.way} ({m.task})" for m in measurements if not m.equal)
    if wrong:
        sys.exit(f"error: these ways do not answer as {REFERENCE} does: {wrong}")
    return job.Summary(
        rows_in=measurements[0].rows,
        rows_out=len(records),
        left_out=read.left_out,
        rejected_by_reason=read.reasons,
        warnings=len(read.warnings),
    )


def simulated_usage(spark: SparkSession, rows: int) -> DataFrame:
    """Return exactly `rows` rows of simulated usage, spread over all cores."""
    more_than_enough = 100 + rows // 30  # a customer has 45 of the 60 months on average
    population = simulate.population(spark, more_than_enough, months=60, seed=0)
    return simulate.usage(population, seed=0).limit(rows).repartition("customer_id")


if __name__ == "__main__":
    job.start(main)
