"""HDFS and YARN on this machine: Hadoop's own services, in one Java."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyspark
from py4j.java_gateway import JavaGateway
from pyspark.sql import SparkSession

from {{ cookiecutter.package_name }}.spark import connectors

HERE = "127.0.0.1"
PARTS = "minicluster"
connectors.CONNECTORS[PARTS] = connectors.Connector(
    (
        "org.apache.hadoop:hadoop-client-minicluster:{}",
        # YARN needs these, and does not name them
        "org.bouncycastle:bcpkix-jdk18on:1.78.1",
        "javax.xml.bind:jaxb-api:2.3.1",
    ),
    connectors.HADOOP,
)

SERVERS = ("resourcemanager", "resourcemanager.resource-tracker", "resourcemanager.scheduler")
SERVERS += ("resourcemanager.admin", "resourcemanager.webapp")
SERVERS += ("nodemanager", "nodemanager.localizer", "nodemanager.webapp")

OF_YARN = {
    "yarn.resourcemanager.scheduler.class": (
        "org.apache.hadoop.yarn.server.resourcemanager.scheduler.fifo.FifoScheduler"
    ),
    "yarn.scheduler.minimum-allocation-mb": "128",
    "yarn.nodemanager.hostname": HERE,
    "yarn.nodemanager.local-dirs": "{}/containers",
    "yarn.nodemanager.log-dirs": "{}/logs",
    "yarn.nodemanager.resource.memory-mb": "8192",
    "yarn.nodemanager.vmem-check-enabled": "false",
    # otherwise YARN takes no jobs when the disk is 90 % full
    "yarn.nodemanager.disk-health-checker.enable": "false",
}

running: list[Callable[[], Any]] = []
"""What stops the services, the first one last."""


def start_hadoop(spark: SparkSession, folder: str, *ports: int) -> None:
    """Start HDFS with one data node, and YARN with one machine of 8 GB.

    Args:
        spark: which has downloaded PARTS; it is stopped.
        folder: for their files, and the configuration that their clients need.
        ports: free ports of this machine, one for each of SERVERS.
    """
    jars = Path(pyspark.__file__).parent / "jars"
    # in Spark's own Java, classes of a download may not use all of Hadoop's
    downloaded = [url.removeprefix("file://") for url in spark.conf.get("spark.jars").split(",")]
    spark.stop()
    gateway = JavaGateway.launch_gateway(
        jarpath=str(next(jars.glob("py4j-*.jar"))),
        classpath=os.pathsep.join([*downloaded, f"{jars}/*"]),
        java_path=f"{os.environ['JAVA_HOME']}/bin/java",
        javaopts=["--add-opens=java.base/java.lang=ALL-UNNAMED"],  # Hadoop is older than Java 17
        enable_auth=True,
        die_on_exit=True,
    )
    java = gateway.jvm
    hadoop, yarn = java.org.apache.hadoop, java.org.apache.hadoop.yarn
    settings = yarn.conf.YarnConfiguration()
    settings.set("hdfs.minidfs.basedir", f"{folder}/hdfs")
    files = hadoop.hdfs.MiniDFSCluster.Builder(settings).numDataNodes(1).build()
    running.append(files.shutdown)
    files.waitActive()
    told = {
        "fs.defaultFS": str(files.getURI()),
        "yarn.resourcemanager.hostname": HERE,
        **{
            f"yarn.{server}.address": f"{HERE}:{port}"
            for server, port in zip(SERVERS, ports, strict=True)
        },
    }
    for name, value in (told | OF_YARN).items():
        settings.set(name, value.format(folder))
    for service in (
        yarn.server.resourcemanager.ResourceManager(),
        yarn.server.nodemanager.NodeManager(),
    ):
        service.init(settings)
        running.append(service.stop)
        service.start()
    lines = [f"<property><name>{n}</name><value>{v}</value></property>" for n, v in told.items()]
    for name in ("core-site", "yarn-site"):
        path = Path(folder, f"{name}.xml")
        path.write_text(f"<configuration>{''.join(lines)}</configuration>")


def stop_hadoop(spark: SparkSession) -> None:
    """Stop the services, and the processes that YARN started."""
    while running:
        running.pop()()
