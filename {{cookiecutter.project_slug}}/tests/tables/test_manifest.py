"""A table at a URL is the earlier one or the new one, wherever its run ends.

On the file system of this machine, through the same Java as hdfs and s3a: tests/cluster has those.
"""

import os
import time
from itertools import count

import pyarrow.parquet as pq
import pytest
from pyspark.sql import functions as F
from pyspark.sql.utils import is_remote

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables import manifest
from {{ cookiecutter.package_name }}.tables.hadoop_files import HadoopFiles, with_host

pytestmark = pytest.mark.skipif(is_remote(), reason="the client of Spark Connect has no Java")


class Killed(BaseException):
    """What stands for SIGKILL: from then on the run does nothing more."""


@pytest.fixture
def url(tmp_path):
    return f"file:{tmp_path}/my table"


def write(frame, url, **options):
    manifest.replace_tables({url: frame}, lambda: None, **options)


def numbers(spark, *values):
    return spark.range(1, numPartitions=1).select(F.explode(F.lit([*values])).alias("number"))


def held(spark, url, *columns):
    rows = spark.read.parquet(url).selectExpr("number", *columns).collect()
    return sorted(tuple(row) if columns else row.number for row in rows)


def files(tmp_path):
    return sorted(p.name for p in (tmp_path / "my table").rglob("*.parquet"))


def test_the_new_table_replaces_the_earlier_one_for_every_reader(spark, tmp_path, url):
    write(spark.range(3).selectExpr("id AS number"), url)
    write(numbers(spark, 7, 8), url)
    assert held(spark, url) == [7, 8]
    assert sum(pq.read_metadata(p).num_rows for p in (tmp_path / "my table").glob("*.parquet")) == 2
    assert not list((tmp_path / "my table").glob(".unfinished-*"))


def test_a_run_killed_at_any_step_leaves_a_whole_table(spark, url, monkeypatch):
    """Before each change of the file system, until one run is through; first a table of others."""
    changes = ("move", "replace", "remove")
    original = {name: getattr(HadoopFiles, name) for name in changes}
    before, after = numbers(spark, 1, 2), numbers(spark, 3)
    before.write.parquet(url)
    seen = []

    def limited(name, left):
        def change(self, *arguments):
            if next(left, None) is None:
                raise Killed
            return original[name](self, *arguments)

        return change

    for allowed in count():
        left = iter(range(allowed))
        for name in changes:
            monkeypatch.setattr(HadoopFiles, name, limited(name, left))
        try:
            write(after, url)
            break
        except Killed:
            seen.append(held(spark, url))
        finally:
            monkeypatch.undo()
    assert held(spark, url) == [3]
    assert seen[0] == [1, 2] and seen[-1] == [3]
    assert all(rows in ([1, 2], [3]) for rows in seen)


def test_what_before_replacing_refuses_leaves_the_earlier_table(spark, tmp_path, url):
    write(numbers(spark, 1), url)
    before = files(tmp_path)

    def refuse():
        raise ValueError("changed")

    with pytest.raises(ValueError, match="changed"):
        manifest.replace_tables({url: numbers(spark, 2)}, refuse)
    assert held(spark, url) == [1]
    assert files(tmp_path) == before


def test_only_the_parts_that_a_frame_has_are_replaced(spark, url):
    def of(day, *values):
        return numbers(spark, *values).selectExpr("number", f"DATE'{day}' AS as_of")

    write(of("2025-01-01", 1), url, by="as_of")
    write(of("2025-02-01", 2), url, by="as_of")
    write(of("2025-01-01", 3), url, by="as_of")
    assert held(spark, url, "string(as_of)") == [(2, "2025-02-01"), (3, "2025-01-01")]


def test_leftovers_of_killed_runs_are_removed_after_a_day(spark, tmp_path, url):
    write(numbers(spark, 1), url)
    unfinished = tmp_path / "my table/.unfinished-dead/part-0.parquet"
    orphan, young = (tmp_path / "my table" / f"part-{n}.parquet" for n in ("old", "young"))
    unfinished.parent.mkdir()
    for path in (unfinished, orphan, young):
        path.write_text("left")
    for path in (unfinished, orphan):
        os.utime(path, (time.time() - 2 * 24 * 3600,) * 2)
    write(numbers(spark, 2), url)
    assert not unfinished.parent.exists() and not orphan.exists()
    assert young.exists()
    assert held(spark, url) == [2]


@pytest.mark.parametrize("foreign", ["notes.txt", "sub/x.csv", "_spark_metadata/1"])
def test_what_is_no_table_of_a_job_is_not_replaced(spark, tmp_path, url, foreign):
    path = tmp_path / "my table" / foreign
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(BadInputError, match=r"no part of a table|a stream of Spark"):
        write(numbers(spark, 1), url)
    assert path.read_text() == "mine"
    with pytest.raises(BadInputError, match="is a file"):
        write(numbers(spark, 1), f"file:{path}")


def test_the_host_of_hdfs_is_named_where_a_url_does_not(spark):
    """Spark finds no manifest without it."""
    assert with_host(spark, "hdfs:///lake/usage") == "hdfs:///lake/usage"
    spark.conf.set("fs.defaultFS", "hdfs://localhost:8020")
    try:
        assert with_host(spark, "hdfs:///lake/usage") == "hdfs://localhost:8020/lake/usage"
        assert with_host(spark, "s3a://lake/usage") == "s3a://lake/usage"
    finally:
        spark.conf.unset("fs.defaultFS")
