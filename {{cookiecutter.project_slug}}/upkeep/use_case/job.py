"""New use case: an example that writes usage by month."""

import argparse
from collections.abc import Sequence

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.new_use_case import by_month, chart
from {{ cookiecutter.package_name }}.reporting.console import print_answer
from {{ cookiecutter.package_name }}.reporting.files import write_report
from {{ cookiecutter.package_name }}.spark.session import get_spark


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        parents=[job.LOG_FORMAT, job.READING, job.WRITING],
    )
    parser.add_argument("--usage", required=True, help="usage table: path or catalog table")
    parser.add_argument("--output", required=True, help="folder, URL or catalog table to write")
    parser.add_argument("--reports", default="reports", help="folder or URL to write to")
    args = job.parse(parser, arguments)

    spark = get_spark("new_use_case", needs=args.needs)
    read = job.read_table(spark, args.usage, tables.USAGE, args)
    usage = read.rows
    tables.write_table(by_month(usage), args.output, read.check_unchanged)

    written = tables.read_written(spark, args.output)
    months = written.orderBy("month").toPandas()
    figures = months.assign(month=months["month"].astype(str)).to_dict("records")
    picture = chart(months)
    page = write_report(
        *(args.reports, "new_use_case", "New use case", figures, picture), warnings=read.warnings
    )
    print_answer(
        f"{len(months):,} months of usage",
        figures[-12:],
        notes=[f"written: {args.output}", f"page: {page}"],
    )
    return job.Summary(
        usage.count(),
        len(months),
        left_out=read.left_out,
        warnings=len(read.warnings),
        rejected_by_reason=read.reasons,
    )


if __name__ == "__main__":
    job.start(main)
