"""Open Spark: local by default, the cluster's under spark-submit, or over Spark Connect."""

import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread

import pyspark
from py4j.protocol import Py4JJavaError
from pyspark.conf import SparkConf
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.utils import is_remote

from ..errors import BadInputError, UnavailableError
from ..phases import timed
from . import connectors, warm
from .class_archive import java_options
from .java import find_java, without_vector_module
from .versions import refuse_other_minor, refused_by

LOG4J = Path(__file__).with_name("log4j2.properties")
JAVA_OPTIONS = "spark.driver.extraJavaOptions"

EVERYWHERE: dict[str, bool | float | int | str | None] = {
    # the date of a timestamp must not depend on the machine's time zone
    "spark.sql.session.timeZone": "UTC",
    # ANSI mode: invalid casts raise instead of returning null, whatever the cluster's default
    "spark.sql.ansi.enabled": "true",
}
"""Settings that results depend on; set in every session, including one that is open already."""

ARROW: dict[str, bool | float | int | str | None] = {
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
"""Rows reach pandas as columns; by default, only Spark Connect and platforms do this."""

# C2, Java's optimising compiler, uses much CPU at the start and pays off in long jobs only. Here it
# compiles code after thirty times the default number of calls, or ten times that of loops. The
# parallel collector uses less CPU beside the work than Java's default, G1.
JAVA_FOR_SHORT_JOBS = (
    "-XX:Tier4InvocationThreshold=150000 -XX:Tier4MinInvocationThreshold=18000"
    " -XX:Tier4CompileThreshold=450000 -XX:Tier4BackEdgeThreshold=400000 -XX:+UseParallelGC"
)

LOCAL: dict[str, bool | float | int | str | None] = {
    **EVERYWHERE,
    **ARROW,
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # driver and executors share one process, for which Spark's default of 1 GB is too little
    "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY", "4g"),
    # without allowNative=false, MLlib warns that native BLAS is missing, which it does not need
    JAVA_OPTIONS: (
        f'-Dlog4j2.configurationFile="{LOG4J}" -Ddev.ludovic.netlib.blas.allowNative=false'
        f" {JAVA_FOR_SHORT_JOBS}"
    ),
    # Spark's default of 200 partitions is slower on one machine
    "spark.sql.shuffle.partitions": str(os.cpu_count()),
    "spark.python.daemon.module": f"{__package__}.worker_daemon",
    # Spark SQL sets this for its workers; setting it here too lets RDD and SQL tasks share idle
    # workers
    "spark.executorEnv.SPARK_SIMPLIFIED_TRACEBACK": "1",
}


@timed("start")
def get_spark(
    app_name: str, own: bool = False, needs: frozenset[str] = frozenset()
) -> SparkSession:
    """Return the active Spark session, or open one.

    Under spark-submit (its Java is already running) and with SPARK_REMOTE set (Spark Connect),
    master and settings come from there; only EVERYWHERE and ARROW are added. Otherwise the warm
    Spark of this machine is used while it runs (warm.py); else Spark runs in this process, uses all
    cores, and listens on loopback only.

    Args:
        app_name: shown in Spark's web interface.
        own: leave the warm Spark out, to measure Spark's processes or to use RDDs.
        needs: the connectors that Spark on this machine must have (connectors.needed); the warm
            one has none.

    Raises:
        JavaNotFoundError: when Spark must run on this machine and no suitable Java is found.
        BadInputError: when a session is open, and does not let EVERYWHERE be set; when a cluster
            has another minor version of Spark.
        UnavailableError: when a cluster does not accept the application; when a connector cannot
            be downloaded.
    """
    active = SparkSession.getActiveSession()
    if active is not None:  # some platforms open a session before they start a job
        _set_everywhere(active)
        return active

    builder = SparkSession.builder.appName(app_name)
    if os.environ.get("SPARK_REMOTE") or is_remote() or "PYSPARK_GATEWAY_PORT" in os.environ:
        return _of_cluster(builder)
    running = None if own or needs else warm.find()
    if running:
        return _warm(builder, running)
    os.environ.pop("SPARK_REMOTE", None)  # PySpark would treat the empty string as an address

    # the installed PySpark, even if SPARK_HOME names another Spark
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    java = find_java()
    options = f"{LOCAL[JAVA_OPTIONS]} {java_options(java)}".strip()
    os.environ["JAVA_HOME"] = str(without_vector_module(java.home))
    # in the locales C and POSIX, Java does not find files with an é in the name
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "C")
    if locale in ("C", "POSIX"):
        os.environ["LC_ALL"] = "C.UTF-8"
    # otherwise workers use the Python on PATH, without the packages of this environment
    os.environ["PYSPARK_PYTHON"] = sys.executable
    # the first pandas UDF needs pandas: load it now, while Java starts
    Thread(target=import_module, args=["pandas"]).start()
    on_interrupt = signal.getsignal(signal.SIGINT)
    own_settings = LOCAL | {JAVA_OPTIONS: options} | connectors.settings(needs)
    try:
        spark = builder.master("local[*]").config(map=own_settings).getOrCreate()
    except PySparkException as error:
        if not needs or error.getCondition() != "JAVA_GATEWAY_EXITED":
            raise
        raise UnavailableError(
            f"Spark did not start with {', '.join(connectors.packages(needs))}, which it downloads "
            "the first time. Try again with a network, or have a cluster that has these."
        ) from error
    if on_interrupt not in (signal.default_int_handler, None):
        # PySpark has replaced a job's own handler of Ctrl-C: put it back
        with suppress(ValueError):  # outside the main thread, PySpark has not
            signal.signal(signal.SIGINT, on_interrupt)
    Thread(target=_start_worker, args=[spark], daemon=True).start()
    return spark


def _of_cluster(builder: SparkSession.Builder) -> SparkSession:
    """Open the session of a cluster, or of a Spark Connect server, with this PySpark's version."""
    try:
        spark = builder.config(map=EVERYWHERE | ARROW).getOrCreate()
    except Py4JJavaError as error:
        master = SparkConf().get("spark.master") or ""
        if not master.startswith("spark://") or "stopped SparkContext" not in str(error):
            raise
        raise refused_by(master) from error
    refuse_other_minor(os.environ.get("SPARK_REMOTE") or "the cluster", spark.version)
    return spark


def _warm(builder: SparkSession.Builder, running: warm.Warm) -> SparkSession:
    """Open a session of the warm Spark."""
    told = f"spark: the warm one on port {running.port} ({warm.SWITCH}=off leaves it out)"
    print(told, file=sys.stderr)
    os.environ["SPARK_REMOTE"] = f"sc://localhost:{running.port}"
    os.environ[warm.AUTHENTICATION] = running.token
    Thread(target=import_module, args=["pandas"]).start()
    spark = builder.config(map=EVERYWHERE).getOrCreate()
    Thread(target=_start_warm_worker, args=[spark], daemon=True).start()
    return spark


def _set_everywhere(spark: SparkSession) -> None:
    """Set the settings in EVERYWHERE in an open session, where they differ.

    Raises:
        BadInputError: if the platform refuses a setting.
    """
    for name, value in EVERYWHERE.items():
        held = spark.conf.get(name, None)
        if held == value:
            continue
        try:
            spark.conf.set(name, str(value))
        except PySparkException as error:
            raise BadInputError(
                f"session: the open session has {name}={held}, and does not let it be set to "
                f"{value}, on which results depend. Start it with --conf {name}={value}"
            ) from error


def _start_worker(spark: SparkSession) -> None:
    """Start a Python worker that loads pandas while Java plans the first query.

    Both take about the same time. An RDD starts the worker because it needs no planning.
    """
    with suppress(Exception):  # Spark was stopped, or the first query fails too
        spark.sparkContext.parallelize([0], numSlices=1).count()


def _start_warm_worker(spark: SparkSession) -> None:
    """Start this session's Python worker while the server plans the first query."""
    with suppress(Exception):  # the process ends, or the first query fails too
        unchanged = F.pandas_udf(lambda values: values, "long")  # type: ignore[call-overload]
        spark.range(1, numPartitions=1).select(unchanged("id")).collect()
