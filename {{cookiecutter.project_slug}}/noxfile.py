"""The project's checks: `uv run nox` runs them all, `uv run nox -s tests-3.13` one of them."""

from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT, max_version="3.13")


def sync(session: nox.Session, *options: str) -> None:
    """Install the project and its dev group as uv.lock says."""
    session.run_install(
        "uv",
        "sync",
        *options,
        f"--python={session.virtualenv.location}",
        env={"UV_PROJECT_ENVIRONMENT": session.virtualenv.location},
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Style, banned APIs, secrets, output of notebooks: what pre-commit checks, on all files."""
    sync(session)
    session.run("pre-commit", "run", "--all-files", "--show-diff-on-failure", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """Types of src."""
    sync(session)
    session.run("mypy", *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The tests but for slow ones, on every Python that the project supports."""
    sync(session)
    session.run("pytest", "--cov", "--cov-report=term-missing", "--durations=10", *session.posargs)


@nox.session
def notebooks(session: nox.Session) -> None:
    """Every notebook, from top to bottom."""
    sync(session)
    session.run("pytest", "-m", "slow", "tests/notebooks", *session.posargs)


@nox.session
def jobs(session: nox.Session) -> None:
    """Slow tests: whole jobs, as processes too, and large samples. Adds to the tests' coverage."""
    sync(session)
    others = ("--ignore=tests/notebooks", "--ignore=tests/production/test_connect.py")
    session.run("pytest", "-m", "slow", *others, "--cov", "--cov-append", *session.posargs)


@nox.session(default=False)
def package(session: nox.Session) -> None:
    """What a cluster needs, in dist/: the wheel, and Python with all packages."""
    sync(session)
    session.run("python", "-m", "production.package")


@nox.session(default=False)
def submit(session: nox.Session) -> None:
    """Run a job on a cluster: `-- --master spark://HOST:7077 jobs/JOB.py ARGUMENTS`."""
    sync(session)
    session.run("python", "-m", "production.submit", *session.posargs)


@nox.session(default=False)
def cluster(session: nox.Session) -> None:
    """Every job on a cluster of two workers, started on this machine; machines that fail."""
    sync(session)
    session.run("pytest", "-m", "cluster", "tests/cluster", *session.posargs)


@nox.session(default=False)
def connect(session: nox.Session) -> None:
    """The tests and the jobs over a Spark Connect server of their own."""
    sync(session)
    session.run("pytest", "-m", "slow", "tests/production/test_connect.py")
    all_but = ("-m", "not cluster", "--ignore=tests/notebooks", "--ignore=tests/production")
    session.run("python", "production/connect.py", "pytest", *all_but, *session.posargs)
{% if cookiecutter.use_cases in ["both", "churn-prediction"] %}


@nox.session(default=False)
def tensorflow(session: nox.Session) -> None:
    """What every trainer must do, with the extra that brings TensorFlow, which is large."""
    sync(session, "--extra=tensorflow")
    session.run("pytest", "tests/training/test_trainers.py", *session.posargs)
{% endif %}


@nox.session(default=False, venv_backend="none")
def new(session: nox.Session) -> None:
    """Start a use case that works from the first minute: `-- churn-by-region`."""
    session.run("uv", "run", "python", "-m", "upkeep.new", *session.posargs)


@nox.session(default=False)
def update(session: nox.Session) -> None:
    """Bring in what is new in the project's template, or other answers: `-- use_cases=none`."""
    session.install("cruft>=2.16,<3")
    session.run("python", "upkeep/update.py", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Benchmarks, into reports/bench.md; they want a quiet machine. Name one to run it alone."""
    sync(session)
    every = sorted(path.stem for path in Path("benchmarks").glob("[!_]*.py"))
    chosen = session.posargs[:1] or every
    for name in chosen:
        session.run("python", "-m", f"benchmarks.{name}", *session.posargs[1:])
