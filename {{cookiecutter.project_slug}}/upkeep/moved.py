"""Correct imports in your own files after `nox -s update` has moved modules of the template.

uv run python upkeep/moved.py    from the project's folder; prints each line that it changes
"""

import re
import subprocess
from pathlib import Path

PACKAGE = "{{ cookiecutter.package_name }}"
MOVED = {
    # with 0.2.0
    "charts": "processing.charts",
    "class_data": "spark.class_archive",
    "java": "spark.java",
    "measuring.in_turn": "measuring.interleave",
    "measuring.middle": "measuring.median_cost",
    "measuring.watched": "measuring.measure",
    "processing.plan.Road": "processing.plan.DataPath",
    "processing.plan.road": "processing.plan.data_path",
    "reports": "reporting.files",
    "sampling.draw": "sampling.sample_hash",
    "sampling.is_drawn": "sampling.in_sample",
    "session": "spark.session",
    "tables.BadTableError": "errors.BadInputError",
    "tables.NotNowError": "errors.UnavailableError",
    "training.charts": "tradeoff.charts",
    "training.compare": "tradeoff.compare",
    "training.conclusions": "tradeoff.conclusions",
    "training.crossover": "tradeoff.crossover",
    "training.many": "tradeoff.many",
    "training.many.WAYS": "tradeoff.many.METHODS",
    "training.segments": "tradeoff.segments",
    "training.segments.chance": "tradeoff.segments.probability",
}
"""Old place -> new place of modules, and of single names that moved or changed."""

RENAMED = {"BadTableError": "BadInputError", "NotNowError": "UnavailableError"}
IMPORT = re.compile(
    r'^(?P<start>[ \t]*"?)from (?P<module>[\w.]+) import (?P<names>[\w, ]+?)(?P<end>(?:\\n)?"?,?)$',
    re.M,
)
"""A one-line import in Python, or in the JSON of a notebook."""


def mend(text: str, path: Path) -> str:
    """Return the corrected text of a file.

    Args:
        text: content of the file.
        path: path of the file from the project's folder.
    """
    text = IMPORT.sub(lambda found: "\n".join(lines_of(found, path)), text)
    for old, new in RENAMED.items():
        text = re.sub(rf"\b{old}\b", new, text)
    return text


def lines_of(found: re.Match[str], path: Path) -> list[str]:
    """Return the import lines that replace one import, one line per new module."""
    module = absolute(found["module"], path)
    if module is None:
        return [found[0]]
    names_by_module: dict[str, list[str]] = {}
    for name in found["names"].split(", "):
        was = f"{module}.{name}".strip(".")
        now = MOVED.get(was) or f"{MOVED.get(module, module)}.{name}"
        place, _, now_name = now.strip(".").rpartition(".")
        alias = "" if now_name == name or name in RENAMED else f" as {name}"
        names_by_module.setdefault(place, []).append(now_name + alias)
    if names_by_module == {module: found["names"].split(", ")}:
        return [found[0]]
    return [
        f"{found['start']}from {'.'.join(filter(None, (PACKAGE, place)))}"
        f" import {', '.join(names)}{found['end']}"
        for place, names in names_by_module.items()
    ]


def absolute(module: str, path: Path) -> str | None:
    """Return a module's name inside the package; None for a module of another package."""
    name = module.lstrip(".")
    if name == module:
        inside = module == PACKAGE or module.startswith(f"{PACKAGE}.")
        return module[len(PACKAGE) + 1 :] if inside else None
    folders = path.parts[2:-1]
    above = len(folders) - (len(module) - len(name) - 1)
    return ".".join(filter(None, (*folders[:above], name)))


def main() -> None:
    """Correct every Python file and notebook that git does not ignore."""
    kinds = ("*.py", "*.ipynb")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *kinds]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for path in map(Path, filter(None, listed.split("\0"))):
        if not path.exists() or path.name == Path(__file__).name:
            continue
        text = path.read_text(encoding="utf-8")
        mended = mend(text, path)
        if mended != text:
            path.write_text(mended, encoding="utf-8")
            for line in sorted(set(mended.splitlines()) - set(text.splitlines())):
                print(f"{path}: {line.strip()}")


if __name__ == "__main__":
    main()
