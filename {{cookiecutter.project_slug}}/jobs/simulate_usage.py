"""Simulate customers and their monthly usage, to try the project without real data."""

import argparse
from collections.abc import Sequence

from {{ cookiecutter.package_name }} import job, simulate, tables
from {{ cookiecutter.package_name }}.reporting.console import print_answer
from {{ cookiecutter.package_name }}.spark.session import get_spark


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        parents=[job.LOG_FORMAT, job.WRITING],
    )
    parser.add_argument("--customers", type=job.positive, default=1000, help="how many customers")
    parser.add_argument("--months", type=job.positive, default=36, help="months of history")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same tables")
    parser.add_argument("--output", default="data/raw", help="folder, URL or schema")
    args = job.parse(parser, arguments, tables=["usage", "customers"])

    spark = get_spark("simulate_usage", needs=args.needs)
    population = simulate.population(spark, args.customers, args.months, args.seed)
    tables.write(
        {
            "usage": simulate.usage(population, args.seed),
            "customers": simulate.customers(population),
        },
        args.output,
    )

    rows = tables.read_written(spark, args.output / "usage").count()
    print_answer(
        f"{args.customers:,} customers, {rows:,} customer-months, seed {args.seed}",
        notes=[f"written: {args.output / name}" for name in ("usage", "customers")],
    )
    return job.Summary(rows_in=0, rows_out=rows + args.customers)


if __name__ == "__main__":
    job.start(main)
