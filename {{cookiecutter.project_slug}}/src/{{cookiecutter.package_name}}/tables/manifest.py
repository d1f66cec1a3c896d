"""Replace a Parquet table at a URL in one step: a manifest names the files that are its rows.

Renaming a folder is a copy in an object store, and a reader would see a part of it. So the files of
a new table are written beside those of the earlier one, and MANIFEST is replaced last, which file
systems and object stores do in one step. The manifest has the form that Spark writes for streams:
`spark.read.parquet(url)` reads the files that it names and no others, in any Spark. Readers that
know no manifest (pandas, DuckDB) see the files of both tables from shortly before this step until
those of the earlier one are removed.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession

from ..errors import BadInputError
from .hadoop_files import File, HadoopFiles
from .places import PARQUET_PART, PARTITION, UNFINISHED

MANIFEST = "_spark_metadata/0"
"""Where Spark looks for the manifest in the folder of a table."""

VERSION = "v1"
"""First line of a manifest."""

DAY_IN_MS = 24 * 60 * 60 * 1000


def replace_tables(
    frames: Mapping[str, DataFrame],
    before_replacing: Callable[[], None],
    by: str | None = None,
) -> None:
    """Write each frame as the table at its URL; readers see the earlier table or the new one.

    A run that ends before a manifest is replaced leaves the earlier table. The first run a day
    later removes its files. Of two runs at once, the table of the one that ends last stays.

    Args:
        frames: URL without a slash at its end -> table.
        before_replacing: called when all rows are written; if it raises, the earlier tables stay.
        by: a column; only rows of the earlier table with a value that the frame has are replaced.

    Raises:
        BadInputError: if a place holds other things than a table; over Spark Connect.
        OSError: if the file system refuses to rename a file.
    """
    run = f"{UNFINISHED}{uuid4().hex}"
    places = {url: _open(frame.sparkSession, url) for url, frame in frames.items()}
    for table in places.values():
        table.check_replaceable(by)
        table.remove_leftovers()
    try:
        for url, frame in frames.items():
            # version 2 of Hadoop's commit renames files once instead of twice. It may leave files
            # of a failed job, which nobody reads here
            writer = frame.write.option("mapreduce.fileoutputcommitter.algorithm.version", 2)
            writer = writer.partitionBy(by) if by else writer
            writer.parquet(f"{places[url].url}/{run}")
        before_replacing()
        for table in places.values():
            table.adopt()
            table.switch(table.taken_from(f"{table.url}/{run}"), keep_others=by is not None)
    finally:
        for table in places.values():
            table.files.remove(f"{table.url}/{run}")


def _open(spark: SparkSession, url: str) -> "Manifested":
    files = HadoopFiles(spark, url)
    return Manifested(files, files.root)


class Manifested(NamedTuple):
    """The folder of a table with a manifest.

    files: its file system.
    url: the folder.
    """

    files: HadoopFiles
    url: str

    @property
    def manifest(self) -> str:
        """Return the URL of the manifest."""
        return f"{self.url}/{MANIFEST}"

    def named(self) -> dict[str, str]:
        """Return the files that the manifest names: URL -> line; none without a manifest."""
        if not self.files.exists(self.manifest):
            return {}
        lines = self.files.read(self.manifest).splitlines()[1:]
        return {self.files.unescaped(json.loads(line)["path"]): line for line in lines}

    def data_files(self, folder: str) -> list[File]:
        """Return the Parquet files in a folder, and those of partitions in it."""
        held = self.files.children(folder)
        found = [file for file in held if not file.is_folder and file.name.startswith("part-")]
        for child in held:
            if child.is_folder and PARTITION.fullmatch(child.name):
                found += self.data_files(child.url)
        return found

    def check_replaceable(self, by: str | None) -> None:
        """Refuse a place with anything but a table in it.

        Raises:
            BadInputError: if it has other content, is a file, is what a stream writes, or is a
                table without folders for the values of the column `by`.
        """
        where = f"output ({self.url})"
        if self.files.is_file(self.url):
            raise BadInputError(f"{where}: is a file. Name a folder.")
        folder, _, name = MANIFEST.partition("/")
        logs = self.files.children(f"{self.url}/{folder}")
        if any(log.name.lstrip(".").partition(".")[0] != name for log in logs):
            raise BadInputError(
                f"{where}: is written by a stream of Spark ({folder}). Name another folder."
            )
        held = sorted(child.name for child in self.files.children(self.url))
        own = re.compile(f"{PARQUET_PART.pattern}|{PARTITION.pattern}|{folder}|{UNFINISHED}.*")
        foreign = [name for name in held if not own.fullmatch(name)]
        files = [file for file in self.data_files(self.url) if _folder(file.url) == self.url]
        if by and files:
            raise BadInputError(f"{where}: {_without(by)}")
        if foreign:
            raise BadInputError(
                f"{where}: holds {len(foreign)} things that are no part of a table, for "
                f"example {foreign[0]}. Name a folder that is empty or not yet there."
            )

    def remove_leftovers(self) -> None:
        """Remove the files of runs that ended a day ago or earlier without a table."""
        yesterday = time.time() * 1000 - DAY_IN_MS
        named = self.named()
        for file in self.data_files(self.url):
            if named and file.url not in named and file.modified < yesterday:
                self.files.remove(file.url)
        for child in self.files.children(self.url):
            if child.name.startswith(UNFINISHED):
                # stores have no times of folders
                changes = [file.modified for file in self.files.walk(child.url)]
                if changes and max(changes) < yesterday:
                    self.files.remove(child.url)

    def adopt(self) -> None:
        """Give a table of another program a manifest, so that readers see only its own files."""
        present = self.data_files(self.url)
        if present and not self.files.exists(self.manifest):
            self._write([self._line(file) for file in present])

    def taken_from(self, unfinished: str) -> dict[str, str]:
        """Move a run's files into the table's folder; return URL -> line for the manifest."""
        lines = {}
        for file in self.data_files(unfinished):
            moved = file._replace(url=self.url + file.url.removeprefix(unfinished))
            self.files.move(file.url, moved.url)
            lines[moved.url] = self._line(moved)
        return lines

    def switch(self, new: dict[str, str], keep_others: bool) -> None:
        """Replace the manifest: it names new files, and those of other partitions if wanted.

        Args:
            new: URL -> line.
            keep_others: whether earlier files stay in folders that no new file lies in.
        """
        earlier = self.named()
        folders = {_folder(url) for url in new}
        kept = {url: line for url, line in earlier.items() if _folder(url) not in folders}
        kept = kept if keep_others else {}
        self._write([*kept.values(), *new.values()])
        for url in earlier.keys() - kept.keys():
            self.files.remove(url)

    def _write(self, lines: list[str]) -> None:
        self.files.replace(self.manifest, "\n".join([VERSION, *lines]).encode())

    def _line(self, file: File) -> str:
        return json.dumps(
            {
                "path": self.files.escaped(file.url),
                "size": file.size,
                "isDir": False,
                "modificationTime": file.modified,
                "blockReplication": 1,
                "blockSize": 128 * 1024 * 1024,
                "action": "add",
            }
        )


def _without(by: str) -> str:
    return f"is a table without folders of column {by}, and would not stay readable. Name another."


def _folder(url: str) -> str:
    return url.rpartition("/")[0]
