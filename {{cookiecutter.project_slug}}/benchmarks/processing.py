"""Speed of the ways to process data, relative to DataFrames, on the same rows in alternation.

jobs/compare_processing.py measures your own table, and shows the data path of its rows.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from {{ cookiecutter.package_name }} import job
from {{ cookiecutter.package_name }}.processing.compare import REFERENCE, compare
from {{ cookiecutter.package_name }}.reporting.files import as_table
from {{ cookiecutter.package_name }}.spark.session import get_spark

from benchmarks import _report
from jobs.compare_processing import simulated_usage


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=job.positive, default=300_000, help="simulated rows")
    parser.add_argument("--rounds", type=job.positive, default=5, help="runs of each way")
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder to write to")
    args = parser.parse_args(arguments)

    usage = simulated_usage(get_spark("benchmark", own=True), args.rows)
    measurements = compare(usage, args.rounds, shares=[1.0])
    seconds = {(m.task, m.way): m.seconds for m in measurements}
    ratios = {
        f"{task}, {way} / {REFERENCE}": taken / seconds[task, REFERENCE]
        for (task, way), taken in seconds.items()
        if way != REFERENCE
    }
    _report.tell(args.reports, "processing", ratios, as_table([asdict(m) for m in measurements]))


if __name__ == "__main__":
    main()
