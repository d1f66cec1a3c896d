"""Memory and speed of pandas UDFs as Arrow batches grow.

Wide rows go through Python in batches of increasing size, because a worker does not return memory.
Spark's limit on the bytes of a batch is lifted, so that only the limit on its rows applies.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job
from {{ cookiecutter.package_name }}.measuring import measure
from {{ cookiecutter.package_name }}.reporting.files import as_table
from {{ cookiecutter.package_name }}.spark.session import get_spark

from benchmarks import _report

LIMIT = "spark.sql.execution.arrow.maxRecordsPerBatch"
BYTES = "spark.sql.execution.arrow.maxBytesPerBatch"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=job.positive, default=2_000_000, help="number of rows")
    parser.add_argument("--columns", type=job.positive, default=50, help="numbers per row")
    parser.add_argument(
        "--batches",
        type=job.positive,
        nargs="+",
        default=[1_000, 10_000, 100_000, 1_000_000],
        help="rows per batch, in increasing order",
    )
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder to write to")
    args = parser.parse_args(arguments)

    spark = get_spark("benchmark", own=True)
    spark.conf.set(BYTES, 2**31 - 1)
    rows = wide_rows(spark, args.rows, args.columns).cache()
    rows.count()
    measured = []
    for batch in args.batches:
        spark.conf.set(LIMIT, batch)
        cost = measure(lambda: through_python(rows))
        measured.append(
            {
                "rows_of_batch": batch,
                "batch_mb": batch * args.columns * 8 / 2**20,
                "worker_mb": cost.worker_mb,
                "rows_per_second": args.rows / cost.seconds,
            }
        )
    first = measured[0]
    ratios = {
        f"worker's memory, {m['rows_of_batch']:,} rows / {first['rows_of_batch']:,}": (
            m["worker_mb"] / first["worker_mb"]
        )
        for m in measured[1:]
    }
    _report.tell(args.reports, "arrow_batches", ratios, as_table(measured))


def wide_rows(spark: SparkSession, rows: int, columns: int) -> DataFrame:
    numbers = (F.rand(seed).alias(f"x{seed}") for seed in range(columns))
    return spark.range(rows).select(*numbers)


def through_python(rows: DataFrame) -> None:
    """Reduce each row to one number in Python, as a small model would."""

    def total(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            yield batch.sum(axis="columns").to_frame("total")

    rows.mapInPandas(total, "total double").write.format("noop").mode("overwrite").save()


if __name__ == "__main__":
    main()
