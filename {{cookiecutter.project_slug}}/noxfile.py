"""The project's checks: `uv run nox` runs all, `uv run nox -s tests-3.13` runs one of them."""

from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT, max_version="3.13")


def sync(session: nox.Session, *options: str) -> None:
    """Install the project and its dev group with the versions of uv.lock."""
    session.run_install(
        "uv",
        "sync",
        *options,
        f"--python={session.virtualenv.location}",
        env={"UV_PROJECT_ENVIRONMENT": session.virtualenv.location},
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Run the pre-commit hooks on all files: style, prose, banned APIs, secrets, notebooks."""
    sync(session)
    session.run("pre-commit", "run", "--all-files", "--show-diff-on-failure", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of src."""
    sync(session)
    session.run("mypy", *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run all but the slow tests, on every Python that the project supports."""
    sync(session)
    session.run("pytest", "--cov", "--cov-report=term-missing", "--durations=10", *session.posargs)


@nox.session
def notebooks(session: nox.Session) -> None:
    """Run every notebook from top to bottom."""
    sync(session)
    session.run("pytest", "-m", "slow", "tests/notebooks", *session.posargs)


@nox.session
def jobs(session: nox.Session) -> None:
    """Run the slow tests: whole jobs and large samples. Adds to the coverage of `tests`."""
    sync(session)
    others = ("--ignore=tests/notebooks", "--ignore=tests/production/test_connect.py")
    session.run("pytest", "-m", "slow", *others, "--cov", "--cov-append", *session.posargs)


@nox.session(default=False)
def package(session: nox.Session) -> None:
    """Build the wheel, and an archive of Python with all packages for a cluster, in dist/."""
    sync(session)
    session.run("python", "-m", "production.package")


@nox.session(default=False)
def submit(session: nox.Session) -> None:
    """Run a job on a cluster: `-- --master spark://HOST:7077 jobs/JOB.py ARGUMENTS`."""
    sync(session)
    session.run("python", "-m", "production.submit", *session.posargs)


{% if cookiecutter.use_cases != "none" %}
@nox.session(default=False)
def monthly(session: nox.Session) -> None:
    """Run the jobs of a month, or those that are still to be run: `-- --as-of 2025-12`."""
    sync(session)
    session.run("python", "-m", "production.monthly", *session.posargs)


@nox.session(default=False)
def years(session: nox.Session) -> None:
    """Run 36 months of a simulated company (half an hour), and draw them in reports/years.png."""
    sync(session)
    session.run("pytest", "-n0", "-s", "tests/years/three_years.py", *session.posargs)


{% endif %}
{% if cookiecutter.use_cases != "none" and cookiecutter.scheduler == "airflow" %}
@nox.session(default=False)
def airflow(session: nox.Session) -> None:
    """Run the DAG of the monthly run with Airflow itself, on simulated customers."""
    # Airflow 3.3 permits pydantic 2.14, and its tasks cannot start with it
    session.install("apache-airflow>=3.3,<4", "pydantic<2.14")
    folder = Path(session.create_tmp()).resolve()
    simulate = ("jobs/simulate_usage.py", f"--output={folder}/data/raw")
    own = {"UV_PROJECT_ENVIRONMENT": str(Path(".venv").resolve())}  # not Airflow's
    session.run("uv", "run", "python", *simulate, env=own, external=True)
    settings = {
        "AIRFLOW_HOME": f"{folder}/airflow",
        "AIRFLOW__CORE__DAGS_FOLDER": str(Path("production/airflow").resolve()),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PROJECT_FOLDER": str(folder),
    }
    session.run("airflow", "db", "migrate", env=settings)
    dag = "{{ cookiecutter.package_name }}_monthly"
    session.run("airflow", "dags", "test", dag, "2026-01-02", env=settings)


{% endif %}
@nox.session(default=False)
def cluster(session: nox.Session) -> None:
    """Run every job, and tests of failures, on two workers, YARN, HDFS and S3 on this machine."""
    sync(session, "--group=cluster")
    session.run("pytest", "-m", "cluster", "tests/cluster", *session.posargs)


@nox.session(default=False)
def connect(session: nox.Session) -> None:
    """Run tests and jobs over a Spark Connect server that is started for them."""
    sync(session)
    session.run("pytest", "-m", "slow", "tests/production/test_connect.py")
    all_but = ("-m", "not cluster", "--ignore=tests/notebooks", "--ignore=tests/production")
    session.run("python", "production/connect.py", "pytest", *all_but, *session.posargs)
{% if cookiecutter.use_cases in ["both", "churn-prediction"] %}


@nox.session(default=False)
def tensorflow(session: nox.Session) -> None:
    """Run the tests of the trainers with TensorFlow installed, a large package."""
    sync(session, "--extra=tensorflow")
    session.run("pytest", "tests/training/test_trainers.py", *session.posargs)
{% endif %}


@nox.session(default=False, venv_backend="none")
def new(session: nox.Session) -> None:
    """Start a use case that passes all checks from the beginning: `-- churn-by-region`."""
    session.run("uv", "run", "python", "-m", "upkeep.new", *session.posargs)


@nox.session(default=False)
def update(session: nox.Session) -> None:
    """Merge changes of the template, or change an answer: `-- use_cases=none`."""
    session.install("cruft>=2.16,<3")
    session.run("python", "upkeep/update.py", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Run the benchmarks, or the named one, and write reports/bench.md. Needs a quiet machine."""
    sync(session)
    every = sorted(path.stem for path in Path("benchmarks").glob("[!_]*.py"))
    chosen = session.posargs[:1] or every
    for name in chosen:
        session.run("python", "-m", f"benchmarks.{name}", *session.posargs[1:])
