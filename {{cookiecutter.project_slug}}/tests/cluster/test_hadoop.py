"""HDFS and YARN, which tests start on this machine."""

import getpass
from collections.abc import Iterator

import pandas as pd
import pytest

from .hadoop_services import PARTS, SERVERS
from .stores import SparkProcess, free_port, kill_writes, process

pytestmark = pytest.mark.cluster

SMALL = ("--customers", "20", "--months", "36", "--seed", "1")


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Start HDFS and YARN; give what a process needs to use them: HDFS is then the default."""
    folder = tmp_path_factory.mktemp("hadoop")
    with process(folder, {}, PARTS) as services:
        try:
            services.do("start_hadoop", str(folder), *(free_port() for _ in SERVERS))
            yield {"HADOOP_CONF_DIR": str(folder), "HADOOP_USER_NAME": getpass.getuser()}
        finally:
            services.do("stop_hadoop")


@pytest.fixture(scope="module")
def reader(variables, tmp_path_factory) -> Iterator[SparkProcess]:
    with process(tmp_path_factory.mktemp("reader"), variables) as started:
        yield started


def test_tables_have_the_same_rows_in_hdfs_as_in_a_folder(reader, tmp_path):
    for place in (str(tmp_path), "hdfs:///lake"):
        assert reader.do("run_job", "simulate_usage", *SMALL, "--output", place) == 0
    folder, hdfs = (
        reader.rows("read", f"{place}/usage", "parquet") for place in (tmp_path, "hdfs:///lake")
    )
    assert len(folder) > 100
    pd.testing.assert_frame_equal(hdfs, folder)
    assert pd.read_parquet(tmp_path / "usage").shape == (len(folder), 3)


def test_a_run_killed_at_any_moment_of_its_write_leaves_a_whole_table(reader, variables):
    assert "the earlier table" in kill_writes(reader, "hdfs:///killed", variables)
