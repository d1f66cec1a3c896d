"""The template's checks: `nox` runs all of them; `nox -s demo` makes a project and runs it."""

import json
import shutil
import subprocess
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "tests", "samples"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
ROOT = Path(__file__).parent
PYTHONS = ("3.11", "3.12", "3.13")


def install(session: nox.Session, group: str) -> None:
    session.install(*nox.project.dependency_groups(PYPROJECT, group))


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style of the template's own code, and the prose of all files."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    listed = session.run("git", "ls-files", "*.md", "*.py", "*.ipynb", external=True, silent=True)
    words = "{{cookiecutter.project_slug}}/upkeep/words.txt"
    session.run("codespell", "--dictionary=-", f"--dictionary={words}", *listed.splitlines())


@nox.session
def tests(session: nox.Session) -> None:
    """Check every combination of options and every hostile answer, without running Spark."""
    install(session, "tests")
    session.run("pytest", "--ignore=tests/samples", "-n", "auto", *session.posargs)


@nox.session
def samples(session: nox.Session) -> None:
    """Install sample projects, which cover each pair of answers, and run their READMEs and checks.

    `-- none gitlab` selects samples with one of these answers; `-- everything` runs every step on
    every sample.
    """
    install(session, "tests")
    words = [word for word in session.posargs if word != "everything"]
    chosen = ["-k", " or ".join(words)] if words else []
    if "everything" in session.posargs:
        chosen.append("--everything")
    # PySpark is a source package; uv would build it per sample where the index forbids caching
    wheels = ROOT / "build" / "wheels"
    build = ("uv", "tool", "run", "pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={wheels}")
    for version in json.loads(Path("cookiecutter.json").read_text())["spark_version"]:
        session.run(*build, f"pyspark~={version}.0", external=True)
    session.run(
        "pytest",
        "tests/samples",
        # two at a time: a sample mostly waits for Spark's driver, which keeps one core busy
        *("--numprocesses=2", "--dist=loadgroup"),
        "-rs",  # shows samples that were skipped because their Python could not be fetched
        *chosen,
        env={**every_python(), "UV_FIND_LINKS": str(wheels)},
    )


@nox.session
def demo(session: nox.Session) -> None:
    """Make the default project in build/demo, run its jobs, and list the charts."""
    install(session, "tests")
    session.run("python", "tests/demo.py")


@nox.session(default=False)
def mutants(session: nox.Session) -> None:
    """Make a hundred mistakes in the default project, and check that its quick tests fail.

    `-- growth` selects the files with this in their name.
    """
    install(session, "tests")
    session.run("python", "tests/mutants.py", *session.posargs)


@nox.session(default=False)
def options(session: nox.Session) -> None:
    """Write docs/options.md from cookiecutter.json."""
    install(session, "tests")
    session.run("python", "tests/options.py")


def every_python() -> dict[str, str | None]:
    """Return environment variables with which uv finds every Python, including those of pyenv."""
    if not shutil.which("pyenv"):
        return {}
    listed = subprocess.run(["pyenv", "versions", "--bare"], capture_output=True, text=True)
    versions = [v for v in listed.stdout.split() if v.startswith(PYTHONS)]
    return {"PYENV_VERSION": ":".join([*versions, "system"])} if versions else {}
