"""Spark's classes as Java has loaded them once, kept in an archive, so that Spark starts sooner.

Half of the wait for Spark is Java that loads and checks its classes. Java can keep them (AppCDS),
for one Java, one Spark and one machine: the archive's name tells of all three, so that a new one
is made when any changes. The first local session has it made in the background, later ones start
with it. Where it cannot be made Spark starts as ever. SPARK_CLASS_DATA=off leaves all of it out.
"""

import os
import platform
import re
import shlex
import subprocess
import sys
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pyspark
from platformdirs import user_cache_path
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from .java import Java, find_java

SWITCH = "SPARK_CLASS_DATA"

DAY = 24 * 60 * 60
UNUSED = 30 * DAY
"""Seconds after which an archive that nobody starts with is removed."""


def java_options(java: Java, cache: Path | None = None) -> str:
    """The options with which a Java starts with Spark's classes.

    Args:
        java: the Java that Spark will run on.
        cache: the folder of the archives; the user's, unless a test says otherwise.

    Returns:
        The options; empty where there is no archive (yet). It is made in the background then,
        unless that was tried in the last day.
    """
    if os.name != "posix" or os.environ.get(SWITCH) == "off":
        return ""
    try:
        archive = archive_path(java, cache or user_cache_path("spark-class-data", appauthor=False))
        if not archive.exists():
            have_made(archive)
            return ""
    except OSError:
        return ""
    with suppress(OSError):
        os.utime(archive)  # it is in use: see remove_unused
    # Java's own log would tell on the screen of an archive that it cannot use
    return f'-XX:SharedArchiveFile="{archive}" -Xshare:auto -Xlog:disable'


def archive_path(java: Java, cache: Path) -> Path:
    """Where the archive of a Java, of the installed Spark and of this machine is."""
    jars = sorted(Path(pyspark.__file__).parent.glob("jars/*.jar"))
    # what Java compares: it refuses the archive where a jar was moved, replaced or touched
    found = [(str(jar), jar.stat().st_mtime_ns, jar.stat().st_size) for jar in jars]
    here = sha256(repr((platform.node(), found)).encode()).hexdigest()[:12]
    name = f"spark-{pyspark.__version__}_java-{java.build}_{here}.jsa"
    return cache / re.sub(r"[^\w.+-]", "-", name)


def have_made(archive: Path) -> None:
    """Start a process that makes an archive and outlives this one, at most once a day."""
    archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    tried = archive.with_suffix(".tried")
    with suppress(FileNotFoundError):
        if time.time() - tried.stat().st_mtime > DAY:
            tried.unlink()
    try:
        tried.touch(exist_ok=False)  # of several processes, one succeeds
    except FileExistsError:
        return
    make = [sys.executable, "-P", "-m", f"{__package__}.class_data", str(archive)]
    subprocess.run(
        # a shell that ends at once: nobody waits for what it leaves behind
        ["/bin/sh", "-c", f"nice -n 19 {shlex.join(make)} &"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # out of Ctrl-C's reach; a session of its own would make nice void (Linux autogroup)
        process_group=0,
        env=os.environ | {SWITCH: "off"},
        check=False,
    )


def make(archive: Path) -> None:
    """Make an archive; it takes its name when it is whole. Takes a minute.

    Raises:
        OSError: when the archive cannot be written.
        subprocess.CalledProcessError: when Spark or Java fails.
    """
    remove_unused(archive.parent)
    unfinished = archive.with_suffix(f".{os.getpid()}")
    with TemporaryDirectory() as folder:
        classes = Path(folder, "classes")
        session = subprocess.run(
            [sys.executable, "-P", "-m", f"{__package__}.class_data"],
            env=os.environ | {"SPARK_SUBMIT_OPTS": f"-XX:DumpLoadedClassList={classes}"},
            # the list is whole when Java has ended, and so has let go of the pipe
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        memory, class_path = session.stdout.splitlines()[-2:]
        archived = [f"-XX:SharedClassListFile={classes}", f"-XX:SharedArchiveFile={unfinished}"]
        dump = ["-Xshare:dump", f"-Xmx{memory}", *archived]
        java = find_java()
        if java.version < 25:
            # refuses its archive where an entry, as Spark's conf folder, is not there; later ones
            # refuse it where that entry is left out
            class_path = os.pathsep.join(filter(os.path.exists, class_path.split(os.pathsep)))
        try:
            subprocess.run([java.home / "bin" / "java", *dump, "-cp", class_path], check=True)
            with unfinished.open("rb") as file:
                os.fsync(file.fileno())  # or a power cut could leave holes in it
            unfinished.replace(archive)
        finally:
            unfinished.unlink(missing_ok=True)
    archive.with_suffix(".tried").unlink(missing_ok=True)


def remove_unused(cache: Path) -> None:
    """Remove archives, and what is left of attempts at one, that were not used for a month."""
    for path in cache.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > UNUSED:
                path.unlink()


def use_classes(spark: SparkSession, folder: Path) -> None:
    """Do a little of what most work does, so that Java loads the classes of it."""
    table = str(folder / "table")
    numbers = spark.range(100).select("id", (F.col("id") % 7).cast("string").alias("key"))
    numbers.write.parquet(table)
    stored = spark.read.parquet(table).cache()
    sums = stored.groupBy("key").agg(F.sum("id").alias("sum"), F.collect_list("id").alias("ids"))
    stored.join(sums, "key").where("id > 1").orderBy("id").toPandas()

    twice = F.pandas_udf(lambda values: 2 * values, "long")  # type: ignore[call-overload]
    stored.select(twice("id").alias("twice")).write.format("noop").mode("overwrite").save()
    same = stored.groupBy("key").applyInPandas(lambda group: group, stored.schema)
    spark.createDataFrame(same.toPandas()).collect()
    spark.createDataFrame([(1, "a")], "id long, key string").union(stored).count()


def main(arguments: list[str]) -> None:
    """Make the archive that is named; without a name, use Spark and tell how it was started."""
    if arguments:
        return make(Path(arguments[0]))
    from .session import get_spark  # which imports this module

    spark = get_spark("class data")
    with TemporaryDirectory() as folder:
        use_classes(spark, Path(folder))
    class_path = F.java_method(*map(F.lit, ("java.lang.System", "getProperty", "java.class.path")))
    [(started_with,)] = spark.range(1).select(class_path).collect()
    print(spark.conf.get("spark.driver.memory"), started_with, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
