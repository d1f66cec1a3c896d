"""Tables that are written are complete or as they were, whatever ends the run."""

import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.errors import BadInputError, UnavailableError
from {{ cookiecutter.package_name }}.tables import USAGE, unfinished, writing

JANUARY = date(2025, 1, 1)


def numbers(spark, *values):
    return spark.range(1, numPartitions=1).select(F.explode(F.lit([*values])).alias("number"))


def read_back(spark, path):
    return sorted(row.number for row in spark.read.parquet(str(path)).collect())


def test_writing_twice_replaces_and_leaves_nothing_else(spark, tmp_path):
    tables.write({"one": numbers(spark, 1), "two": numbers(spark, 2)}, tmp_path)
    tables.write({"one": numbers(spark, 3), "two": numbers(spark, 4, 5)}, tmp_path)
    assert read_back(spark, tmp_path / "one") == [3]
    assert read_back(spark, tmp_path / "two") == [4, 5]
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}


def test_writing_leaves_other_files_in_the_folder_alone(spark, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    tables.write({"one": numbers(spark, 1)}, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_table_can_be_replaced_by_what_is_read_from_it(spark, tmp_path):
    tables.write({"one": numbers(spark, 1, 2)}, tmp_path)
    doubled = spark.read.parquet(str(tmp_path / "one")).selectExpr("number * 2 AS number")
    tables.write({"one": doubled}, tmp_path)
    assert read_back(spark, tmp_path / "one") == [2, 4]


def test_a_write_that_fails_leaves_all_earlier_tables(spark, tmp_path):
    tables.write({"one": numbers(spark, 1), "two": numbers(spark, 2)}, tmp_path)
    broken = numbers(spark, 3).selectExpr("CAST(raise_error('broken') AS int) AS number")
    with pytest.raises(Exception, match="broken"):
        tables.write({"one": numbers(spark, 9), "two": broken}, tmp_path)
    assert read_back(spark, tmp_path / "one") == [1]
    assert read_back(spark, tmp_path / "two") == [2]


class Lines:
    """What stands for a frame: a table of one file, for which nobody waits."""

    def __init__(self, text: str):
        self.text = text
        self.write = self.sparkSession = self.conf = self

    def get(self, setting: str, default: str) -> str:
        return default

    def parquet(self, place: str) -> None:
        if self.text == "broken":
            raise ValueError(self.text)
        path = place.removeprefix("file:")
        Path(path).mkdir()
        Path(path, "part-0.parquet").write_text(self.text)


class Killed(BaseException):
    """What stands for SIGKILL: from then on the run does nothing more."""


@pytest.mark.parametrize("allowed", range(5))
def test_a_run_killed_between_two_renames_loses_nothing(tmp_path, monkeypatch, allowed):
    """Two tables change places in four renames; the run is killed before each of them."""
    before, after = Lines("before"), Lines("after")
    tables.write({"one": before, "two": before}, tmp_path)
    rename, calls = Path.rename, iter(range(allowed))

    def rename_or_die(old, new):
        if next(calls, None) is None:
            raise Killed
        rename(old, new)

    def held_by_readers() -> set[str]:
        places = [tmp_path / name for name in ("one", "two")]
        found = [path if path.exists() else writing.backup_path(path) for path in places]
        return {(path / "part-0.parquet").read_text() for path in found}

    monkeypatch.setattr(Path, "rename", rename_or_die)
    for module in (writing, unfinished):
        monkeypatch.setattr(module.shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(Killed) if allowed < 4 else nullcontext():
        tables.write({"one": after, "two": after}, tmp_path)
    monkeypatch.undo()
    assert held_by_readers() <= {"before", "after"}

    with pytest.raises(ValueError, match="broken"):  # the next run fails, and loses nothing too
        tables.write({"one": after, "two": Lines("broken")}, tmp_path)
    assert held_by_readers() <= {"before", "after"}
    tables.write({"one": Lines("last"), "two": Lines("last")}, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}
    assert held_by_readers() == {"last"}


def test_a_table_that_only_its_backup_holds_is_read_and_put_back(spark, tmp_path, make_usage):
    usage = make_usage([("a", JANUARY, 1.0)])
    usage.write.parquet(str(writing.backup_path(tmp_path / "one")))
    assert tables.read(spark, str(tmp_path / "one"), USAGE).collect() == usage.collect()
    with pytest.raises(ValueError, match="broken"):
        tables.write({"one": Lines("broken")}, tmp_path)
    assert tables.read_written(spark, tmp_path / "one").collect() == usage.collect()
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_a_swap_that_fails_puts_the_earlier_table_back(tmp_path, monkeypatch):
    tables.write({"one": Lines("before")}, tmp_path)
    rename = Path.rename

    def fail_for_the_new(old, new):
        if new == tmp_path / "one" and ".earlier" not in old.name:
            raise PermissionError(13, "Permission denied")
        rename(old, new)

    monkeypatch.setattr(Path, "rename", fail_for_the_new)
    with pytest.raises(BadInputError, match=r"cannot be written \(Permission denied"):
        tables.write({"one": Lines("after")}, tmp_path)
    assert (tmp_path / "one/part-0.parquet").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def leftover(folder: Path, owner: str | None, age: float = 0) -> Path:
    """An unfinished folder as a run leaves it that was killed so many seconds ago."""
    left = folder / ".unfinished-left"
    (left / "one").mkdir(parents=True)
    (left / "one/part-0.parquet").touch()
    if owner is not None:
        (left / unfinished.OWNER).write_text(owner)
    for path in (*left.rglob("*"), left):
        os.utime(path, (time.time() - age, time.time() - age))
    return left


@pytest.mark.parametrize(
    ("owner", "age", "stays"),
    [
        (f"{platform.node()} 1\n", 0, False),
        ("another-machine 1\n", 0, True),
        ("another-machine 1\n", 2 * unfinished.DAY, False),
        (None, 0, True),
        (None, 2 * unfinished.DAY, False),
        ("", 0, True),
    ],
    ids=["dead", "elsewhere", "elsewhere, old", "just made", "of version 0.1", "being locked"],
)
def test_what_a_dead_run_left_is_removed(tmp_path, owner, age, stays):
    left = leftover(tmp_path, owner, age)
    unfinished.remove_dead(tmp_path)
    assert left.exists() == stays


def test_what_a_living_run_is_writing_stays(tmp_path):
    with unfinished.unfinished_folder(tmp_path) as folder:
        assert (folder / unfinished.OWNER).read_text() == f"{platform.node()} {os.getpid()}\n"
        unfinished.remove_dead(tmp_path)
        assert (folder / unfinished.OWNER).exists()
    assert list(tmp_path.iterdir()) == []


def test_a_write_removes_what_a_killed_run_of_it_left(tmp_path):
    leftover(tmp_path, f"{platform.node()} 1\n")
    tables.write({"one": Lines("new")}, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_runs_at_once_leave_one_complete_table(tmp_path):
    def write(number):
        tables.write({"one": Lines(number)}, tmp_path)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, map(str, range(200))))
    assert (tmp_path / "one/part-0.parquet").read_text() in set(map(str, range(200)))
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("name", ["runs [1] {a,b}*?", "runs *", "é 東 100% #1 a'b\"c back\\slash"])
def test_any_name_of_a_folder_is_written_and_read(spark, tmp_path, name):
    (tmp_path / "runs 2").mkdir()
    numbers(spark, 9).write.parquet(str(tmp_path / "runs 2/table"))
    tables.write_table(numbers(spark, 2), tmp_path / name / "table")
    held = tables.read_written(spark, tmp_path / name / "table")
    assert [row.number for row in held.collect()] == [2]


def test_a_table_of_the_catalog_is_not_replaced_by_what_is_read_from_it(spark, tmp_path):
    folder = tmp_path / "a b"
    numbers(spark, 1).write.option("path", str(folder)).saveAsTable("numbers_here")
    try:
        doubled = spark.table("numbers_here").selectExpr("number * 2 AS number")
        with pytest.raises(BadInputError, match="reads its rows from there"):
            tables.write_table(doubled, folder)
        assert read_back(spark, folder) == [1]
    finally:
        spark.sql("DROP TABLE numbers_here")


def test_what_is_no_table_is_not_replaced_by_one(spark, tmp_path):
    (tmp_path / "one").write_text("mine")
    (tmp_path / "two").mkdir()
    (tmp_path / "two/2024.csv").write_text("mine")
    for name in ("one", "two"):
        with pytest.raises(BadInputError, match=r"is a file|holds 1 things .* 2024\.csv"):
            tables.write({"new": numbers(spark, 1), name: numbers(spark, 1)}, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}
    assert (tmp_path / "one").read_text() == (tmp_path / "two/2024.csv").read_text() == "mine"


def test_a_table_is_written_to_its_own_folder_and_replaced_there(spark, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number in (1, 2):
        tables.write_table(numbers(spark, number), Path("made/table"))
    assert read_back(spark, tmp_path / "made/table") == [2]
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["table"]


def test_a_folder_with_other_things_in_it_is_not_taken_for_a_table(spark, tmp_path):
    tables.write_table(numbers(spark, 1), tmp_path / "table")
    (tmp_path / "table/notes.txt").write_text("mine")
    held = {path: path.read_bytes() for path in (tmp_path / "table").iterdir()}
    with pytest.raises(BadInputError, match=r"holds 1 things .* for example notes\.txt"):
        tables.write_table(numbers(spark, 2), tmp_path / "table")
    assert {path: path.read_bytes() for path in (tmp_path / "table").iterdir()} == held


def test_a_file_is_not_taken_for_a_table(spark, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BadInputError, match=r"notes\.txt"):
        tables.write_table(numbers(spark, 1), tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_full_disk_is_told_in_one_line_and_leaves_the_earlier_table(spark, tmp_path, monkeypatch):
    def fill(*_):
        raise OSError("No space left on device")

    tables.write({"one": numbers(spark, 1)}, tmp_path)
    monkeypatch.setattr(Path, "rename", fill)
    with pytest.raises(UnavailableError, match="its disk is full") as refused:
        tables.write({"one": numbers(spark, 2)}, tmp_path)
    assert "\n" not in str(refused.value)
    assert read_back(spark, tmp_path / "one") == [1]


def test_rows_on_disks_that_the_driver_does_not_see_are_not_lost_in_silence(
    spark, tmp_path, monkeypatch
):
    tables.write_table(numbers(spark, 1), tmp_path / "table")
    monkeypatch.setattr(writing, "is_cluster", lambda _: True)
    tables.write_table(numbers(spark, 2, 3), tmp_path / "table")
    monkeypatch.setattr(writing, "on_disk", lambda path: f"file:{tmp_path}/elsewhere/{path.name}")
    with pytest.raises(BadInputError, match="0 of 1 rows arrived in this folder"):
        tables.write_table(numbers(spark, 4), tmp_path / "table")
    assert read_back(spark, tmp_path / "table") == [2, 3]
