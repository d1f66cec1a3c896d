"""Folders of small files, such as reports: on this machine, or at a URL that only Spark reaches.

Each file is written in one step: readers see the earlier one or the new one, never a part.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from ..errors import BadInputError, UnavailableError
from .faults import explain
from .hadoop_files import HadoopFiles
from .places import UNFINISHED

State = tuple[int, int]
"""When a file was changed, in ns since 1970, and its size in bytes."""


@dataclass(frozen=True)
class LocalFolder:
    """A folder of this machine; `write` creates it."""

    path: Path

    def states(self) -> dict[str, State]:
        """Return the states of the folder's files by their names; none if there is no folder."""
        found = {}
        for path in self.path.glob("[!.]*"):
            with suppress(FileNotFoundError):  # removed meanwhile
                about = path.stat()
                found[path.name] = about.st_mtime_ns, about.st_size
        return found

    def read(self, name: str) -> bytes:
        """Return what a file holds; raise FileNotFoundError if there is none."""
        return (self.path / name).read_bytes()

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Write files by their names; if it fails, no earlier one is replaced."""
        self.path.mkdir(parents=True, exist_ok=True)
        run = uuid4().hex  # others may write the same file at the same time
        hidden = {name: self.path / f".{name}.{run}" for name in contents}
        try:
            for name, content in contents.items():
                hidden[name].write_bytes(content)
            for name, path in hidden.items():
                path.replace(self.path / name)
        finally:
            for path in hidden.values():
                path.unlink(missing_ok=True)

    def place_of(self, name: str) -> Path | str:
        """Return where a file is, for messages."""
        return self.path / name


@dataclass(frozen=True)
class RemoteFolder:
    """A folder at a URL of any Hadoop file system; see LocalFolder for its methods.

    They raise UnavailableError if the file system fails. `write` puts one file after another: if
    it fails, the earlier files are replaced in part.

    files: its file system.
    url: without a slash at its end.
    """

    files: HadoopFiles
    url: str

    def __str__(self) -> str:
        """Return the URL as it is typed."""
        return self.url

    def __truediv__(self, name: str) -> "RemoteFolder":
        """Return the folder of this name in this one."""
        return replace(self, url=f"{self.url}/{name}")

    def states(self) -> dict[str, State]:
        """See LocalFolder."""
        with self._telling("listed"):
            return {
                file.name: (file.modified * 1_000_000, file.size)
                for file in self.files.children(self.url)
                if not file.is_folder and not file.name.startswith(".")
            }

    def read(self, name: str) -> bytes:
        """See LocalFolder."""
        with self._telling("read"):
            if self.files.exists(self.place_of(name)):
                return self.files.read_bytes(self.place_of(name))
        raise FileNotFoundError(self.place_of(name))

    def write(self, contents: Mapping[str, bytes]) -> None:
        """See LocalFolder."""
        with self._telling("written"):
            for name, content in contents.items():
                self.files.replace(self.place_of(name), content)

    def place_of(self, name: str) -> str:
        """See LocalFolder."""
        return f"{self.url}/{name}"

    @contextmanager
    def _telling(self, done: str) -> Iterator[None]:
        try:
            yield
        except (PySparkException, Py4JError, OSError) as error:
            raise UnavailableError(
                f"folder ({self.url}): cannot be {done} now ({_reason(error)})"
            ) from error


Folder = Path | RemoteFolder
"""What functions that write small files take; `opened` gives its methods."""


def opened(folder: Folder) -> LocalFolder | RemoteFolder:
    """Return a folder with the methods that read and write its files."""
    return LocalFolder(folder) if isinstance(folder, Path) else folder


def open_remote(spark: SparkSession, option: str, url: str) -> RemoteFolder:
    """Return the folder at a URL, when a file could be written there and removed.

    Args:
        spark: reaches the file system.
        option: names the URL, for messages.
        url: without a slash at its end.

    Raises:
        BadInputError: if it cannot be written; over Spark Connect.
        UnavailableError: if its server does not answer.
    """
    where = f"{option} ({url})"
    try:
        folder = RemoteFolder(HadoopFiles(spark, url), url)
        attempt = folder.place_of(f"{UNFINISHED}try-{uuid4().hex}")
        folder.files.replace(attempt, b"")
        folder.files.remove(attempt)
    except (PySparkException, Py4JError, OSError) as error:
        told = explain(error, where)
        if told:
            raise told from error
        raise BadInputError(
            f"{where}: cannot be written ({_reason(error)}). Name another folder, or have its "
            "rights changed."
        ) from error
    return folder


def _reason(error: Exception) -> str:
    """Return the line of an error of Python or Java that says why."""
    _, _, of_java = str(error).partition("\n: ")
    return (of_java or str(error)).partition("\n")[0]
