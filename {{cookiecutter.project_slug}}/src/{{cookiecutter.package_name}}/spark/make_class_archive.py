"""Create the archive of Spark's classes: `python -m PACKAGE.spark.make_class_archive FILE`."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from .class_archive import remove_unused
from .java import find_java
from .session import get_spark


def make(archive: Path) -> None:
    """Create an archive under a temporary name, then rename it. Takes a minute.

    Raises:
        OSError: when the archive cannot be written.
        subprocess.CalledProcessError: when Spark or Java fails.
    """
    remove_unused(archive.parent)
    unfinished = archive.with_suffix(f".{os.getpid()}")
    with TemporaryDirectory() as folder:
        classes = Path(folder, "classes")
        session = subprocess.run(
            [sys.executable, "-P", "-m", f"{__package__}.make_class_archive"],
            env=os.environ | {"SPARK_SUBMIT_OPTS": f"-XX:DumpLoadedClassList={classes}"},
            # the pipe closes when Java ends: only then is the class list complete
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        memory, class_path = session.stdout.splitlines()[-2:]
        archived = [f"-XX:SharedClassListFile={classes}", f"-XX:SharedArchiveFile={unfinished}"]
        dump = ["-Xshare:dump", f"-Xmx{memory}", *archived]
        java = find_java()
        if java.version < 25:
            # these versions reject an archive whose class path has a missing entry, such as
            # Spark's conf folder; Java 25 and later reject it if that entry is left out
            class_path = os.pathsep.join(filter(os.path.exists, class_path.split(os.pathsep)))
        try:
            subprocess.run([java.home / "bin" / "java", *dump, "-cp", class_path], check=True)
            with unfinished.open("rb") as file:
                os.fsync(file.fileno())  # otherwise a power cut could leave it incomplete
            unfinished.replace(archive)
        finally:
            unfinished.unlink(missing_ok=True)
    archive.with_suffix(".tried").unlink(missing_ok=True)


def use_classes(spark: SparkSession, folder: Path) -> None:
    """Run small examples of common Spark work, so that Java loads the classes involved."""
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
    """Create the named archive; without a name, use Spark and print its memory and class path."""
    if arguments:
        return make(Path(arguments[0]))
    spark = get_spark("class data", own=True)
    with TemporaryDirectory() as folder:
        use_classes(spark, Path(folder))
    class_path = F.java_method(*map(F.lit, ("java.lang.System", "getProperty", "java.class.path")))
    [(started_with,)] = spark.range(1).select(class_path).collect()
    print(spark.conf.get("spark.driver.memory"), started_with, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
