"""The choice of Java on machines with a suitable Java, an old one, or none."""

import os
import subprocess
from pathlib import Path

import pytest

from {{ cookiecutter.package_name }}.spark import java

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the fake Javas are shell scripts")

SETTINGS = """\
#!/bin/sh
echo 'Property settings:' >&2
echo '    java.home = {home}' >&2
echo '    java.specification.version = {version}' >&2
echo '    java.runtime.version = {version}.0.1+9' >&2
echo '    java.vm.name = A VM' >&2
"""


@pytest.fixture
def install(tmp_path):
    """Write a fake `java` that reports a version; return its home."""

    def make(name: str, version: str) -> Path:
        home = tmp_path / name
        (home / "bin").mkdir(parents=True)
        executable = home / "bin" / "java"
        executable.write_text(SETTINGS.format(home=home, version=version))
        executable.chmod(0o755)
        return home

    return make


@pytest.fixture(autouse=True)
def no_java(monkeypatch):
    """A machine without Java; fake ones need only /bin/sh."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")


@pytest.fixture
def no_bundle(monkeypatch):
    monkeypatch.setattr(java, "find_spec", lambda name: None)


def test_java_home_comes_first(install, monkeypatch):
    home, on_path = install("home", "17"), install("path", "21")
    monkeypatch.setenv("JAVA_HOME", str(home))
    monkeypatch.setenv("PATH", str(on_path / "bin"))
    assert java.find_java().home == home


@pytest.mark.parametrize("version", ["17", "21", "25"])
def test_java_on_the_path_is_taken_without_java_home(install, monkeypatch, version):
    home = install("path", version)
    monkeypatch.setenv("PATH", str(home / "bin"))
    assert java.find_java().home == home


def test_a_java_tells_which_build_it_is(install, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(install("home", "17")))
    assert java.find_java() == (Path(os.environ["JAVA_HOME"]), 17, "17.0.1+9 A VM")


@pytest.mark.parametrize("version", ["1.8", "11", "16"])
def test_a_java_home_that_is_too_old_yields_to_the_path(install, monkeypatch, version):
    monkeypatch.setenv("JAVA_HOME", str(install("home", version)))
    new = install("path", "17")
    monkeypatch.setenv("PATH", str(new / "bin"))
    assert java.find_java().home == new


@pytest.mark.parametrize("broken", ["printf '\\377' >&2", "exit 1", "echo 'java.home = /x' >&2"])
def test_a_java_that_does_not_work_is_passed_over(install, monkeypatch, broken, no_bundle):
    stub = install("stub", "21")
    (stub / "bin" / "java").write_text(f"#!/bin/sh\n{broken}\n")
    monkeypatch.setenv("PATH", str(stub / "bin"))
    with pytest.raises(java.JavaNotFoundError):
        java.find_java()


def test_a_java_home_that_does_not_exist_is_passed_over(install, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", "/no/such/folder")
    home = install("path", "17")
    monkeypatch.setenv("PATH", str(home / "bin"))
    assert java.find_java().home == home


def test_without_any_java_the_bundled_one_is_taken_and_runs():
    home = java.find_java().home
    answer = subprocess.run(
        [home / "bin" / "java", "--add-modules=jdk.incubator.vector", "-Dspoken=a b", "-version"],
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    assert 'version "21' in answer.stderr


def test_the_bundled_java_receives_all_other_arguments_as_they_are(tmp_path):
    settings = subprocess.run(
        [
            java.find_java().home / "bin" / "java",
            "-Dfirst=a  b",
            "--add-modules=jdk.incubator.vector",
            "-Dsecond=$c 'd'",
            "-XshowSettings:properties",
            "-version",
        ],
        capture_output=True,
        text=True,
    ).stderr
    assert "first = a  b\n" in settings
    assert "second = $c 'd'\n" in settings


def test_a_process_that_inherits_the_bundled_java_takes_it_as_it_is(monkeypatch):
    """Spark would not start with the runtime that the launcher wraps."""
    home = java.find_java().home
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert java.find_java().home == home


def test_the_machines_own_java_starts_without_the_module_that_warns(install, tmp_path, monkeypatch):
    home = install("own", "21")
    (home / "bin" / "java").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    found = java.without_vector_module(home)
    told = subprocess.run(
        [found / "bin" / "java", "--add-modules=jdk.incubator.vector", "-Dspoken=a b", "-version"],
        capture_output=True,
        text=True,
    )
    assert told.stdout.splitlines() == ["-Dspoken=a b", "-version"]
    assert java.without_vector_module(found) == found
    assert java.without_vector_module(tmp_path) == tmp_path  # there is no Java in it


def test_an_old_java_is_named_when_the_bundled_one_steps_in(install, monkeypatch, caplog):
    old = install("old", "1.8")
    monkeypatch.setenv("JAVA_HOME", str(old))
    assert java.find_java().home != old
    assert f"Java 8 at {old} is too old." in caplog.text


def test_no_java_at_all_gives_three_lines_with_the_command_to_type(no_bundle):
    with pytest.raises(java.JavaNotFoundError) as error:
        java.find_java()
    lines = str(error.value).splitlines()
    assert len(lines) <= 3
    assert "17 or later" in lines[0]
    assert "https://adoptium.net" in lines[1]


@pytest.mark.parametrize("installer", java.HOW_TO_INSTALL)
def test_the_command_to_type_is_one_that_this_system_has(
    tmp_path, installer, monkeypatch, no_bundle
):
    (tmp_path / installer).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(java.JavaNotFoundError) as error:
        java.find_java()
    assert java.HOW_TO_INSTALL[installer] in str(error.value).splitlines()[1]
    assert installer.removesuffix("-get") in java.HOW_TO_INSTALL[installer]


def test_a_bundled_java_that_does_not_start_is_not_taken(monkeypatch):
    monkeypatch.setattr(java, "WITHOUT_VECTOR_MODULE", "#!/bin/sh\nexit 126\n")
    with pytest.raises(java.JavaNotFoundError):
        java.find_java()


def test_an_old_java_is_named_when_there_is_no_other(install, monkeypatch, no_bundle):
    old = install("old", "11")
    monkeypatch.setenv("PATH", str(old / "bin"))
    with pytest.raises(java.JavaNotFoundError, match=f"Java 11 at {old} is too old"):
        java.find_java()


def test_the_same_old_java_is_named_once(install, monkeypatch, no_bundle):
    old = install("old", "11")
    monkeypatch.setenv("JAVA_HOME", str(old))
    monkeypatch.setenv("PATH", str(old / "bin"))
    with pytest.raises(java.JavaNotFoundError) as error:
        java.find_java()
    assert str(error.value).count("too old") == 1
