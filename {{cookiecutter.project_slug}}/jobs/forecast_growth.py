"""Forecast the usage of each customer, of groups and of all after the table's last period."""

import argparse
from collections.abc import Sequence

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.growth import (
    METHODS,
    SEASON_HELP,
    charts,
    future,
    with_future,
)
from {{ cookiecutter.package_name }}.growth.forecasts import (
    by_model,
    of_largest_customers,
    refuse_failures,
    refuse_horizon,
    total_by_month,
)
from {{ cookiecutter.package_name }}.growth.groups import (
    GROUPED_CUSTOMERS,
    check_groups,
    of_largest_groups,
    sum_up_groups,
)
from {{ cookiecutter.package_name }}.growth.history import STALE_AFTER, from_own_ends
from {{ cookiecutter.package_name }}.growth.totals import SUFFIX, total_records, totals
from {{ cookiecutter.package_name }}.periods import FREQUENCIES, last_month
from {{ cookiecutter.package_name }}.reporting.console import print_answer
from {{ cookiecutter.package_name }}.reporting.files import as_table, write_files
from {{ cookiecutter.package_name }}.spark.session import get_spark


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        parents=[job.LOG_FORMAT, job.READING, job.VINTAGES],
    )
    parser.add_argument("--usage", required=True, help="usage table: path or catalog table")
    parser.add_argument("--horizon", type=job.positive, required=True, help="periods to forecast")
    parser.add_argument("--method", choices=METHODS, default="combination", help="how to forecast")
    parser.add_argument("--season", type=job.positive, help=SEASON_HELP)
    parser.add_argument(
        "--level", type=job.percentage, default=90, help="coverage of the intervals, in percent"
    )
    parser.add_argument(
        "--quantiles",
        type=job.probability,
        nargs="+",
        default=[],
        metavar="PROBABILITY",
        help="further columns, for example 0.1 0.5 0.9 for q10, q50 and q90",
    )
    parser.add_argument(
        "--origin",
        choices=["table", "customer"],
        default="table",
        help="the periods after the table's last one, or after each customer's own last row",
    )
    parser.add_argument(
        "--max-failed",
        type=job.share,
        default=0.05,
        metavar="SHARE",
        help="largest share of customers that may be left without a forecast",
    )
    future.add_arguments(parser)
    parser.add_argument("--customers", help="customers table, with the columns of --by")
    parser.add_argument(
        "--by",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="columns of --customers, for example plan region: adds a total for each group",
    )
    parser.add_argument(
        "--output",
        required=True,
        help="folder, URL or catalog table of the forecasts; totals are written beside it, to "
        f"OUTPUT{SUFFIX}",
    )
    parser.add_argument("--reports", default="reports", help="folder or URL to write to")
    args = job.parse(parser, arguments, beside=[SUFFIX], has_vintages=True)
    if bool(args.by) != bool(args.customers):
        parser.error("give both --customers and --by, or neither")
    if args.by and args.origin == "customer":
        parser.error("--by does not go with --origin customer: its forecasts start at other times")
    future.check_arguments(parser, args)

    spark = get_spark("forecast_growth", needs=args.needs)
    read = job.read_table(spark, args.usage, tables.USAGE, args, frequencies=FREQUENCIES)
    usage, frequency = read.rows, read.frequency
    season = args.season or frequency.season
    refuse_horizon(args.horizon, read.months, frequency)
    customers = None
    if args.by:
        customers = job.read_table(spark, args.customers, GROUPED_CUSTOMERS, args).rows
        check_groups(customers, args.by, f"customers table ({args.customers})")
    known = future.read(spark, args, usage, frequency, ahead=args.horizon)
    method = with_future(METHODS, known)[args.method]
    if args.origin == "customer":
        method = from_own_ends(method, frequency)
    quantiles = sorted(set(args.quantiles))
    forecasts = method(usage, args.horizon, season, args.level, quantiles, frequency).cache()
    refuse_failures(forecasts, args.max_failed)
    run = job.new_run(last_month(usage))
    named = read.as_named(forecasts)
    tables.write_vintage(named, args.output, run, args.keep, read.check_unchanged)
    written = tables.read_vintage(spark, args.output, run.as_of)
    written = written.withColumnRenamed(read.period, "month")

    models = [row.asDict() for row in by_model(written).collect()]
    total = total_by_month(usage, written).toPandas()
    groups, records = [], []
    if args.origin == "table":
        place = args.output.beside(SUFFIX)
        settings = (args.horizon, season, args.level, frequency)
        summed = totals(usage, written, *settings, customers=customers, by=args.by)
        tables.write_vintage(summed, place, run, args.keep, read.check_unchanged)
        summed = tables.read_vintage(spark, place, run.as_of)
        records, groups = total_records(summed), sum_up_groups(summed, args.by)
        total = charts.with_bounds(total, summed.where("is_total").toPandas())
    if customers is not None:
        panels = of_largest_groups(usage, summed, customers, args.by)
    else:
        largest = of_largest_customers(written).cache()
        history = usage.join(largest.select("customer_id").distinct(), "customer_id", "left_semi")
        panels = history.toPandas(), largest.toPandas()
    rejected = sum(row["customers"] for row in models if row["model"] == "error")
    title = f"Growth forecast, {args.horizon} {frequency.name}s, {args.method}"
    shown = "\n\n".join(as_table(table) for table in (records, groups, models) if table)
    page = write_files(
        args.reports,
        "growth_forecast",
        {"models": models, "totals": records, "groups": groups},
        f"# {title}\n\n{shown}",
        charts.forecasts(total, *panels, rejected, frequency.name),
        read.warnings,
    )
    failures = written.where("error IS NOT NULL").orderBy("customer_id").limit(1).collect()
    notes = [f"error: for example {row.customer_id}: {row.error}" for row in failures]
    stale = sum(row["stale"] for row in models)
    if stale:
        notes.append(
            f"stale: {stale:,} customers have no row in the last {STALE_AFTER * frequency.month} "
            f"{frequency.name}s of the table "
            "(column stale). --origin customer forecasts each after its own last row."
        )
    if records:
        notes.append(f"totals: {place}")
    else:
        notes.append(
            "totals: not written, because forecasts of --origin customer start at other times"
        )
    notes += future.notes(known, [args.method])
    notes += [f"written: {args.output}", f"page: {page}"]
    print_answer(
        charts.outlook(total, rejected, frequency.name), records, groups, models, notes=notes
    )
    return job.Summary(
        usage.count(),
        written.count(),
        rejected,
        left_out=read.left_out,
        rejected_by_reason=read.reasons,
        warnings=len(read.warnings),
    )


if __name__ == "__main__":
    job.start(main)
