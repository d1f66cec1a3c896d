"""Hidden folders in which runs write what is not complete, and the removal of dead runs' ones.

Each holds a file OWNER that its run keeps locked (flock) while it lives: the system lets go of the
lock however the run ends, also by SIGKILL or a power cut. A folder whose owner is not locked was
left by a dead run. Locks may not reach from one machine to another on a shared disk, so a folder
of another machine, or one without OWNER, must also have been left alone for a day.
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
"""The file in an unfinished folder that its run keeps locked; it names machine and process."""

DAY = 24 * 60 * 60


@contextmanager
def unfinished_folder(folder: Path) -> Iterator[Path]:
    """Make a hidden folder for tables that are being written; it is removed at the end."""
    unfinished = Path(mkdtemp(prefix=UNFINISHED, dir=folder))
    try:
        with (unfinished / OWNER).open("w") as owner:
            locked(owner.fileno(), wait=True)  # another run may just be looking at it
            owner.write(f"{platform.node()} {os.getpid()}\n")
            owner.flush()
            yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def remove_dead(folder: Path) -> None:
    """Remove the unfinished folders of dead runs, and never one that a living run writes to."""
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
        pass  # a run that just begins, or one of an earlier version of this project
    except OSError:
        return False
    return _last_change(unfinished) < time.time() - DAY


def locked(handle: int, wait: bool) -> bool:
    """Lock an open file or folder for this process until it is closed; say whether it is locked.

    Args:
        handle: its descriptor.
        wait: whether to wait for another process that holds the lock.

    Returns:
        False when another process holds it, and where the file system knows no locks.
    """
    if fcntl is None:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def _last_change(folder: Path) -> float:
    """When the newest file in a folder was changed, in seconds since 1970."""
    times = [0.0]
    with suppress(FileNotFoundError):  # its run has just ended
        for path in (folder, *folder.rglob("*")):
            times.append(path.lstat().st_mtime)
    return max(times)
