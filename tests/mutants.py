"""Break the default project's src on purpose, and see whether its tests notice.

mutants.diff holds the edits, each a mistake that a colleague could make. They are of these kinds:

- boundary: one more or one less than it should be
- chance: a seed, or what a draw is for, is ignored
- formula: another sign, factor or term
- guard: a check, a filter or a precaution is left out
- leak: a model or a table knows what it may not know
- mix-up: another column, another order, the other way round
- safety: a table, an alias or an exit code is lost or believed too soon
- unknown: what is not known is taken for known, or the other way round
- window: other months than those that are meant

An edit is caught when one of the project's quick tests fails: first those of its file, and if they
do not notice, all of its folder and of the jobs.
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
"""Projects to break at a time: Spark's driver, in which most time goes, keeps one core busy."""

LEAST = 0.9
"""The share of edits that must be caught."""


class Edit(NamedTuple):
    """A text that stands once in a file of src, and what a mistake makes of it."""

    file: str
    kind: str
    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file}: {self.name} ({self.kind})"


def all_edits() -> list[Edit]:
    """What mutants.diff holds."""
    _, *parts = re.split("^diff ", LIST.read_text(), flags=re.M)
    return [
        Edit(part.partition("\n")[0], kind, name, without_marks(before), without_marks(after))
        for part in parts
        for kind, name, before, after in EDIT.findall(part)
    ]


def without_marks(lines: str) -> str:
    return "\n".join(line[1:] for line in lines.splitlines())


def tests_of(file: str, project: Path) -> list[list[str]]:
    """The tests of a file of src, in the order of their trial: the nearest ones, and all others.

    For growth/scores.py: tests/growth/test_scores.py; then tests/growth and tests/jobs.
    """
    folder = (project / "tests" / file).parent
    nearest = sorted(folder.glob(f"test_*{Path(file).stem}.py"))
    others = sorted(folder.glob("test_*.py"))
    steps = [nearest or others, [*others, project / "tests" / "jobs"]]
    return [[str(path.relative_to(project)) for path in step] for step in steps]


def first_failure(paths: Iterable[str], project: Path) -> str | None:
    """The first test that fails; None when all are green."""
    pytest = "uv run --no-sync pytest --exitfirst --quiet --tb=no -p no:cacheprovider"
    done = run(f"{pytest} {shlex.join(paths)}", project)
    if done.returncode == 0:
        return None
    found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, re.M)
    return found[1] if found else sys.exit(done.stdout + done.stderr)


def is_caught(edit: Edit, projects: SimpleQueue[Path]) -> bool:
    """Break a project that nobody else is breaking, run its tests, and mend it."""
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
    """Try the edits of all files, or of those whose name holds `part`."""
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
