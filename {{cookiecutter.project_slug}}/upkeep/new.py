"""Start a use case: a function, job, notebook and tests that pass all checks.

uv run nox -s new -- churn-by-region

The new files are copies of those in upkeep/use_case/ with the use case's name. No existing file is
overwritten, and nothing is written if the name is refused.
"""

import importlib.util
import keyword
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import {{ cookiecutter.package_name }} as project

ROOT = Path(__file__).parents[1]
USE_CASE = Path(__file__).with_name("use_case")

PLACES = {
    "function.py": "src/{package}/{name}.py",
    "job.py": "jobs/{name}.py",
    "notebook.ipynb": "notebooks/{number}-{slug}.ipynb",
    "function_tests.py": "tests/test_{name}.py",
    "job_tests.py": "tests/jobs/test_{name}.py",
    "cluster_tests.py": "tests/cluster/test_{name}_on_a_cluster.py",
}
"""File in upkeep/use_case/ -> the path of its copy; skipped if the project has no such folder."""

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 40
WINDOWS = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
JOBS = re.compile(r"^resources:\n(?:(?: .*| *#.*)?\n)*?  jobs:\n", re.MULTILINE)


class RefusedError(ValueError):
    """The use case cannot be started. The message is one line: what is wrong, and what helps."""


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    try:
        made = start(" ".join(arguments).strip(), root)
    except RefusedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("made:", *made, sep="\n  ")
    tests = [path for path in made if path.startswith("tests/") and "cluster" not in path]
    print(f"test them: uv run pytest {' '.join(tests)}\nnext steps: docs/new-use-case.md")
    return 0


def start(name: str, root: Path) -> list[str]:
    """Write the files of a new use case; return their paths from the root.

    Raises:
        RefusedError: if the name cannot be used or exists already. Nothing is written then.
    """
    slug = name.replace("_", "-")
    check(slug, name)
    new, listed = copies(slug, root), lists_of_jobs(slug, root)
    folder = f"src/{project.__name__}/{module(slug)}"
    if there := [path for path in (folder, *new) if (root / path).exists()]:
        raise RefusedError(f"{there[0]} exists already. Nothing was changed: choose another name")

    for path, text in (new | listed).items():
        (root / path).write_text(text, encoding="utf-8")
    # import order and line breaks depend on the length of the name
    for command in (["check", "--fix", "--select=I"], ["format"]):
        tidy = [sys.executable, "-m", "ruff", *command, "--quiet", "--no-cache", *new]
        subprocess.run(tidy, cwd=root, check=True)
    return [*new, *listed]


def check(slug: str, name: str) -> None:
    """Raise RefusedError if the name cannot be that of a module, a job and a table."""
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST:
        alike = re.sub("[^a-z0-9]+", "-", name.lower())[:LONGEST].strip("-")
        example = alike if SLUG.fullmatch(alike) else "churn-by-region"
        raise RefusedError(
            f"{name!a} cannot be the name of a module: use up to {LONGEST} lowercase letters "
            f"(a-z), digits, and single hyphens between them, a letter first. For example {example}"
        )
    name = module(slug)
    if keyword.iskeyword(name) or WINDOWS.fullmatch(name) or is_taken(name):
        raise RefusedError(
            f"{slug} is taken: jobs/{name}.py would hide the module, package or folder that is "
            f"imported as {name}. Add a word to the name. For example {slug}-report"
        )


def module(slug: str) -> str:
    return slug.replace("-", "_")


def is_taken(name: str) -> bool:
    """Return whether a module, a package or a folder of the project is imported as this name."""
    return name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None


def copies(slug: str, root: Path) -> dict[str, str]:
    """Return path from the root -> text, for each file of the use case."""
    numbers = [int(path.name[:2]) for path in root.glob("notebooks/[0-9][0-9]-*.ipynb")]
    number = f"{max(numbers, default=0) + 1:02}"
    names = {"package": project.__name__, "name": module(slug), "slug": slug, "number": number}
    places = {place.format(**names): USE_CASE / file for file, place in PLACES.items()}
    return {
        place: renamed(file, slug)
        for place, file in places.items()
        if (root / place).parent.is_dir()
    }


def lists_of_jobs(slug: str, root: Path) -> dict[str, str]:
    """Return path -> text of the files in the root that list jobs, with the new job added first.

    Raises:
        RefusedError: if a file has no list of jobs.
    """
    lists = {}
    for entry in USE_CASE.glob("*.yml"):
        if not (root / entry.name).exists():
            continue
        text = (root / entry.name).read_text(encoding="utf-8")
        found = JOBS.search(text)
        if not found:
            raise RefusedError(
                f"{entry.name} has no `jobs:` under `resources:`, where the new job is added"
            )
        lists[entry.name] = f"{found[0]}{renamed(entry, slug)}\n".join(
            (text[: found.start()], text[found.end() :])
        )
    return lists


def renamed(file: Path, slug: str) -> str:
    """Return the text of a file with the use case's name in place of the placeholders."""
    text = file.read_text(encoding="utf-8")
    for placeholder, name in {
        "new_use_case": module(slug),
        "new-use-case": slug,
        "New use case": slug.replace("-", " ").capitalize(),
    }.items():
        text = text.replace(placeholder, name)
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
