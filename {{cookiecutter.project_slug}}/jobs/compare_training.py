"""Measure training on one node and on all nodes, for n rows, k features and m models."""

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job, simulate, tables
from {{ cookiecutter.package_name }}.churn import source
from {{ cookiecutter.package_name }}.churn.evaluation import at_cutoffs, count_known
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.measuring import machine
from {{ cookiecutter.package_name }}.periods import Frequency, last_month
from {{ cookiecutter.package_name }}.reporting.console import print_answer
from {{ cookiecutter.package_name }}.reporting.files import as_table, write_files
from {{ cookiecutter.package_name }}.spark.session import get_spark
from {{ cookiecutter.package_name }}.tradeoff import charts
from {{ cookiecutter.package_name }}.tradeoff.compare import compare
from {{ cookiecutter.package_name }}.tradeoff.conclusions import conclude
from {{ cookiecutter.package_name }}.tradeoff.costs import ROWS_OF_SEGMENT
from {{ cookiecutter.package_name }}.tradeoff.data import Data
from {{ cookiecutter.package_name }}.training import (
    TRAINERS,
    check_installed,
    installed,
)

MONTHS = 24
ROWS_OF_CUSTOMER = 6
"""At-risk rows per simulated customer: at least six of its twelve cutoffs."""

HEADINGS = {
    "driver_mb": "driver, MB",
    "worker_mb": "worker, MB",
    "jvm_mb": "Java, MB",
    "roc_auc": "ROC AUC",
}

BYTES_OF_ROW = 500
"""Disk space per row in all temporary tables together, an upper bound."""


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        parents=[job.LOG_FORMAT, job.READING],
    )
    sizes = {"type": job.positive, "nargs": "+"}
    few_to_many = [10_000, 30_000, 100_000, 300_000, 1_000_000]
    parser.add_argument(
        "--rows", **sizes, default=few_to_many, help="n: rows to train one model on"
    )
    parser.add_argument("--features", **sizes, default=[5, 20, 80], help="k: features of one model")
    models = [1, 10, 100, 1_000, 10_000]
    parser.add_argument(
        "--models", **sizes, default=models, help="m: number of models, one per segment"
    )
    parser.add_argument(
        "--trainers",
        nargs="+",
        choices=TRAINERS,
        default=installed(),
        help="libraries that train one model",
    )
    parser.add_argument("--usage", help="usage table to train on, instead of simulated customers")
    parser.add_argument(
        "--customers", help="customers table with more features, such as plan; needs --usage"
    )
    parser.add_argument(
        "--horizon", type=job.positive, default=3, help="periods without usage that count as churn"
    )
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same models")
    parser.add_argument("--reports", default="reports", help="folder or URL to write to")
    parser.add_argument(
        "--scratch",
        default=tempfile.gettempdir(),
        help="folder for temporary tables; on a cluster, one that all machines share",
    )
    args = job.parse(parser, arguments)
    if args.customers and not args.usage:
        parser.error("--customers needs --usage too")
    job.check_reading(parser, args)
    for trainer in args.trainers:
        check_installed(trainer)
    asked = {"n": args.rows, "k": args.features, "m": args.models}
    rows = max(*args.rows, *(count * ROWS_OF_SEGMENT for count in args.models))

    with tempfile.TemporaryDirectory(dir=args.scratch) as folder:
        if not args.usage:
            check_disk(Path(folder), rows)
        spark = get_spark("compare_training", own=True, needs=args.needs)
        if args.usage:
            read, customers = source.read_usage(spark, args)
            usage = read.rows
            end = last_month(usage)
        else:
            usage, customers = simulated(spark, rows, args.seed)
            read = tables.Reading(usage)
            end = simulate.LAST_MONTH
        data = described(usage, customers, args.horizon, end, Path(folder), read.frequency)
        measurements, skipped = compare(data, asked, list(dict.fromkeys(args.trainers)), args.seed)
    curves, crossovers = conclude(measurements)

    records = [asdict(measurement) for measurement in measurements]
    left_out = [skip._asdict() for skip in skipped]
    verdicts = [crossover.verdict for crossover in crossovers]
    measured_on = machine()
    figures = {
        "machine": measured_on,
        # `way` is the key that 0.1.0 had for `method`; it goes with 0.3.0
        "measurements": [record | {"way": record["method"]} for record in records],
        "skipped": [record | {"way": record["method"]} for record in left_out],
        "curves": [
            {"sweep": sweep, "method": method, "way": method, **asdict(curve)}
            for (sweep, method), curve in curves.items()
        ],
        "crossovers": [
            {**asdict(crossover), "verdict": crossover.verdict} for crossover in crossovers
        ],
    }
    parts = [
        "# One node or all of them?",
        "n: rows of one model; k: features of one model; m: number of models.",
        "\n".join(f"- {verdict}" for verdict in verdicts),
        as_table(records),
        as_table(left_out),
        measured_on,
    ]
    picture = charts.training(measurements, curves, crossovers)
    text = "\n\n".join(filter(None, parts))
    page = write_files(args.reports, "training", figures, text, picture, read.warnings)
    print_answer(
        charts.finding(crossovers),
        [{HEADINGS.get(key, key): value for key, value in record.items()} for record in records],
        notes=[
            *(f"{c.sweep}: {c.verdict}" for c in crossovers),
            *(f"skipped: {s.method} at {s.sweep} = {s.size:,}: {s.why}" for s in skipped),
            f"machine: {measured_on}",
            f"page: {page}",
        ],
    )
    return job.Summary(
        data.rows,
        len(records),
        rejected=len(skipped),
        left_out=read.left_out,
        rejected_by_reason=read.reasons,
        warnings=len(read.warnings),
    )


def check_disk(folder: Path, rows: int) -> None:
    """Raise BadInputError if the temporary tables would fill the disk."""
    free = shutil.disk_usage(folder).free
    if rows * BYTES_OF_ROW > free:
        raise BadInputError(
            f"sizes: {rows:,} rows need up to {rows * BYTES_OF_ROW / 2**30:,.0f} GB of disk; "
            f"{free / 2**30:,.0f} GB are free in {folder.parent}. Use smaller --rows and --models, "
            "or another --scratch."
        )


def simulated(spark: SparkSession, rows: int, seed: int) -> tuple[DataFrame, DataFrame]:
    """Return simulated usage and customers that give at least `rows` labelled rows."""
    population = simulate.population(spark, 3_000 + rows // ROWS_OF_CUSTOMER, MONTHS, seed)
    return simulate.usage(population, seed), simulate.customers(population)


def described(
    usage: DataFrame,
    customers: DataFrame | None,
    horizon: int,
    end: date,
    folder: Path,
    frequency: Frequency,
) -> Data:
    """Return features of customers: earlier cutoffs to train on, the latest cutoff to score."""
    at_risk, latest = at_cutoffs(usage, customers, horizon, end, frequency)
    path = str(folder / "features")
    at_risk.write.parquet(path)
    stored = usage.sparkSession.read.parquet(path)
    newest = frequency.literal(latest)
    training = stored.where(F.col("cutoff") < newest)
    rows = count_known(training, end, horizon, frequency)
    return Data(training, rows, stored.where(F.col("cutoff") == newest), folder)


if __name__ == "__main__":
    job.start(main)
