"""An archive of Spark's loaded classes (AppCDS), with which Spark starts in less time.

Loading and verifying classes takes Java half of Spark's start-up time. An archive of loaded
classes is valid for one Java, one Spark and one machine. Its name contains all three, so a change
of any of them leads to a new archive. The first local session creates the archive in the
background; later sessions use it. Without an archive, Spark starts as usual.
SPARK_CLASS_DATA=off turns archives off.
"""

import os
import platform
import re
import shlex
import subprocess
import sys
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pyspark
from platformdirs import user_cache_path

from .java import Java

SWITCH = "SPARK_CLASS_DATA"

DAY = 24 * 60 * 60
UNUSED = 30 * DAY
"""Seconds after its last use when an archive is removed."""

LARGEST = 1_000_000_000
"""Bytes of all archives together. Environments cannot share one: Java compares the jars' paths."""


def java_options(java: Java, cache: Path | None = None) -> str:
    """Return the Java options that use the archive of Spark's classes.

    Args:
        java: the Java that Spark will run on.
        cache: the folder of the archives; None is the user's cache folder.

    Returns:
        The options; empty while there is no archive. A missing archive is created in the
        background, with at most one attempt a day.
    """
    if os.name != "posix" or os.environ.get(SWITCH) == "off":
        return ""
    try:
        archive = archive_path(java, cache or user_cache_path("spark-class-data", appauthor=False))
        if not archive.exists():
            have_made(archive)
            return ""
    except OSError:
        return ""
    with suppress(OSError):
        os.utime(archive)  # marks the archive as used, for remove_unused
    # without -Xlog:disable, Java prints a warning about an archive that it cannot use
    return f'-XX:SharedArchiveFile="{archive}" -Xshare:auto -Xlog:disable'


def archive_path(java: Java, cache: Path) -> Path:
    """Return the path of the archive for a Java, the installed Spark and this machine."""
    jars = sorted(Path(pyspark.__file__).parent.glob("jars/*.jar"))
    # Java rejects an archive if the path, time or size of any jar has changed
    found = [(str(jar), jar.stat().st_mtime_ns, jar.stat().st_size) for jar in jars]
    here = sha256(repr((platform.node(), found)).encode()).hexdigest()[:12]
    name = f"spark-{pyspark.__version__}_java-{java.build}_{here}.jsa"
    return cache / re.sub(r"[^\w.+-]", "-", name)


def have_made(archive: Path) -> None:
    """Create an archive in a background process that outlives this one, at most once a day."""
    archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    tried = archive.with_suffix(".tried")
    with suppress(FileNotFoundError):
        if time.time() - tried.stat().st_mtime > DAY:
            tried.unlink()
    try:
        tried.touch(exist_ok=False)  # exactly one of several concurrent processes succeeds
    except FileExistsError:
        return
    make = [sys.executable, "-P", "-m", f"{__package__}.make_class_archive", str(archive)]
    subprocess.run(
        # the shell ends at once, so the background process has no parent that must wait for it
        ["/bin/sh", "-c", f"nice -n 19 {shlex.join(make)} &"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # keeps Ctrl-C away; start_new_session would reset the niceness under Linux autogroup
        # scheduling
        process_group=0,
        env=os.environ | {SWITCH: "off"},
        check=False,
    )


def remove_unused(cache: Path) -> None:
    """Remove archives, and remains of failed attempts, that were not used for a month.

    Of the others, those that were used last are kept, as many as LARGEST allows.
    """
    used = []
    for path in cache.iterdir():
        with suppress(FileNotFoundError):  # another process removes them too
            found = path.stat()
            used.append((found.st_mtime, found.st_size, path))
    total = 0
    for last, size, path in sorted(used, reverse=True):
        total += size
        if time.time() - last > UNUSED or total > LARGEST:
            path.unlink(missing_ok=True)
