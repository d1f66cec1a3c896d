"""Start-up time of Spark: this project's session against PySpark's defaults.

Each start is a new process, measured from its first import to the result of its first pandas UDF
(_start.py). Both run in alternation on the same Java; ratios are medians over the rounds. The
project uses the archive of Spark's classes, as every session after the first does.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import monotonic, sleep, time

from {{ cookiecutter.package_name }} import job
from {{ cookiecutter.package_name }}.reporting.files import as_table
from {{ cookiecutter.package_name }}.spark.class_archive import java_options
from {{ cookiecutter.package_name }}.spark.java import Java, find_java

from benchmarks import _report

ONE_START = Path(__file__).with_name("_start.py")

CONTENDERS = ("pyspark", "project")

TARGET = 0.5
"""Target for the project's start-up time, as a share of PySpark's."""

TO_MAKE = 300
"""Seconds to wait for the archive of classes."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=job.positive, default=5, help="starts of each")
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder to write to")
    args = parser.parse_args(arguments)

    java = find_java()
    # plain PySpark would not find these by itself
    os.environ |= {"JAVA_HOME": str(java.home), "PYSPARK_PYTHON": sys.executable}
    wait_for_archive(java)
    rounds = [{name: start(name) for name in CONTENDERS} for _ in range(args.rounds)]
    table = as_table(
        [
            {"contender": name} | {cost: median(r[name][cost] for r in rounds) for cost in costs}
            for name, costs in rounds[0].items()
        ]
    )
    ratio, cpu = (
        median(r["project"][cost] / r["pyspark"][cost] for r in rounds)
        for cost in ("seconds", "java_cpu_seconds")
    )
    verdict = (
        f"On Java {java.build}, this project starts in {ratio:.2f} times PySpark's seconds, with "
        f"{cpu:.2f} times its CPU seconds in Java. The target of {TARGET} is "
        f"{'reached' if ratio <= TARGET else 'missed'}."
    )
    ratios = {"seconds, project / PySpark": ratio, "Java's CPU, project / PySpark": cpu}
    _report.tell(args.reports, "startup", ratios, f"{table}\n\n{verdict}")


def wait_for_archive(java: Java) -> None:
    """Wait for the archive of classes; the first call starts its creation in the background."""
    end = monotonic() + TO_MAKE
    while not java_options(java):
        if monotonic() > end:
            print("There is no archive of Spark's classes: see spark/class_archive.py.")
            return
        sleep(1)


def start(contender: str) -> dict[str, float]:
    """Start Spark in a new process; return the seconds of each step and the CPU seconds."""
    # passed as an argument: the start time from psutil may be off by a second
    command = [sys.executable, str(ONE_START), contender, str(time())]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    taken: dict[str, float] = json.loads(answer.stdout)
    return taken


if __name__ == "__main__":
    main()
