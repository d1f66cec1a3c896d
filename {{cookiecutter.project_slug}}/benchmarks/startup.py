"""Start-up time of Spark: this project's session, its own and a warm one, against PySpark's.

Each start is a new process, measured from its first import to the result of its first pandas UDF
(_start.py). All run in alternation on the same Java; ratios are medians over the rounds. The
project uses the archive of Spark's classes, as every session after the first does. A warm Spark
(production/warm.py) runs meanwhile, and has served one session before.
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
from {{ cookiecutter.package_name }}.spark import warm
from {{ cookiecutter.package_name }}.spark.class_archive import java_options
from {{ cookiecutter.package_name }}.spark.java import Java, find_java

from benchmarks import _report
from production import warm as warm_spark

ONE_START = Path(__file__).with_name("_start.py")

CONTENDERS = ("pyspark", "project", "warm")

TARGETS = {"project": 0.5, "warm": 0.12}
"""Targets for the start-up time, as shares of PySpark's."""

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
    runs_already = warm.find() is not None
    warm_spark.main(["start"])
    try:
        start("warm")
        rounds = [{name: start(name) for name in CONTENDERS} for _ in range(args.rounds)]
    finally:
        if not runs_already:
            warm_spark.main(["stop"])
    table = as_table(
        [
            {"contender": name} | {cost: median(r[name][cost] for r in rounds) for cost in costs}
            for name, costs in rounds[0].items()
        ]
    )
    ratios = {
        f"seconds, {name} / PySpark": median(
            r[name]["seconds"] / r["pyspark"]["seconds"] for r in rounds
        )
        for name in TARGETS
    }
    told = (
        f"{name}: {ratio:.2f} of PySpark's seconds, target {target} "
        f"{'reached' if ratio <= target else 'missed'}"
        for (name, target), ratio in zip(TARGETS.items(), ratios.values(), strict=True)
    )
    verdict = f"On Java {java.build}. {'; '.join(told)}."
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
