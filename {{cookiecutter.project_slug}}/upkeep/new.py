"""Start a use case: its function, job, notebook and tests, which work before you change a line.

uv run nox -s new -- churn-by-region

They are copies of the files in upkeep/use_case/, with the name in its place. Nothing that is there
is written over, and nothing is written at all where something is wrong.
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
"""Where a copy of each file goes, unless the project has no such folder any more."""

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 40
WINDOWS = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
JOBS = re.compile(r"^resources:\n(?:(?: .*| *#.*)?\n)*?  jobs:\n", re.MULTILINE)


class RefusedError(ValueError):
    """A use case that cannot be started. The message is one line: what, why, and what can."""


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    try:
        made = start(" ".join(arguments).strip(), root)
    except RefusedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("made:", *made, sep="\n  ")
    tests = [path for path in made if path.startswith("tests/") and "cluster" not in path]
    print(f"They pass: uv run pytest {' '.join(tests)}\nWhat is next: docs/new-use-case.md")
    return 0


def start(name: str, root: Path) -> list[str]:
    """Write the files of a new use case; return their paths from the root.

    Raises:
        RefusedError: when the name cannot be used or is there already. Nothing is written then.
    """
    slug = name.replace("_", "-")
    check(slug, name)
    new, listed = copies(slug, root), lists_of_jobs(slug, root)
    folder = f"src/{project.__name__}/{module(slug)}"
    if there := [path for path in (folder, *new) if (root / path).exists()]:
        raise RefusedError(f"there is a {there[0]} already. Nothing was changed: take another name")

    for path, text in (new | listed).items():
        (root / path).write_text(text, encoding="utf-8")
    # the order of imports and the length of lines depend on the name
    for command in (["check", "--fix", "--select=I"], ["format"]):
        tidy = [sys.executable, "-m", "ruff", *command, "--quiet", "--no-cache", *new]
        subprocess.run(tidy, cwd=root, check=True)
    return [*new, *listed]


def check(slug: str, name: str) -> None:
    """Refuse what cannot be the name of a module, of a job and of a table."""
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
            f"{slug} is taken: a jobs/{name}.py would be imported in place of what Python, a "
            f"package or a folder here calls {name}. Add a word to it. For example {slug}-report"
        )


def module(slug: str) -> str:
    return slug.replace("-", "_")


def is_taken(name: str) -> bool:
    """Whether Python, a package or a folder of the project is imported by this name."""
    return name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None


def copies(slug: str, root: Path) -> dict[str, str]:
    """The text of each file of the use case, by its path from the root."""
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
    """The files in the root that list the jobs, with the new one as the first.

    Raises:
        RefusedError: when one of them has no place for it.
    """
    lists = {}
    for entry in USE_CASE.glob("*.yml"):
        if not (root / entry.name).exists():
            continue
        text = (root / entry.name).read_text(encoding="utf-8")
        found = JOBS.search(text)
        if not found:
            raise RefusedError(f"{entry.name} has no `jobs:` under `resources:` for a job to go to")
        lists[entry.name] = f"{found[0]}{renamed(entry, slug)}\n".join(
            (text[: found.start()], text[found.end() :])
        )
    return lists


def renamed(file: Path, slug: str) -> str:
    """What a file says, with the name of the use case in its place."""
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
