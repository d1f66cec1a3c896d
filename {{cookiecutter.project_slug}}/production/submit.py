"""Run a job on a cluster: pack its environment, print the spark-submit line, and run it.

uv run nox -s submit -- [options of spark-submit] jobs/JOB.py [arguments of the job]

`--master` selects the cluster; its default is the environment variable SPARK_MASTER.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pyspark

from {{ cookiecutter.package_name }}.spark.java import JavaNotFoundError, find_java

from production.package import build_environment, build_wheel, environment

SPARK_HOME = Path(pyspark.__file__).parent
UNPACKED = "environment"

WITHOUT_VALUE = ("--verbose", "-v", "--supervise", "--version", "--help", "-h")
"""Options of spark-submit after which no value stands."""


def main(arguments: Sequence[str]) -> int:
    try:
        options, job = split(arguments)
        java_home = find_java().home
    except (ValueError, JavaNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1
    if not environment().exists():
        print("Packing Python and its packages for the executors takes minutes, once.", flush=True)
        build_environment()
    line = command(options, job, code())
    print(f"$ {shlex.join(line)}", flush=True)
    cluster = os.environ | {"SPARK_HOME": str(SPARK_HOME), "JAVA_HOME": str(java_home)}
    return subprocess.run(line, env=cluster, check=False).returncode


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the options of spark-submit, including the master; and the job with its arguments.

    Raises:
        ValueError: if no job is given, its file does not exist, or no master is given.
    """
    start = start_of_job(arguments)
    if start is None:
        raise ValueError("no job is given. For example: nox -s submit -- jobs/simulate_usage.py")
    options, job = list(arguments[:start]), list(arguments[start:])
    if not Path(job[0]).is_file():
        raise ValueError(f"there is no file {job[0]}. The jobs are in jobs/.")
    if not values_of("--master", options):
        if not os.environ.get("SPARK_MASTER"):
            raise ValueError(
                "no cluster is given. Set SPARK_MASTER, for example to spark://HOST:7077"
            )
        options = ["--master", os.environ["SPARK_MASTER"], *options]
    return options, job


def start_of_job(arguments: Sequence[str]) -> int | None:
    """Return the index of the job's file: the first `.py` that is not the value of an option."""
    for i, word in enumerate(arguments):
        before = arguments[i - 1] if i else ""
        is_value = before.startswith("--") and "=" not in before and before not in WITHOUT_VALUE
        if word.endswith(".py") and not word.startswith("--") and not is_value:
            return i
    return None


def values_of(option: str, options: Sequence[str]) -> list[str]:
    """Return the values of an option, written `--option value` or `--option=value`."""
    separate = [after for word, after in pairwise(options) if word == option]
    joined = [word.removeprefix(f"{option}=") for word in options if word.startswith(f"{option}=")]
    return separate + joined


def command(options: Sequence[str], job: Sequence[str], code: Path) -> list[str]:
    """Return the spark-submit command.

    Executors, and a driver on the cluster, run the Python that they unpack.
    """
    unpacked = f"./{UNPACKED}/bin/python"
    modes = {*values_of("--deploy-mode", options), *values_of("--conf", options)}
    is_on_cluster = not modes.isdisjoint({"cluster", "spark.submit.deployMode=cluster"})
    # of several --py-files, spark-submit takes the last
    files = ",".join([str(code), *values_of("--py-files", options)])
    return [
        str(SPARK_HOME / "bin" / "spark-submit"),
        # a URL, because Spark takes a path with a # for one, in which a space is an error
        f"--archives={environment().resolve().as_uri()}#{UNPACKED}",
        f"--conf=spark.pyspark.python={unpacked}",
        f"--conf=spark.pyspark.driver.python={unpacked if is_on_cluster else sys.executable}",
        *options,
        f"--py-files={files}",
        *job,
    ]


def code() -> Path:
    """Return a zip of the project's current code: workers cannot import from a wheel."""
    wheel = build_wheel()
    return Path(shutil.copy(wheel, wheel.with_suffix(".zip")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
