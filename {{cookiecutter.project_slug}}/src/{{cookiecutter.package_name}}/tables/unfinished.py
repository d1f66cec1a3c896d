"""Hidden folders for incomplete tables, and the removal of those that dead runs left.

Each folder has a file OWNER that its run keeps locked (flock). The system releases the lock when
the run ends, even by SIGKILL or a power cut, so an unlocked owner means a dead run. Locks may not
work between machines on a shared disk: a folder of another machine, or one without OWNER, counts as
dead only after a day without changes.
"""

import os
import platform
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from .places import UNFINISHED

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

OWNER = ".owner"
"""Name of the file that a run keeps locked; it contains the machine and the process id."""

DAY = 24 * 60 * 60


@contextmanager
def unfinished_folder(folder: Path) -> Iterator[Path]:
    """Create a hidden folder for incomplete tables; remove it at the end of the context."""
    unfinished = Path(mkdtemp(prefix=UNFINISHED, dir=folder))
    try:
        with (unfinished / OWNER).open("w") as owner:
            locked(owner.fileno(), wait=True)  # another run may be checking the lock
            owner.write(f"{platform.node()} {os.getpid()}\n")
            owner.flush()
            yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def remove_dead(folder: Path) -> None:
    """Remove the unfinished folders of dead runs."""
    for unfinished in folder.glob(f"{UNFINISHED}*"):
        if _is_dead(unfinished):
            shutil.rmtree(unfinished, ignore_errors=True)


def _is_dead(unfinished: Path) -> bool:
    owner = unfinished / OWNER
    try:
        with owner.open("r+") as file:
            if not locked(file.fileno(), wait=False):
                return False
            if file.read().startswith(f"{platform.node()} "):
                return True
    except FileNotFoundError:
        pass  # a run that is starting, or one of an earlier version of this project
    except OSError:
        return False
    return _last_change(unfinished) < time.time() - DAY


def locked(handle: int, wait: bool) -> bool:
    """Lock an open file or folder for this process until it is closed.

    Args:
        handle: its descriptor.
        wait: whether to wait for another process that holds the lock.

    Returns:
        Whether it is locked; False if another process holds the lock, or without file locks.
    """
    if fcntl is None:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def _last_change(folder: Path) -> float:
    """Return the time of the last change in a folder, in seconds since 1970."""
    times = [0.0]
    with suppress(FileNotFoundError):  # its run has ended meanwhile
        for path in (folder, *folder.rglob("*")):
            times.append(path.lstat().st_mtime)
    return max(times)
