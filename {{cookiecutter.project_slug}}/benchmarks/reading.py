"""Reading and checking a usage table, relative to two plain passes over the same files.

`tables.read` takes two passes over a good table, the second with a shuffle: one for the rules, one
for the key. The baseline makes the same passes without a rule: it scans all columns, and counts the
rows of each key. Parquet and CSV, in alternation.
"""

import argparse
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.measuring import interleave, median_cost, median_ratio
from {{ cookiecutter.package_name }}.reporting.files import as_table
from {{ cookiecutter.package_name }}.spark.session import get_spark

from benchmarks import _report
from jobs.compare_processing import simulated_usage


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=job.positive, default=2_000_000, help="simulated rows")
    parser.add_argument("--rounds", type=job.positive, default=3, help="runs of each")
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder to write to")
    args = parser.parse_args(arguments)

    spark = get_spark("benchmark", own=True)
    records, ratios = [], {}
    with tempfile.TemporaryDirectory() as folder:
        usage = simulated_usage(spark, args.rows).repartition(4)
        sources = {"Parquet": f"{folder}/usage", "CSV": f"{folder}/usage.csv"}
        usage.write.parquet(sources["Parquet"])
        usage.write.option("header", True).csv(sources["CSV"])
        for kind, source in sources.items():
            contenders = {
                "read": partial(tables.read, spark, source, tables.USAGE),
                "passes": partial(pass_twice, spark, kind, source),
            }
            turns = interleave(contenders, args.rounds + 1)[1:]
            ratios[f"{kind}, tables.read / two plain passes"] = median_ratio(
                turns, "read", "passes"
            )
            records += [
                {"files": kind, "contender": who, **median_cost([turn[who] for turn in turns])}
                for who in contenders
            ]
    _report.tell(args.reports, "reading", ratios, as_table(records))


def pass_twice(spark: SparkSession, kind: str, source: str) -> None:
    """Scan all columns, and count the rows of each key."""
    rows = plain(spark, kind, source)
    rows.agg(F.count("*"), F.max("month"), F.sum("usage")).collect()
    rows.groupBy("customer_id", "month").count().where("count > 1").limit(1).collect()


def plain(spark: SparkSession, kind: str, source: str) -> DataFrame:
    """Open the files with the types that they hold, or that CSV is to have."""
    if kind == "Parquet":
        return spark.read.parquet(source)
    return spark.read.schema(tables.USAGE.schema).option("header", True).csv(source)


if __name__ == "__main__":
    main()
