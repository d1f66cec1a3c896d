"""Make mistakes in the default project's src, and check that its tests fail.

mutants.diff contains the edits, each a mistake that a colleague could make, of these kinds:

- boundary: off by one
- chance: a seed, or the purpose of a sample, is ignored
- formula: another sign, factor or term
- guard: a check, a filter or a precaution is missing
- leak: a model or a table uses data that it must not use
- mix-up: a wrong column or order
- safety: a table, an alias or an exit code is lost, or trusted too early
- unknown: null is treated as a value, or a value as null
- window: wrong months

An edit is caught if one of the project's quick tests fails. The tests of its file run first, then
those of its folder and of the jobs.
"""

import re
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter
from typing import NamedTuple

from template import ROOT, bake, run

LIST = Path(__file__).with_name("mutants.diff")
EDIT = re.compile(r"^@@ (.+?): (.+)\n((?:-.*\n)+)((?:\+.*\n)*)", re.M)
SRC = "src/customer_analytics"
AT_ONCE = 2
"""Projects to test at a time: most time is spent in Spark's driver, which keeps one core busy."""

LEAST = 0.9
"""The share of edits that must be caught."""


class Edit(NamedTuple):
    """A text that occurs once in a file of src, and the mistake that replaces it."""

    file: str
    kind: str
    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file}: {self.name} ({self.kind})"


def all_edits() -> list[Edit]:
    """Return the edits in mutants.diff."""
    _, *parts = re.split("^diff ", LIST.read_text(), flags=re.M)
    return [
        Edit(part.partition("\n")[0], kind, name, without_marks(before), without_marks(after))
        for part in parts
        for kind, name, before, after in EDIT.findall(part)
    ]


def without_marks(lines: str) -> str:
    return "\n".join(line[1:] for line in lines.splitlines())


def tests_of(file: str, project: Path) -> list[list[str]]:
    """Return lists of test files for a file of src, in the order in which they are tried.

    For growth/scores.py: tests/growth/test_scores.py; then tests/growth and tests/jobs.
    """
    folder = (project / "tests" / file).parent
    nearest = sorted(folder.glob(f"test_*{Path(file).stem}.py"))
    others = sorted(folder.glob("test_*.py"))
    steps = [nearest or others, [*others, project / "tests" / "jobs"]]
    return [[str(path.relative_to(project)) for path in step] for step in steps]


def first_failure(paths: Iterable[str], project: Path) -> str | None:
    """Return the name of the first test that fails; None if all pass."""
    pytest = "uv run --no-sync pytest -n0 --exitfirst --quiet --tb=no -p no:cacheprovider"
    done = run(f"{pytest} {shlex.join(paths)}", project)
    if done.returncode == 0:
        return None
    found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, re.M)
    return found[1] if found else sys.exit(done.stdout + done.stderr)


def is_caught(edit: Edit, projects: SimpleQueue[Path]) -> bool:
    """Apply an edit to a free project, run its tests, and undo the edit."""
    project, start = projects.get(), perf_counter()
    file = project / SRC / edit.file
    source = file.read_text()
    file.write_text(source.replace(edit.before, edit.after))
    try:
        steps = tests_of(edit.file, project)
        failed = next(filter(None, (first_failure(paths, project) for paths in steps)), None)
    finally:
        file.write_text(source)
        projects.put(project)
    outcome = f"caught by {failed}" if failed else "SURVIVED"
    print(f"{perf_counter() - start:4.0f} s  {edit}\n        {outcome}", flush=True)
    return failed is not None


def main(part: str = "") -> None:
    """Try the edits of all files, or of those whose name contains `part`."""
    start = perf_counter()
    edits = [edit for edit in all_edits() if part in edit.file]
    if not edits:
        sys.exit(f"error: mutants.diff has no file with {part} in its name")
    build = ROOT / "build" / "mutants"
    shutil.rmtree(build, ignore_errors=True)
    projects: SimpleQueue[Path] = SimpleQueue()
    for number in range(AT_ONCE):
        project = bake(build / str(number))
        if (synced := run("uv sync", project)).returncode:
            sys.exit(synced.stderr)
        projects.put(project)
    paths = {path for edit in edits for step in tests_of(edit.file, project) for path in step}
    if failed := first_failure(sorted(paths), project):
        sys.exit(f"error: {failed} fails before anything is broken")
    print(f"{perf_counter() - start:4.0f} s  unbroken: all tests are green", flush=True)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda edit: is_caught(edit, projects), edits))
    caught = [edit for edit, is_found in zip(edits, outcomes, strict=True) if is_found]
    print(f"\n{perf_counter() - start:.0f} seconds in all. Caught, by kind of mistake:")
    of, found = (Counter(edit.kind for edit in some) for some in (edits, caught))
    for kind in sorted(of):
        print(f"  {kind:10}{found[kind]:3} of {of[kind]:3}")
    share = len(caught) / len(edits)
    print(f"  {'all':10}{len(caught):3} of {len(edits):3}, {share:.0%}\n\nSurvivors:")
    print(*(f"  {edit}" for edit in edits if edit not in caught), sep="\n")
    sys.exit(share < LEAST)


if __name__ == "__main__":
    main(*sys.argv[1:])
