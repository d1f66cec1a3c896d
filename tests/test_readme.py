"""The commands in the template's README exist, and CI runs the one for tests."""

import re
import subprocess

from template import PROJECT, ROOT, readme_commands

README = (ROOT / "README.md").read_text()
COMMANDS = readme_commands(ROOT / "README.md")
SESSION = r"^def (\w+)\(session"
DEMO, TESTS = COMMANDS[-2:]


def test_two_commands_do_all_the_set_up():
    assert f"{TESTS} -s demo" == DEMO
    for command in (DEMO, TESTS):
        assert command.startswith("python3 -m pip install")
        assert "&& python3 -m nox" in command


def test_ci_runs_the_readmes_test_command():
    assert TESTS in (ROOT / ".ci/run").read_text().splitlines()


def test_people_are_told_how_to_make_a_project():
    assert any(command.startswith("cruft create https://github.com/ORG/") for command in COMMANDS)
    assert "`cookiecutter gh:ORG/cookiecutter-spark-data-science`" in README


def test_every_session_and_file_that_the_readme_names_exists():
    sessions = set(re.findall(r"nox -s (\w+)", README))
    files = (ROOT / "noxfile.py", PROJECT / "noxfile.py")
    defined = {name for file in files for name in re.findall(SESSION, file.read_text(), re.M)}
    assert sessions <= defined
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_no_lock_file_registry_or_path_of_a_machine_is_in_the_repository():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout
    private = re.compile(
        r"(https?|file)://[^ ]*(/simple|localhost|/root/)|/root/|/home/\w+/|/Users/\w"
    )
    for name in listed.splitlines():
        assert not name.endswith(".lock"), name
        if not name.endswith(".png") and name != "tests/test_readme.py":
            assert not private.search((ROOT / name).read_text(encoding="utf-8")), name
