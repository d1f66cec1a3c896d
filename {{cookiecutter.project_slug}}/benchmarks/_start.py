"""One start of Spark in a new process, for startup.py.

It opens a session, runs a first query and a first pandas UDF, and prints the seconds of each step.
"""

import json
import sys
from itertools import pairwise
from time import time

import psutil
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }}.spark.session import get_spark


def main(contender: str, begun: float) -> None:
    times = [begun, time()]
    if contender == "pyspark":
        spark = SparkSession.builder.getOrCreate()
    else:
        spark = get_spark("startup", own=contender == "project")
    times.append(time())
    spark.range(1000).groupBy((F.col("id") % 7).alias("key")).agg(F.sum("id")).collect()
    times.append(time())
    twice = F.pandas_udf(lambda values: 2 * values, "long")
    spark.range(1000).select(twice("id")).collect()
    times.append(time())

    cpu = {"java": 0.0, "python": 0.0}
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        used = process.cpu_times()
        cpu["java" if process.name() == "java" else "python"] += used.user + used.system
    steps = ("imports", "session", "first_query", "first_pandas_udf")
    taken = {
        **{step: end - begin for step, (begin, end) in zip(steps, pairwise(times), strict=True)},
        "seconds": times[-1] - times[0],
        "java_cpu_seconds": cpu["java"],
        "python_cpu_seconds": cpu["python"],
    }
    print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
