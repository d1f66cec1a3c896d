"""Forecast how much each customer will use in the months after its last one."""

import argparse
from collections.abc import Sequence

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.growth import METHODS, charts
from {{ cookiecutter.package_name }}.growth.forecasts import (
    by_model,
    of_largest_customers,
    total_by_month,
)
from {{ cookiecutter.package_name }}.reporting.files import as_table, write_report
from {{ cookiecutter.package_name }}.spark.session import get_spark


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        parents=[job.LOG_FORMAT, job.READING],
    )
    parser.add_argument("--usage", required=True, help="usage table: Parquet, CSV or catalog table")
    parser.add_argument("--horizon", type=job.positive, required=True, help="months to forecast")
    parser.add_argument("--method", choices=METHODS, default="per-customer", help="how to forecast")
    parser.add_argument("--season", type=job.positive, default=12, help="months in a season")
    parser.add_argument("--level", type=job.percentage, default=90, help="of the intervals")
    parser.add_argument("--output", required=True, help="folder of the forecasts table")
    parser.add_argument("--reports", default="reports", help="folder to write to")
    args = job.parse(parser, arguments)

    spark = get_spark("forecast_growth")
    read = job.read_table(spark, args.usage, tables.USAGE, args)
    usage = read.rows
    forecasts = METHODS[args.method](usage, args.horizon, args.season, args.level)
    tables.write_table(forecasts, args.output, read.check_unchanged)

    written = tables.read_written(spark, args.output)
    models = [row.asDict() for row in by_model(written).collect()]
    largest = of_largest_customers(written).cache()
    history = usage.join(largest.select("customer_id").distinct(), "customer_id", "left_semi")
    total = total_by_month(usage, written).toPandas()
    rejected = sum(row["customers"] for row in models if row["model"] == "error")
    write_report(
        args.reports,
        "growth_forecast",
        f"Growth forecast, {args.horizon} months, {args.method}",
        models,
        charts.forecasts(total, history.toPandas(), largest.toPandas(), rejected),
        warnings=read.warnings,
    )
    print(as_table(models))
    for row in written.where("error IS NOT NULL").orderBy("customer_id").limit(1).collect():
        print(f"error: for example {row.customer_id}: {row.error}")
    print(f"written: {args.output}. Picture: {args.reports / 'growth_forecast.png'}")
    return job.Summary(
        usage.count(),
        written.count(),
        rejected,
        left_out=read.left_out,
        warnings=len(read.warnings),
    )


if __name__ == "__main__":
    job.start(main)
