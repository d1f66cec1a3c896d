"""Refuse a cluster whose Spark is of another minor version than the installed PySpark."""

import re
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pyspark

from ..errors import BadInputError, UnavailableError

STATUS_PORT = 8080
"""Where the master of a standalone cluster shows its version, unless it is configured otherwise."""


def minor(version: str) -> str:
    """Return the minor version: `4.1` for `4.1.4`."""
    return ".".join(version.split(".")[:2])


def refuse_other_minor(cluster: str, version: str) -> None:
    """Refuse a Spark of another minor version: its messages and plans differ from PySpark's.

    Args:
        cluster: its name or address, for the message.
        version: of its Spark, such as 4.1.4.

    Raises:
        BadInputError: names both versions, and the command that changes the project's.
    """
    here, there = minor(pyspark.__version__), minor(version)
    if here != there:
        raise BadInputError(
            f"{cluster} runs Spark {there}, and this environment has PySpark {here}. To change the "
            f"project's version: uv run nox -s update -- spark_version={there}"
        )


def refused_by(master: str) -> BadInputError | UnavailableError:
    """Return what to tell of a standalone master that did not accept this application.

    A master of another minor version drops the messages that it cannot read, without an answer.
    """
    try:
        refuse_other_minor(master, _version_of(master))
    except BadInputError as error:
        return error
    except (URLError, OSError, ValueError):
        pass
    return UnavailableError(
        f"{master} did not accept this application within a minute. It is down, or runs another "
        f"Spark than this environment's PySpark {minor(pyspark.__version__)}. See its web page."
    )


def _version_of(master: str) -> str:
    """Read the version from the status page of a standalone master."""
    host = urlsplit(master.split(",")[0]).hostname
    with urlopen(f"http://{host}:{STATUS_PORT}/", timeout=5) as page:
        found = re.search(r'class="version">\s*([\d.]+)', page.read().decode())
    if not found:
        raise ValueError("no version on the page")
    return found[1]
