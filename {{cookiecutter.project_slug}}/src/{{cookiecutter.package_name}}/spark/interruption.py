"""End a job that Ctrl-C or a scheduler interrupts: stop Spark first, and discard its output."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any

import psutil
from pyspark import SparkContext  # noqa: TID251

STREAMS = (1, 2)
"""The file descriptors of stdout and stderr."""

PATIENCE = 10.0
"""Seconds for Java to remove its temporary files before it is killed."""


@dataclass
class Interruption:
    """The signal that ended the job, if any; from then on libraries' output is discarded."""

    number: int | None = None
    streams: list[int] = field(default_factory=list)

    def mute(self) -> None:
        """Discard further output: libraries would only report that Spark has gone."""
        sys.stdout.flush()
        self.streams = [os.dup(stream) for stream in STREAMS]
        nothing = os.open(os.devnull, os.O_WRONLY)
        for stream in STREAMS:
            os.dup2(nothing, stream)

    def speak(self) -> None:
        """Restore the output, for the job's own message."""
        for stream, kept in zip(STREAMS, self.streams, strict=False):
            os.dup2(kept, stream)


def tell_early_interruption(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Tell Ctrl-C in one line while a job is still importing, as `sys.excepthook`."""
    if issubclass(kind, KeyboardInterrupt):
        print("error: ended by SIGINT. Nothing was read or written.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Raise KeyboardInterrupt on SIGINT, SIGTERM and SIGHUP, when the local Spark has stopped.

    A signal that the process was started to ignore (nohup, a job in the background) stays ignored.

    Yields:
        An object that holds the signal, even if a library swallows the exception.
    """
    interruption = Interruption()
    before: dict[int, Any] = {}

    def end(number: int, _: FrameType | None) -> None:
        for other in before:
            signal.signal(other, signal.SIG_IGN)  # the end itself is brief
        interruption.number = number
        interruption.mute()
        stop_spark()
        raise KeyboardInterrupt

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is None or signal.getsignal(number) in (signal.SIG_IGN, None):
            continue
        with suppress(ValueError):  # in a thread of a platform, which handles signals itself
            before[number] = signal.signal(number, end)
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if interruption.number else handler)


def stop_spark() -> None:
    """Stop the Spark that this process started, without its remarks about what was running."""
    context = SparkContext._active_spark_context
    children = psutil.Process().children(recursive=True)
    if context is not None:
        # in a thread of its own: this one may be amid a call to Java
        silence = threading.Thread(target=_silence, args=[context], daemon=True)
        silence.start()
        silence.join(timeout=PATIENCE / 2)
    for child in children:
        # Python workers end at once; so does a Java that is just starting
        if context is None or "java" not in _name(child):
            with suppress(psutil.Error):
                child.kill()
    gateway: Any = getattr(context, "_gateway", None)
    with suppress(AttributeError, OSError):
        gateway.proc.stdin.close()  # on which Java ends, and removes its temporary files
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    for child in alive:
        with suppress(psutil.Error):
            child.kill()


def _silence(context: SparkContext) -> None:
    with suppress(Exception):
        context.setLogLevel("OFF")


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return ""
