"""Compare earlier forecasts with the usage that came since; check the input."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.growth import METHODS, monitoring
from {{ cookiecutter.package_name }}.growth.groups import GROUPED_CUSTOMERS, check_groups
from {{ cookiecutter.package_name }}.monitoring import bounds, inputs, limits, report
from {{ cookiecutter.package_name }}.periods import FREQUENCIES
from {{ cookiecutter.package_name }}.reporting.files import read_figures
from {{ cookiecutter.package_name }}.spark.session import get_spark
from {{ cookiecutter.package_name }}.tables.folders import Folder


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        parents=[job.LOG_FORMAT, job.READING],
    )
    parser.add_argument("--usage", required=True, help="usage table: path or catalog table")
    parser.add_argument(
        "--forecasts", required=True, help="what forecast_growth.py wrote, with all its vintages"
    )
    parser.add_argument(
        "--method", choices=METHODS, default="combination", help="method that made the forecasts"
    )
    parser.add_argument("--customers", help="customers table, with the columns of --by")
    parser.add_argument(
        "--by",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="columns of --customers, for example plan region: adds errors for each group",
    )
    parser.add_argument("--bounds", type=Path, help="TOML file with bounds that the team sets")
    parser.add_argument(
        "--reports",
        default="reports",
        help="folder or URL to write to; the backtest's report is there",
    )
    args = job.parse(parser, arguments)
    if bool(args.by) != bool(args.customers):
        parser.error("give both --customers and --by, or neither")
    known = [watched.name for watched in inputs.WATCHED]
    rates, given = bounds.read(args.bounds, [*known, *monitoring.names(args.by)])

    spark = get_spark("monitor_growth", needs=args.needs)
    read = job.read_table(spark, args.usage, tables.USAGE, args, frequencies=FREQUENCIES)
    usage = read.rows.withColumnRenamed("month", "period").cache()
    columns = monitoring.columns(usage.schema["period"].dataType)
    forecasts = tables.read_vintages(spark, args.forecasts, columns)
    customers = None
    if args.by:
        customers = job.read_table(spark, args.customers, GROUPED_CUSTOMERS, args).rows
        check_groups(customers, args.by, f"customers table ({args.customers})")
    periods = inputs.by_period(usage)
    summed = monitoring.sums(forecasts, usage, customers, args.by).toPandas()
    inputs.check_vintages(set(summed["as_of"]), periods, f"forecasts ({args.forecasts})")
    found = monitoring.with_leads(summed, read.frequency)
    promised = promise(args.reports, args.method)
    checks = [
        *monitoring.checks(found, args.by, promised, rates, given),
        *inputs.checks(periods, rates, given),
    ]

    by_lead, by_vintage, by_segment = (
        monitoring.figures(found, keys) if keys else [] for keys in (["lead"], ["as_of"], args.by)
    )
    report.tell(
        args.reports,
        "monitor_growth",
        "Did the forecasts come true?",
        "Growth",
        checks,
        {"by_lead": by_lead, "by_vintage": by_vintage, "by_segment": by_segment},
        by_lead,
        read.warnings,
        promised=promised,
    )
    return job.Summary(
        sum(period.rows for period in periods),
        len(checks),
        left_out=read.left_out,
        rejected_by_reason=read.reasons,
        warnings=len(read.warnings),
        status=limits.worst(checks),
    )


def promise(reports: Folder, method: str) -> dict[str, Any] | None:
    """Return a method's row of the backtest's report; None if there is none."""
    rows: list[dict[str, Any]] = read_figures(reports, "growth_backtest") or []
    return next((row for row in rows if row["method"] == method), None)


if __name__ == "__main__":
    job.start(main)
