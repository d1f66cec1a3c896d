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
from pathlib import Path

import pyspark

from {{ cookiecutter.package_name }}.spark.java import JavaNotFoundError, find_java

from production.package import build_environment, build_wheel, environment

SPARK_HOME = Path(pyspark.__file__).parent
UNPACKED = "environment"


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
    start = next((i for i, word in enumerate(arguments) if word.endswith(".py")), None)
    if start is None:
        raise ValueError("no job is given. For example: nox -s submit -- jobs/simulate_usage.py")
    options, job = list(arguments[:start]), list(arguments[start:])
    if not Path(job[0]).is_file():
        raise ValueError(f"there is no file {job[0]}. The jobs are in jobs/.")
    if not any(word.partition("=")[0] == "--master" for word in options):
        if not os.environ.get("SPARK_MASTER"):
            raise ValueError(
                "no cluster is given. Set SPARK_MASTER, for example to spark://HOST:7077"
            )
        options = ["--master", os.environ["SPARK_MASTER"], *options]
    return options, job


def command(options: Sequence[str], job: Sequence[str], code: Path) -> list[str]:
    """Return the spark-submit command.

    Executors, and a driver on the cluster, run the Python that they unpack.
    """
    unpacked = f"./{UNPACKED}/bin/python"
    driver = unpacked if "cluster" in options else sys.executable
    return [
        str(SPARK_HOME / "bin" / "spark-submit"),
        f"--archives={environment()}#{UNPACKED}",
        f"--py-files={code}",
        f"--conf=spark.pyspark.python={unpacked}",
        f"--conf=spark.pyspark.driver.python={driver}",
        *options,
        *job,
    ]


def code() -> Path:
    """Return a zip of the project's current code: workers cannot import from a wheel."""
    wheel = build_wheel()
    return Path(shutil.copy(wheel, wheel.with_suffix(".zip")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
