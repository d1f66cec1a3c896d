"""Watching the forecasts of three years: the job, as it is typed, against one pass over its files.

The baseline reads all columns that the job needs of the vintages and of usage, and adds them up.
The job reads and checks usage, and joins it with every vintage. The memory of its driver should
not grow with the number of customers.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DateType

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.growth.monitoring import columns
from {{ cookiecutter.package_name }}.measuring import measure
from {{ cookiecutter.package_name }}.periods import months_before
from {{ cookiecutter.package_name }}.reporting.files import as_table
from {{ cookiecutter.package_name }}.spark.session import get_spark

from benchmarks import _report

LAST, MONTHS, HORIZON = date(2025, 12, 1), 60, 12


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=job.positive, default=100_000, help="in each vintage")
    parser.add_argument("--vintages", type=job.positive, default=36, help="one for each month")
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder to write to")
    args = parser.parse_args(arguments)

    spark = get_spark("benchmark", own=True)
    records = []
    with tempfile.TemporaryDirectory() as name:
        for customers in (args.customers // 10, args.customers):
            folder = Path(name, str(customers))
            write(spark, customers, args.vintages, folder)
            baseline = measure(partial(add_up, spark, folder))
            whole = measure(partial(run_job, folder))
            records += [
                {"customers": customers, "contender": "one pass", **baseline._asdict()},
                {"customers": customers, "contender": "job", **whole._asdict()},
            ]
    ratio = records[-1]["seconds"] / records[-2]["seconds"]
    _report.tell(args.reports, "monitor_growth", {"job / one pass": ratio}, as_table(records))


def write(spark: SparkSession, customers: int, vintages: int, folder: Path) -> None:
    """Write usage of five years, and forecasts of a year from each of its last months."""
    rows = spark.range(customers).select(
        F.format_string("%08d", "id").alias("customer_id"), (50 + F.col("id") % 50).alias("level")
    )
    first = months_before(LAST, MONTHS - 1)
    months = f"explode(sequence(DATE'{first}', DATE'{LAST}', INTERVAL 1 MONTH))"
    used = "level * (0.9D + 0.2D * rand(1)) AS usage"
    usage = rows.selectExpr("customer_id", "level", f"{months} AS month")
    usage.selectExpr("customer_id", "month", used).write.parquet(str(folder / "usage"))
    for back in range(vintages, 0, -1):
        as_of = months_before(LAST, back)
        ahead = rows.withColumn("step", F.explode(F.sequence(F.lit(1), F.lit(HORIZON))))
        forecasts = ahead.select(
            "customer_id",
            F.add_months(F.lit(as_of), F.col("step")).alias("month"),
            F.col("level").cast("double").alias("forecast"),
            (0.9 * F.col("level")).alias("lower"),
            (1.1 * F.col("level")).alias("upper"),
        )
        run = tables.Run(as_of, datetime.now(UTC), "benchmark")
        tables.write_vintage(forecasts, folder / "forecasts", run)


def add_up(spark: SparkSession, folder: Path) -> None:
    """Read what the job reads, and sum it."""
    forecasts = tables.read_vintages(spark, str(folder / "forecasts"), columns(DateType()))
    sums = [F.sum(name) for name in ("forecast", "lower", "upper")]
    forecasts.groupBy("as_of", "period").agg(F.max("customer_id"), *sums).collect()
    usage = spark.read.parquet(str(folder / "usage"))
    usage.groupBy("month").agg(F.max("customer_id"), F.sum("usage")).collect()


def run_job(folder: Path) -> None:
    """Run the job as a process of its own, which starts Spark."""
    tables_read = ("--usage", str(folder / "usage"), "--forecasts", str(folder / "forecasts"))
    command = ["jobs/monitor_growth.py", *tables_read, "--reports", str(folder), "--no-warm"]
    subprocess.run([sys.executable, *command], check=True, capture_output=True)


if __name__ == "__main__":
    main()
