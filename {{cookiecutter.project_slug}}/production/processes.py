"""The processes of a monthly run: one run at a time, whose jobs end with it."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

LOCK = ".lock"
"""The file whose lock a run holds; it says nothing to other machines."""


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Hold the lock of a folder; yield False if another process of this machine holds it.

    Windows has no such lock, and some file systems have none: there each run is alone.
    """
    try:
        import fcntl
    except ImportError:
        yield True
        return
    folder.mkdir(parents=True, exist_ok=True)
    is_alone = True
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_alone = False
        except OSError:
            pass  # a file system without locks
        yield is_alone


@contextmanager
def ending_with(process: subprocess.Popen[str]) -> Iterator[None]:
    """Send SIGTERM of this process to a job too, which ends by itself."""

    def end(number: int, _: FrameType | None) -> None:
        process.send_signal(number)

    before = None
    with suppress(ValueError):  # in a thread, which gets no signals
        before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
