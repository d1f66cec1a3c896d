"""The archive for executors is named by its content, and checked before it is packed."""

import os
import re

import pytest

from production import package


def test_another_package_or_python_gives_the_archive_another_name(monkeypatch):
    names = set()
    for requirements, python in (("a==1", "3.12.1"), ("a==2", "3.12.1"), ("a==2", "3.13.0")):
        monkeypatch.setattr(package, "requirements", lambda found=requirements: found)
        monkeypatch.setattr(package.sys, "version", python)
        names.add(package.environment())
    assert len(names) == 3


@pytest.mark.slow
def test_spark_is_not_packed_and_all_else_that_jobs_need_is_pinned():
    pinned = package.requirements()
    names = set(re.findall(r"^([a-z0-9-]+)==", pinned, flags=re.M))
    assert "pyspark" not in names
    assert {"numpy", "pandas", "pyarrow"} <= names
    assert "pytest" not in names


@pytest.mark.skipif(os.name != "posix", reason="the Pythons are shell scripts")
@pytest.mark.parametrize("broken", ["echo /where/it/was/built", "echo 'no libpython' >&2; exit 1"])
def test_a_python_that_does_not_run_elsewhere_is_refused_before_it_is_packed(tmp_path, broken):
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\n{broken}\n")
    python.chmod(0o755)
    with pytest.raises(SystemExit, match="does not work in another folder"):
        package.check(python)
