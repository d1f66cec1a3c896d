"""Connectors to object stores and table formats: which version goes with which Spark.

Spark downloads a connector when it starts, and keeps it in the user's folder, only if a place or a
format of the job needs it. A cluster has its own connectors.
"""

import os
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import pyspark

from ..errors import BadInputError
from .versions import minor

SPARK = minor(pyspark.__version__)

HADOOP = {"4.0": "3.4.1", "4.1": "3.4.2", "4.2": "3.5.0", "4.3": "3.5.0"}
"""Minor version of Spark -> version of its Hadoop, which Hadoop's connectors must have too."""

AWS = {"4.0": "2.24.8", "4.1": "2.29.52", "4.2": "2.35.4", "4.3": "2.35.4"}
"""Minor version of Spark -> the AWS SDK that its Hadoop was built with.

The Hadoop of 4.0 was built with 2.24.6, for which Maven Central lacks s3-transfer-manager.
"""


class Connector(NamedTuple):
    """What Spark needs for a kind of place.

    packages: names in Maven with `{}` for the version.
    versions: minor version of Spark -> version of the packages.
    """

    packages: tuple[str, ...]
    versions: Mapping[str, str]


CONNECTORS = {
    "s3a": Connector(("org.apache.hadoop:hadoop-aws:{}",), HADOOP),
    "abfss": Connector(("org.apache.hadoop:hadoop-azure:{}",), HADOOP),
    "delta": Connector(
        (f"io.delta:delta-spark_{SPARK}_2.13:{{}}",), dict.fromkeys(("4.0", "4.1", "4.2"), "4.4.0")
    ),
    "iceberg": Connector(
        (f"org.apache.iceberg:iceberg-spark-runtime-{SPARK}_2.13:{{}}",),
        {"4.0": "1.11.0", "4.1": "1.12.0"},
    ),
}
"""Scheme of a URL, or a table format -> its connector."""

# hadoop-aws asks for all of AWS in one package of 600 MB, of which it uses these parts
S3_PARTS = ("s3", "s3-transfer-manager", "sts")
EXCLUDED = (
    "software.amazon.awssdk:bundle",
    # Spark has these
    "com.fasterxml.jackson.core:*",
    "com.fasterxml.jackson.datatype:*",
    "io.netty:*",
    "org.apache.hadoop:hadoop-client-runtime",
    "org.apache.logging.log4j:*",
    "org.apache.parquet:*",
    "org.slf4j:*",
)


DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
"""Settings of a session that reads and writes Delta."""


def needed(places: Iterable[str], formats: Iterable[str] = ()) -> frozenset[str]:
    """Return the schemes of URLs, and formats, for `get_spark`; none for what Spark has."""
    schemes = (urlsplit(place).scheme.lower() for place in places)
    return frozenset((*schemes, *formats)) - {"", "file", "dbfs", "parquet"}


def packages(needs: Iterable[str]) -> list[str]:
    """Return the names in Maven of the connectors that are needed, with their versions.

    Raises:
        BadInputError: if a connector has no release for this Spark.
    """
    found = []
    for need in sorted(needs):
        connector = CONNECTORS.get(need)
        if connector and SPARK not in connector.versions:
            known = ", ".join(connector.versions)
            raise BadInputError(
                f"{need}: has no release for Spark {SPARK} yet, only for {known}. Change the "
                f"project's Spark: uv run nox -s update -- spark_version={max(connector.versions)}"
            )
        if connector:
            found += [name.format(connector.versions[SPARK]) for name in connector.packages]
        if need == "s3a":
            found += [f"software.amazon.awssdk:{part}:{AWS[SPARK]}" for part in S3_PARTS]
    return found


def settings(needs: Collection[str]) -> dict[str, str]:
    """Return the settings of a session of this machine that has the connectors.

    There are none if PYSPARK_SUBMIT_ARGS names connectors, which then replace these.
    """
    names = packages(needs)
    given = os.environ.get("PYSPARK_SUBMIT_ARGS", "")
    if not names or "--packages" in given or "--jars" in given:
        return {}
    jars = {"spark.jars.packages": ",".join(names), "spark.jars.excludes": ",".join(EXCLUDED)}
    return jars | (DELTA if "delta" in needs else {})
