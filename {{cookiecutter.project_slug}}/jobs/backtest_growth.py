"""Compare forecasting methods: forecast known periods from the data before them."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.growth import (
    METHODS,
    SEASON_HELP,
    charts,
    future,
)
from {{ cookiecutter.package_name }}.growth.backtest import (
    backtest,
    hidden_periods,
)
from {{ cookiecutter.package_name }}.growth.history import align_ends
from {{ cookiecutter.package_name }}.periods import FREQUENCIES
from {{ cookiecutter.package_name }}.reporting.console import print_answer
from {{ cookiecutter.package_name }}.reporting.files import write_report
from {{ cookiecutter.package_name }}.spark.session import get_spark

SHOWN = {
    "method": "method",
    "MASE": "mase",
    "WAPE": "wape",
    "bias": "bias",
    "coverage": "coverage",
    "customers": "customers",
    "seconds": "seconds",
}
"""Heading -> the figure of each method that is printed; the report has all."""


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        parents=[job.LOG_FORMAT, job.READING],
    )
    parser.add_argument("--usage", required=True, help="usage table: path or catalog table")
    parser.add_argument("--horizon", type=job.positive, required=True, help="periods to forecast")
    parser.add_argument("--folds", type=job.positive, default=3, help="cutoffs to forecast from")
    parser.add_argument("--season", type=job.positive, help=SEASON_HELP)
    parser.add_argument(
        "--level", type=job.percentage, default=90, help="coverage of the intervals, in percent"
    )
    parser.add_argument(
        "--origin",
        choices=["table", "customer"],
        default="table",
        help="cutoffs before the table's last period, or before each customer's own last row",
    )
    future.add_arguments(parser)
    parser.add_argument("--reports", default="reports", help="folder or URL to write to")
    args = job.parse(parser, arguments)
    future.check_arguments(parser, args)

    spark = get_spark("backtest_growth", needs=args.needs)
    read = job.read_table(spark, args.usage, tables.USAGE, args, frequencies=FREQUENCIES)
    usage, frequency = read.rows, read.frequency
    season = args.season or frequency.season
    placed = align_ends(usage, frequency)[0] if args.origin == "customer" else usage
    back = max(hidden_periods(args.horizon, season, args.folds))
    known = future.read(spark, args, usage, frequency, back=back)
    by_method, by_length = backtest(
        placed, METHODS, args.horizon, season, args.level, args.folds, frequency, known
    )
    if not by_length:
        raise BadInputError(
            f"usage table ({args.usage}): no customer has more than {args.horizon} "
            f"{frequency.name}s, of which usage is known in some. Take a smaller --horizon."
        )

    records = [asdict(score) for score in by_method]
    lengths = [asdict(score) for score in by_length]
    page = write_report(
        args.reports,
        "growth_backtest",
        "Which method forecasts growth best?",
        records,
        charts.backtest(by_method, by_length),
        details=lengths,
        warnings=read.warnings,
    )
    print_answer(
        charts.finding(by_method),
        [{heading: record[key] for heading, key in SHOWN.items()} for record in records],
        notes=[f"cutoffs: {args.folds}", *future.notes(known, METHODS), f"page: {page}"],
    )
    rows, customers = tables.count_rows_and_customers(usage)
    scored = max(score.customers for score in by_method)
    return job.Summary(
        rows,
        len(records),
        rejected=customers - scored,
        left_out=read.left_out,
        rejected_by_reason=read.reasons,
        warnings=len(read.warnings),
    )


if __name__ == "__main__":
    job.start(main)
