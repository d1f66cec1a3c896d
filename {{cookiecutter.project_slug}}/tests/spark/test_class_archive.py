"""The class archive is created once, in the background, and its failures do not stop Spark."""

import os
import platform
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyspark
import pytest

from {{ cookiecutter.package_name }}.spark import class_archive, make_class_archive
from {{ cookiecutter.package_name }}.spark.java import Java, find_java

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there is no archive elsewhere")

JAVA = Java(Path("/java"), 17, "17.0.15+6 OpenJDK 64-Bit Server VM")


@pytest.fixture(autouse=True)
def switched_on(monkeypatch):
    monkeypatch.delenv(class_archive.SWITCH, raising=False)


@pytest.fixture
def python(monkeypatch, tmp_path):
    """Replace Python by a shell script that records each start in the returned file."""

    def become(script: str) -> Path:
        starts = tmp_path / "starts"
        executable(tmp_path / "python", f"echo started >>{starts}\n{script}")
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
        return starts

    return become


@pytest.fixture
def java(monkeypatch, tmp_path):
    """Replace Java by a shell script whose `$archive` is the file that it must write."""

    def become(script: str, version: int = 17) -> None:
        (tmp_path / "bin").mkdir()
        find = (
            "for argument do case $argument in *ArchiveFile=*) archive=${argument#*=};; esac; done"
        )
        executable(tmp_path / "bin" / "java", f"{find}\n{script}")
        found = JAVA._replace(home=tmp_path, version=version)
        monkeypatch.setattr(make_class_archive, "find_java", lambda: found)

    return become


def executable(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def wait_for(condition) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "the process in the background did nothing"
        time.sleep(0.05)


def starts_in(file: Path) -> int:
    return file.read_text().count("started") if file.exists() else 0


def test_the_first_session_has_it_made_and_later_ones_start_with_it(python, tmp_path):
    python('echo classes >"$4"')  # as in: python -P -m module archive
    assert class_archive.java_options(JAVA, tmp_path / "cache") == ""
    archive = class_archive.archive_path(JAVA, tmp_path / "cache")
    wait_for(archive.exists)
    options = class_archive.java_options(JAVA, tmp_path / "cache")
    assert f'-XX:SharedArchiveFile="{archive}"' in options


def test_sessions_that_start_at_once_have_it_made_once(python, tmp_path):
    starts = python("exit 1")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: class_archive.java_options(JAVA, tmp_path / "cache"), range(8)))
    wait_for(starts.exists)
    time.sleep(0.5)
    assert starts_in(starts) == 1


def test_what_failed_today_is_tried_again_tomorrow(python, tmp_path):
    starts = python("exit 1")
    for _ in range(2):
        class_archive.java_options(JAVA, tmp_path / "cache")
    wait_for(lambda: starts_in(starts) == 1)
    [tried] = (tmp_path / "cache").iterdir()
    yesterday = time.time() - class_archive.DAY - 1
    os.utime(tried, (yesterday, yesterday))
    class_archive.java_options(JAVA, tmp_path / "cache")
    wait_for(lambda: starts_in(starts) == 2)


def test_the_switch_leaves_all_of_it_out(python, tmp_path, monkeypatch):
    python("exit 1")
    monkeypatch.setenv(class_archive.SWITCH, "off")
    assert class_archive.java_options(JAVA, tmp_path / "cache") == ""
    assert not (tmp_path / "cache").exists()


def test_without_a_folder_to_write_to_spark_starts_as_ever(tmp_path):
    (tmp_path / "file").touch()
    assert class_archive.java_options(JAVA, tmp_path / "file" / "cache") == ""


@pytest.mark.parametrize("changed", ["Java", "Spark", "machine", "jars"])
def test_another_java_spark_or_machine_needs_another_archive(changed, tmp_path, monkeypatch):
    jar = tmp_path / "spark" / "jars" / "core.jar"
    jar.parent.mkdir(parents=True)
    jar.write_text("classes")
    monkeypatch.setattr(pyspark, "__file__", str(tmp_path / "spark" / "__init__.py"))
    before = class_archive.archive_path(JAVA, tmp_path)
    assert class_archive.archive_path(JAVA, tmp_path) == before
    java = JAVA._replace(build="17.0.16+8 OpenJDK 64-Bit Server VM") if changed == "Java" else JAVA
    if changed == "Spark":
        monkeypatch.setattr(pyspark, "__version__", "4.3.99")
    if changed == "machine":
        monkeypatch.setattr(platform, "node", lambda: "another")
    if changed == "jars":
        os.utime(jar, (1, 1))
    assert class_archive.archive_path(java, tmp_path) != before


def test_the_archives_name_tells_of_java_and_spark():
    name = class_archive.archive_path(JAVA, Path("/cache")).name
    assert name.startswith(f"spark-{pyspark.__version__}_java-17.0.15+6-OpenJDK-64-Bit-Server-VM_")


def test_an_archive_that_java_cannot_use_is_passed_over_without_a_word(tmp_path):
    java = find_java()
    archive = class_archive.archive_path(java, tmp_path)
    archive.write_bytes(b"not classes" * 10_000)
    options = shlex.split(class_archive.java_options(java, tmp_path))
    assert f"-XX:SharedArchiveFile={archive}" in options
    said = [
        subprocess.run(
            [java.home / "bin" / "java", *given, "-version"], capture_output=True, text=True
        )
        for given in ([], options)
    ]
    # Java reports whether it uses the archive
    plain, with_archive = (f"{s.stdout}{s.stderr}".replace(", sharing", "") for s in said)
    assert with_archive == plain
    assert said[1].returncode == 0


@pytest.mark.parametrize(("version", "class_path"), [(21, "/bin:/usr"), (25, "/no:/bin:/usr")])
def test_what_was_made_takes_its_name_when_it_is_whole(version, class_path, python, java, tmp_path):
    """Java 25 needs the missing entries of the class path; Java 21 rejects them."""
    python("echo 4g; echo /no:/bin:/usr")
    java('echo "$@" >"$archive"', version)
    archive = tmp_path / "cache" / "archive.jsa"
    archive.parent.mkdir()
    (archive.with_suffix(".tried")).touch()
    make_class_archive.make(archive)
    assert list(archive.parent.iterdir()) == [archive]
    assert "-Xshare:dump -Xmx4g" in archive.read_text()
    assert archive.read_text().endswith(f" -cp {class_path}\n")


@pytest.mark.parametrize("broken", ["python", "java"])
def test_what_could_not_be_made_leaves_only_the_note_that_it_was_tried(
    broken, python, java, tmp_path
):
    python("exit 1" if broken == "python" else "echo 4g; echo a.jar")
    java('echo half >"$archive"; exit 1')
    archive = tmp_path / "cache" / "archive.jsa"
    archive.parent.mkdir()
    tried = archive.with_suffix(".tried")
    tried.touch()
    with pytest.raises(subprocess.CalledProcessError):
        make_class_archive.make(archive)
    assert list(archive.parent.iterdir()) == [tried]


def test_only_what_was_not_used_for_a_month_is_removed(tmp_path):
    for name, days in {"old.jsa": 31, "used.jsa": 29}.items():
        (tmp_path / name).touch()
        then = time.time() - days * class_archive.DAY
        os.utime(tmp_path / name, (then, then))
    class_archive.remove_unused(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["used.jsa"]


def test_archives_take_a_stated_space_and_those_that_were_used_last_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(class_archive, "LARGEST", 250)
    for number in range(4):
        (tmp_path / f"{number}.jsa").write_bytes(b"." * 100)
        os.utime(tmp_path / f"{number}.jsa", (time.time() - number,) * 2)
    class_archive.remove_unused(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.jsa", "1.jsa"]


def test_starting_with_an_archive_keeps_it_from_being_removed(tmp_path):
    archive = class_archive.archive_path(JAVA, tmp_path)
    archive.touch()
    os.utime(archive, (1, 1))
    class_archive.java_options(JAVA, tmp_path)
    class_archive.remove_unused(tmp_path)
    assert archive.exists()


def test_what_work_uses_is_used_to_the_end(spark, tmp_path):
    make_class_archive.use_classes(spark, tmp_path)
    assert spark.read.parquet(str(tmp_path / "table")).count() == 100


@pytest.mark.slow
def test_java_takes_sparks_classes_from_a_real_archive(tmp_path, monkeypatch):
    # started by an earlier test, or by `nox -s connect`
    for given in ("JAVA_HOME", "SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED"):
        monkeypatch.delenv(given, raising=False)
    java = find_java()
    archive = class_archive.archive_path(java, tmp_path)
    make_class_archive.make(archive)
    spark = Path(pyspark.__file__).parent
    loaded = tmp_path / "loaded"
    options = f"{class_archive.java_options(java, tmp_path)} -Xlog:class+load:file={loaded}"
    submit = [spark / "bin/spark-submit", "--driver-memory=4g", "--driver-java-options", options]
    at_home = {"SPARK_HOME": str(spark), "JAVA_HOME": str(java.home)}
    subprocess.run([*submit, "--version"], check=True, env=os.environ | at_home)
    assert "org.apache.spark.deploy.SparkSubmit source: shared objects file" in loaded.read_text()
