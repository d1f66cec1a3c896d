"""Turn raw events (transactions, log lines) into a usage table, which the other jobs read."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pyspark.sql import Observation

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.preparation import completeness, options, report
from {{ cookiecutter.package_name }}.preparation.events import Columns, Style, open_events
from {{ cookiecutter.package_name }}.preparation.survey import (
    accepted,
    refuse_above,
    rejected,
    survey,
)
from {{ cookiecutter.package_name }}.preparation.usage import tasks_for, usage_by_period
from {{ cookiecutter.package_name }}.reporting.console import print_answer
from {{ cookiecutter.package_name }}.spark.session import get_spark
from {{ cookiecutter.package_name }}.tables import quarantine


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        parents=[job.LOG_FORMAT, job.CSV, job.WRITING],
    )
    options.add_arguments(parser)
    args = job.parse(parser, arguments)
    csv_options = dict(args.csv_options)
    amounts = tuple(name.strip() for name in args.amount.split("*")) if args.amount else ()
    columns = Columns(args.customer, args.time, amounts)
    style = Style(args.time_zone, args.time_format, csv_options.get("decimal"))
    now = datetime.now(ZoneInfo(args.time_zone)).replace(tzinfo=None)

    spark = get_spark("prepare_usage", needs=args.needs)
    events = open_events(spark, args.events, columns, style, csv_options, now.date())
    with events.stored.telling_faults(events.where):
        found = survey(events, args.frequency, args.as_of)
        refuse_above(events, found, args.max_rejected)
    last, verdict = completeness.last_complete(
        found.periods, args.frequency, now, args.as_of, events.where
    )
    observed = Observation()
    usage = usage_by_period(
        accepted(events, found, last.end),
        args.frequency,
        last.start,
        args.returns,
        observed,
        tasks_for(found.total),
    )
    aside = job.place_of_rejected(args)
    tables.write_table(rejected(events, found), aside, events.check_unchanged)
    tables.write_table(usage, args.output, events.check_unchanged)

    written = tables.read_written(spark, args.output)
    rows, customers = tables.count_rows_and_customers(written)
    warnings = [*found.warnings, *report.suspicions(found, last, verdict, args.frequency)]
    notes = [
        f"zone: periods are cut in {args.time_zone}; times without a zone count as written",
        *report.returns(found.returns, args.returns, observed.get),
        *report.left_out(found, last, verdict, args.frequency),
        *quarantine.lines(found.rejected, found.total, aside),
        *(f"warning: {warning}" for warning in warnings),
        f"written: {args.output}",
    ]
    print_answer(
        f"{customers:,} customers, {rows:,} rows, each {args.frequency} to "
        f"{completeness.name_of(last.start, args.frequency)}",
        notes=notes,
    )
    return job.Summary(
        found.total,
        rows,
        sum(found.broken),
        left_out=found.left_out + sum(period.events for period in found.periods if period > last),
        warnings=len(warnings),
        rejected_by_reason=found.rejected,
    )


if __name__ == "__main__":
    job.start(main)
