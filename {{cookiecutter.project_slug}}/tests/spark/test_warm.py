"""A warm Spark is found by the project whose it is, while it runs, and by nobody else."""

import os
import socket
import sys

import psutil
import pytest

from {{ cookiecutter.package_name }}.spark import session, warm

from production.warm import write_state

ME = (os.getpid(), psutil.Process().create_time())
GONE = (os.getpid(), 1.0)


@pytest.fixture
def port(tmp_path, monkeypatch):
    """The port of a server that runs; what describes it is in a folder of the test's own."""
    monkeypatch.setattr(warm, "user_cache_path", lambda name: tmp_path / name)
    monkeypatch.delenv(warm.SWITCH, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_server_that_runs_is_found_with_its_token_which_others_cannot_read(port):
    running = warm.Warm(port, "secret", ME, ME)
    write_state(running)
    assert warm.find() == running
    assert warm.state_file().stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("keeper", "server"), [(GONE, ME), (ME, GONE)])
def test_one_whose_process_is_gone_is_passed_over_even_if_its_number_is_used_again(
    port, keeper, server
):
    write_state(warm.Warm(port, "secret", keeper, server))
    assert warm.find() is None


def test_one_that_does_not_answer_and_a_damaged_description_are_passed_over(port):
    write_state(warm.Warm(1, "secret", ME, ME))
    assert warm.find() is None
    warm.state_file().write_text("{")
    assert warm.find() is None


def test_the_variable_leaves_it_out(port, monkeypatch):
    write_state(warm.Warm(port, "secret", ME, ME))
    monkeypatch.setenv(warm.SWITCH, "off")
    assert warm.find() is None


@pytest.mark.parametrize(
    ("place", "name", "other"),
    [
        (warm, "__file__", "/another/project/src/x/spark/warm.py"),
        (sys, "prefix", "/another/environment"),
        (warm.pyspark, "__version__", "4.9.9"),
    ],
)
def test_another_project_environment_or_spark_has_another(port, monkeypatch, place, name, other):
    write_state(warm.Warm(port, "secret", ME, ME))
    monkeypatch.setattr(place, name, other)
    assert warm.find() is None


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("JAVA_HOME", "/another/java"),
        ("SPARK_DRIVER_MEMORY", "12g"),
        ("PYSPARK_SUBMIT_ARGS", "--conf spark.sql.shuffle.partitions=7 pyspark-shell"),
    ],
)
def test_another_java_or_other_settings_have_another(port, monkeypatch, name, other):
    write_state(warm.Warm(port, "secret", ME, ME))
    monkeypatch.setenv(name, other)
    assert warm.find() is None


def test_a_session_of_ones_own_does_not_look_for_it(spark, monkeypatch):
    monkeypatch.setattr(warm, "find", lambda: pytest.fail("was looked for"))
    assert session.get_spark("again", own=True) is spark
