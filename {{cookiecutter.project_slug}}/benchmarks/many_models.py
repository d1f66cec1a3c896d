"""Many small models: Spark, with segments as rows of a pandas UDF, against a pool of processes.

Both train the same models on the same table, from its files to all weights on the driver. They run
in alternation; the first round is a warm-up; the ratio is the median over the other rounds. On one
machine Spark should take at most 1.15 times as long as the pool: Spark also shuffles the rows and
passes them to Python.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job
from {{ cookiecutter.package_name }}.measuring import (
    interleave,
    median_cost,
    median_ratio,
)
from {{ cookiecutter.package_name }}.reporting.files import as_table
from {{ cookiecutter.package_name }}.sampling import sample_hash
from {{ cookiecutter.package_name }}.spark.session import get_spark
from {{ cookiecutter.package_name }}.tradeoff.costs import ROWS_OF_SEGMENT
from {{ cookiecutter.package_name }}.tradeoff.data import stored
from {{ cookiecutter.package_name }}.tradeoff.many import (
    in_segments,
    pool_of_processes,
    train_many,
)
from {{ cookiecutter.package_name }}.training.columns import KEYS, LABEL

from benchmarks import _report

FEATURES = 8


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--models", type=job.positive, default=3_000, help="number of models, one per segment"
    )
    parser.add_argument("--rounds", type=job.positive, default=5, help="runs of each method")
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder to write to")
    args = parser.parse_args(arguments)

    spark = get_spark("benchmark_many_models", own=True)
    features = [f"feature_{number}" for number in range(FEATURES)]
    rows = spark.range(args.models * ROWS_OF_SEGMENT).select(
        *(F.col("id").cast("string").alias(key) for key in KEYS),
        (sample_hash("label", "id") % 100 < 20).alias(LABEL),
        *((sample_hash(name, "id") % 1000 / 1000).alias(name) for name in features),
    )
    with tempfile.TemporaryDirectory() as folder, pool_of_processes() as pool:
        table = Path(folder, "segments")
        segments = stored(table, in_segments(rows, args.models, features))
        contenders = {
            method: lambda method=method: train_many(method, table, segments, features, pool)
            for method in ("pool", "spark")
        }
        turns = interleave(contenders, 1 + args.rounds)[1:]
    measured = [
        {"method": method, **median_cost([turn[method] for turn in turns])} for method in contenders
    ]
    ratios = {"spark / pool of processes": median_ratio(turns, "spark", "pool")}
    _report.tell(args.reports, "many_models", ratios, as_table(measured))


if __name__ == "__main__":
    main()
