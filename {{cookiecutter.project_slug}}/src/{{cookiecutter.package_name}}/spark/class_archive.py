"""Spark's classes as Java has loaded them once, kept in an archive, so that Spark starts sooner.

Half of the wait for Spark is Java that loads and checks its classes. Java can keep them (AppCDS),
for one Java, one Spark and one machine: the archive's name tells of all three, so that a new one
is made when any changes. The first local session has it made in the background, later ones start
with it. Where it cannot be made Spark starts as ever. SPARK_CLASS_DATA=off leaves all of it out.
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
"""Seconds after which an archive that nobody starts with is removed."""


def java_options(java: Java, cache: Path | None = None) -> str:
    """The options with which a Java starts with Spark's classes.

    Args:
        java: the Java that Spark will run on.
        cache: the folder of the archives; the user's, unless a test says otherwise.

    Returns:
        The options; empty where there is no archive (yet). It is made in the background then,
        unless that was tried in the last day.
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
        os.utime(archive)  # it is in use: see remove_unused
    # Java's own log would tell on the screen of an archive that it cannot use
    return f'-XX:SharedArchiveFile="{archive}" -Xshare:auto -Xlog:disable'


def archive_path(java: Java, cache: Path) -> Path:
    """Where the archive of a Java, of the installed Spark and of this machine is."""
    jars = sorted(Path(pyspark.__file__).parent.glob("jars/*.jar"))
    # what Java compares: it refuses the archive where a jar was moved, replaced or touched
    found = [(str(jar), jar.stat().st_mtime_ns, jar.stat().st_size) for jar in jars]
    here = sha256(repr((platform.node(), found)).encode()).hexdigest()[:12]
    name = f"spark-{pyspark.__version__}_java-{java.build}_{here}.jsa"
    return cache / re.sub(r"[^\w.+-]", "-", name)


def have_made(archive: Path) -> None:
    """Start a process that makes an archive and outlives this one, at most once a day."""
    archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    tried = archive.with_suffix(".tried")
    with suppress(FileNotFoundError):
        if time.time() - tried.stat().st_mtime > DAY:
            tried.unlink()
    try:
        tried.touch(exist_ok=False)  # of several processes, one succeeds
    except FileExistsError:
        return
    make = [sys.executable, "-P", "-m", f"{__package__}.make_class_archive", str(archive)]
    subprocess.run(
        # a shell that ends at once: nobody waits for what it leaves behind
        ["/bin/sh", "-c", f"nice -n 19 {shlex.join(make)} &"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # out of Ctrl-C's reach; a session of its own would make nice void (Linux autogroup)
        process_group=0,
        env=os.environ | {SWITCH: "off"},
        check=False,
    )


def remove_unused(cache: Path) -> None:
    """Remove archives, and what is left of attempts at one, that were not used for a month."""
    for path in cache.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > UNUSED:
                path.unlink()
