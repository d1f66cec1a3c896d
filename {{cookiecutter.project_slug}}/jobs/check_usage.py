"""Check that the usage of a period has arrived and is as usual, before a run uses it."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.errors import UnavailableError
from {{ cookiecutter.package_name }}.monitoring import bounds, inputs, limits, report
from {{ cookiecutter.package_name }}.periods import FREQUENCIES
from {{ cookiecutter.package_name }}.reporting.files import read_figures
from {{ cookiecutter.package_name }}.spark.session import get_spark


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        parents=[job.LOG_FORMAT, job.READING],
    )
    parser.add_argument("--usage", required=True, help="usage table: path or catalog table")
    parser.add_argument("--bounds", type=Path, help="TOML file with bounds that the team sets")
    parser.add_argument("--reports", default="reports", help="folder or URL to write to")
    args = job.parse(parser, arguments)
    rates, given = bounds.read(args.bounds, [watched.name for watched in inputs.WATCHED])

    spark = get_spark("check_usage", needs=args.needs)
    read = job.read_table(spark, args.usage, tables.USAGE, args, frequencies=FREQUENCIES)
    periods = inputs.by_period(read.rows.withColumnRenamed("month", "period").cache())
    last = datetime.fromisoformat(periods[-1].period)
    if args.as_of and read.frequency.index(last) < read.frequency.index(args.as_of):
        raise UnavailableError(
            f"usage table ({args.usage}): ends with {read.frequency.text(last)}, before --as-of "
            f"{read.frequency.text(args.as_of)}. Run again when the later rows have come."
        )
    names, before = sorted(read.names()), read_figures(args.reports, "check_usage") or {}
    checks = [
        *inputs.checks(periods, rates, given),
        inputs.check_names(names, before.get("columns"), periods[-1].period),
    ]
    figures = [period._asdict() for period in periods]
    report.tell(
        args.reports,
        "check_usage",
        "Is the usage table as usual?",
        "Usage",
        checks,
        {"periods": figures},
        figures[-3:],
        read.warnings,
        columns=names,
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
