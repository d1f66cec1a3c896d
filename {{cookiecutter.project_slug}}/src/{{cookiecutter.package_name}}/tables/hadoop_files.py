"""Files of any Hadoop file system (hdfs, s3a, abfss, ...), through the Java of Spark's driver."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

from ..errors import BadInputError

WHOLE_OBJECTS = frozenset({"s3a", "s3", "s3n", "gs", "oss", "cosn", "obs", "wasb", "wasbs"})
"""Schemes of object stores: a file appears when it is complete, and renaming copies."""

WITH_DEFAULT_HOST = frozenset({"hdfs", "viewfs"})
"""Schemes of file systems whose URLs need not name a host."""


class File(NamedTuple):
    """A file or a folder: its URL, its size in bytes, and its last change in ms since 1970."""

    url: str
    size: int
    modified: int
    is_folder: bool

    @property
    def name(self) -> str:
        """Return the last part of the URL."""
        return self.url.rpartition("/")[2]


class HadoopFiles:
    """The file system of a URL.

    root: the URL as the file system writes it, with its default host. Files have URLs of this form.
    """

    def __init__(self, spark: SparkSession, url: str):
        """Connect to the file system.

        Raises:
            BadInputError: over Spark Connect, whose client has no Java.
        """
        if is_remote():
            raise BadInputError(
                f"folder ({url}): files at a URL are written by Spark's own process, which Spark "
                "Connect does not offer. Start the job with spark-submit, or write to a folder."
            )
        self._java: Any = spark._jvm
        self._settings: Any = spark._jsparkSession.sessionState().newHadoopConf()
        self._system: Any = self._path(url).getFileSystem(self._settings)
        self._writes_whole = urlsplit(url).scheme.lower() in WHOLE_OBJECTS
        self.root = str(self._system.makeQualified(self._path(url)).toString())

    def children(self, folder: str) -> list[File]:
        """Return what lies directly in a folder; nothing if there is no such folder."""
        if not self.exists(folder):
            return []
        return [
            File(
                found.getPath().toString(),
                found.getLen(),
                found.getModificationTime(),
                found.isDirectory(),
            )
            for found in self._system.listStatus(self._path(folder))
        ]

    def walk(self, folder: str) -> Iterator[File]:
        """Yield all files below a folder."""
        for child in self.children(folder):
            if child.is_folder:
                yield from self.walk(child.url)
            else:
                yield child

    def exists(self, url: str) -> bool:
        """Return whether there is a file or a folder."""
        return bool(self._system.exists(self._path(url)))

    def is_file(self, url: str) -> bool:
        """Return whether there is a file, and no folder."""
        return bool(self.exists(url) and self._system.getFileStatus(self._path(url)).isFile())

    def escaped(self, url: str) -> str:
        """Return a URL as URIs are written, with %20 for a space."""
        return str(self._path(url).toUri().toString())

    def unescaped(self, uri: str) -> str:
        """Return the URL that `escaped` was given."""
        return str(self._java.org.apache.hadoop.fs.Path(self._java.java.net.URI(uri)).toString())

    def read(self, url: str) -> str:
        """Return the text of a file."""
        return self.read_bytes(url).decode()

    def read_bytes(self, url: str) -> bytes:
        """Return what a file holds."""
        stream = self._system.open(self._path(url))
        try:
            return bytes(self._java.org.apache.commons.io.IOUtils.toByteArray(stream))
        finally:
            stream.close()

    def replace(self, url: str, content: bytes) -> None:
        """Write a file in one step: readers see the earlier one or the new one, never a part."""
        # FileContext needs the host, which hdfs:///folder does not name
        path = self._system.makeQualified(self._path(url))
        if self._writes_whole:
            self._write(path, content)
            return
        hidden = self._path(f"{path.getParent()}/.{path.getName()}.new")
        self._write(hidden, content)
        # FileSystem.rename does not replace a file; FileContext does
        hadoop = self._java.org.apache.hadoop.fs
        overwrite = getattr(hadoop, "Options$Rename").OVERWRITE
        options = self._java.java.lang.reflect.Array.newInstance(overwrite.getClass(), 1)
        options[0] = overwrite
        context = hadoop.FileContext.getFileContext(path.toUri(), self._settings)
        context.rename(hidden, path, options)

    def move(self, old: str, new: str) -> None:
        """Rename a file, or copy it where the store has no renaming.

        Raises:
            OSError: if the file system refuses it.
        """
        self._system.mkdirs(self._path(new).getParent())
        if not self._system.rename(self._path(old), self._path(new)):
            raise OSError(f"{old} could not be renamed to {new}")

    def remove(self, url: str) -> None:
        """Remove a file or a folder, if it exists."""
        self._system.delete(self._path(url), True)

    def _write(self, path: Any, content: bytes) -> None:
        stream = self._system.create(path, True)
        stream.write(content)
        stream.close()  # a store shows the file only now

    def _path(self, url: str) -> Any:
        return self._java.org.apache.hadoop.fs.Path(url)


def with_host(spark: SparkSession, url: str) -> str:
    """Return the URL with the host that Hadoop's settings name, if it has none: hdfs:///lake.

    Without it, Spark cannot read the manifest of a table. A client of Spark Connect cannot know it.
    """
    named = urlsplit(url)
    if named.scheme.lower() not in WITH_DEFAULT_HOST or named.netloc or is_remote():
        return url
    with suppress(Py4JJavaError):  # the settings name none: Spark says so when it reads
        return HadoopFiles(spark, url).root
    return url
