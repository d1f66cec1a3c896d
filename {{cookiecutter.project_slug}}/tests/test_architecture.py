"""Folders of src import each other in one direction, and files stay readable in one sitting."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import {{ cookiecutter.package_name }} as project

SRC = Path(project.__file__).parent
MODULES = {
    path.relative_to(SRC).with_suffix("").as_posix().removesuffix("/__init__"): path
    for path in SRC.rglob("*.py")
}
LONGEST = 270
"""Lines of a file."""

SHARED = {"errors", "measuring", "periods", "phases", "sampling"}
"""Files that every folder may import, and that import no folder."""

MAY_IMPORT = {
    "spark": set(),
    "tables": set(),
    "reporting": {"tables"},
    "simulate": set(),
    "processing": {"reporting"},
    "preparation": {"job", "tables"},
{% if cookiecutter.use_cases != "none" %}
    "monitoring": {"reporting", "tables"},
{% endif %}
{% if cookiecutter.use_cases in ["both", "growth-forecasting"] %}
    "growth": {"inputs", "monitoring", "reporting", "tables"},
{% endif %}
{% if cookiecutter.use_cases in ["both", "churn-prediction"] %}
    "training": {"tables"},
    "churn": {"job", "monitoring", "reporting", "tables", "training"},
    "lifecycle": {"tables", "training"},
    "tradeoff": {"reporting", "tables", "training"},
{% endif %}
    "arguments": {"tables"},
    "run_log": {"tables"},
    "parsing": {"inputs", "run_log", "spark", "tables"},
    "inputs": {"arguments", "reporting", "run_log", "tables"},
    "job": {"arguments", "inputs", "parsing", "reporting", "run_log", "spark", "tables"},
}
"""For each folder (and job.py), the others that it may import. Add a use case of yours here."""


def imports_of(module: str) -> set[str]:
    """Modules of the project that a module imports when it is itself imported."""
    package = module if MODULES[module].name == "__init__.py" else module.rpartition("/")[0]
    found = set()
    for statement in ast.parse(MODULES[module].read_text()).body:
        if isinstance(statement, ast.ImportFrom) and statement.level:
            parts = package.split("/") if package else []
            base = parts[: len(parts) - statement.level + 1]
            named = [*base, *(statement.module or "").split(".")]
            source = "/".join(filter(None, named))
            submodules = {f"{source}/{name.name}".lstrip("/") for name in statement.names}
            found |= (submodules & MODULES.keys()) or {source}
    return (found & MODULES.keys()) - {module}


def folder(module: str) -> str:
    return module.partition("/")[0]


def test_folders_import_only_what_is_stated():
    wrong = {
        f"{module} imports {other}"
        for module in MODULES
        for other in imports_of(module)
        if folder(module) in MAY_IMPORT and folder(other) != folder(module)
        if folder(other) not in MAY_IMPORT[folder(module)] | SHARED | {"."}
    }
    assert not wrong


def test_shared_files_import_no_folder():
    assert {other for name in SHARED & MODULES.keys() for other in imports_of(name)} <= SHARED


def test_no_module_imports_itself_by_way_of_others():
    TopologicalSorter({module: imports_of(module) for module in MODULES}).prepare()


def test_nothing_of_src_imports_jobs_notebooks_or_tests():
    above = {"jobs", "notebooks", "tests", "benchmarks", "production", "upkeep"}
    for path in MODULES.values():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            assert not above & {name.partition(".")[0] for name in names}, path


def test_a_file_is_read_in_one_sitting():
    lines = {module: len(path.read_text().splitlines()) for module, path in MODULES.items()}
    assert not {module for module, count in lines.items() if count > LONGEST}
