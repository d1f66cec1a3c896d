"""Answers that break other templates: each gives a valid project, or one line and no files."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from static import check_files, check_style
from template import ROOT

FINE = "fine"

# question, answer, and FINE or what the one line says
HOSTILE = [
    # names that are Python's own
    ("package_name", "class", "a name of Python itself"),
    ("package_name", "import", "a name of Python itself"),
    ("package_name", "async", "a name of Python itself"),
    ("package_name", "json", "a name of Python itself"),
    ("package_name", "statistics", "a name of Python itself"),
    ("package_name", "logging", "a name of Python itself"),
    ("project_name", "Typing", "a name of Python itself"),
    ("project_name", "Class", "a name of Python itself"),
    # soft keywords may be package names
    ("package_name", "match", FINE),
    ("package_name", "type", FINE),
    # names that the project uses itself
    ("package_name", "pyspark", "taken inside the project"),
    ("package_name", "pandas", "taken inside the project"),
    ("package_name", "numpy", "taken inside the project"),
    ("package_name", "py4j", "taken inside the project"),
    ("package_name", "yaml", "taken inside the project"),
    ("package_name", "jobs", "taken inside the project"),
    ("package_name", "notebooks", "taken inside the project"),
    ("package_name", "test", "taken inside the project"),
    ("package_name", "tests", "taken inside the project"),
    ("package_name", "src", "taken inside the project"),
    ("package_name", "noxfile", "taken inside the project"),
    ("project_slug", "pyspark", "taken inside the project"),
    ("project_slug", "pre-commit", "taken inside the project"),
    ("project_slug", "python-dateutil", "taken inside the project"),
    ("project_name", "Pandas", "taken inside the project"),
    ("project_name", "PySpark", "taken inside the project"),
    # names that cannot be imported everywhere
    ("project_name", "1st model", "package_name '1st_model' cannot be imported"),
    ("project_name", "2025", "cannot be imported"),
    ("package_name", "1st", "cannot be imported"),
    ("package_name", "Customer", "cannot be imported"),
    ("package_name", "my-package", "cannot be imported"),
    ("package_name", "my package", "cannot be imported"),
    ("package_name", "my.package", "cannot be imported"),
    ("package_name", "_private", "cannot be imported"),
    ("package_name", "été", "cannot be imported"),
    ("package_name", "пакет", "cannot be imported"),
    ("package_name", "name\n", "cannot be imported"),
    ("package_name", "", "cannot be imported"),
    ("package_name", "a" * 300, "cannot be imported"),
    ("package_name", "a" * 40, FINE),
    ("package_name", "../evil", "cannot be imported"),
    ("package_name", "a; import os", "cannot be imported"),
    # folders that are elsewhere or nowhere
    ("project_slug", "../evil", "is not a folder name"),
    ("project_slug", "../../deep/evil", "is not a folder name"),
    ("project_slug", "/tmp/evil-absolute", "is not a folder name"),
    ("project_slug", "~/evil", "is not a folder name"),
    ("project_slug", "C:\\evil", "is not a folder name"),
    ("project_slug", "a/b/c", "is not a folder name"),
    ("project_slug", ".", "is not a folder name"),
    ("project_slug", "..", "is not a folder name"),
    ("project_slug", "", "is not a folder name"),
    ("project_slug", " ", "is not a folder name"),
    ("project_slug", "my project!", "is not a folder name"),
    ("project_slug", "name\n", "is not a folder name"),
    ("project_slug", "-rf", "is not a folder name"),
    ("project_slug", "$(touch evil)", "is not a folder name"),
    ("project_slug", "con|nul", "is not a folder name"),
    ("project_slug", "a" * 300, "is not a folder name"),
    ("project_slug", "under_score", FINE),
    ("project_slug", "con", "cannot be a folder on Windows"),
    ("package_name", "aux", "cannot be a folder on Windows"),
    # names of people and things
    ("project_name", "", "project_name is empty"),
    ("project_name", "   ", "project_name is empty"),
    ("project_name", "x" * 300, "project_name has 300 characters"),
    ("project_name", "!!!", "is not a folder name"),
    ("project_name", "🚀", "is not a folder name"),
    ("project_name", "../evil", FINE),
    ("project_name", "Café “Über” Größe", FINE),
    ("project_name", "تحليل العملاء", FINE),
    ("project_name", "顧客分析", FINE),
    ("project_name", "O'Brien's \"Churn\" \\ Growth", FINE),
    ("project_name", "a & b < c > d # e % f | g", FINE),
    ("project_name", "Two\nlines", "contains the character U+000A"),
    ("author", "", "author is empty"),
    ("author", "O'Brien", FINE),
    ("author", 'Ann "The Hammer" Lee', FINE),
    ("author", "back\\slash\\", FINE),
    ("author", "Zoë 👩‍🔬 李小龍 محمد", FINE),
    ("author", "Acme, Inc. <data@acme.example>", FINE),
    ("author", "a" * 300, "author has 300 characters"),
    ("author", "tab\there", "contains the character U+0009"),
    ("author", "\u202emoc.live", "contains the character U+202E"),
    ("description", "", "description is empty"),
    ("description", "d" * 300, FINE),
    ("description", "d" * 501, "description has 501 characters"),
    ("description", '"""', FINE),
    ("description", "'''", FINE),
    ("description", '\\"\\', FINE),
    ("description", "\\u0041 \\n \\x", FINE),
    ("description", "{{ 6*7 }}", FINE),
    ("description", "{% raw %}", "description is empty"),
    ("description", "{# note #} after", FINE),
    ("description", "${HOME} $(id) `id`", FINE),
    ("description", "[table]\nkey = 1", "contains the character U+000A"),
    ("description", "key = [1, 2] # toml", FINE),
    ("description", "yaml: {a: [b, *c, &d]} !!python/object", FINE),
    ("description", '{"json": [null]}', FINE),
    ("description", "---", FINE),
    ("description", "- [ ] # > | markdown <script>", FINE),
    ("description", "  spaces around  ", FINE),
    ("description", "emoji 😀 عربي 漢字", FINE),
    ("description", "next\u2028line", "contains the character U+2028"),
    ("description", "bell\a", "contains the character U+0007"),
]


def generate(
    folder: Path, *arguments: str, typed: str | None = None
) -> subprocess.CompletedProcess:
    """Call the cookiecutter command, its output folder inside `folder`."""
    (folder / "out").mkdir()
    home = folder.with_name(folder.name + "-home")
    home.mkdir()
    return subprocess.run(
        [sys.executable, "-m", "cookiecutter", str(ROOT), "--output-dir", "out", *arguments],
        cwd=folder,
        env=os.environ | {"HOME": str(home), "USERPROFILE": str(home)},
        input=typed,
        capture_output=True,
        text=True,
    )


def check_outcome(result: subprocess.CompletedProcess, folder: Path, outcome: str) -> None:
    if outcome == FINE:
        assert result.returncode == 0, result.stderr
        [project] = (folder / "out").iterdir()
        check_files(project)
        check_style(project)
        return
    # cookiecutter adds words of its own, on stdout
    [complaint] = result.stderr.splitlines()
    assert result.returncode != 0
    assert complaint.startswith("ERROR: ")
    assert outcome in complaint
    assert [path.name for path in folder.rglob("*")] == ["out"], "something was left"
    assert [path.name for path in folder.parent.glob("*evil*")] == [], "something was left outside"


def test_there_are_at_least_sixty_hostile_answers():
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


@pytest.mark.parametrize(("question", "answer", "outcome"), HOSTILE)
def test_a_hostile_answer_gives_a_sound_project_or_one_line_and_nothing(
    question, answer, outcome, tmp_path
):
    folder = tmp_path / "work"
    folder.mkdir()
    result = generate(folder, "--no-input", f"{question}={answer}")
    check_outcome(result, folder, outcome)
    assert not Path("/tmp/evil-absolute").exists()


@pytest.mark.parametrize(
    "description", ["{{ 6*7 }} {% raw %}", "{{ undefined }}", "{% if %}", 'quote " and \\']
)
def test_what_is_typed_at_the_prompt_is_kept_letter_by_letter(description, tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    result = generate(folder, typed=f"\n\n\n{description}\n" + "\n" * 10)
    assert result.returncode == 0, result.stderr
    settings = tomllib.loads((folder / "out/customer-analytics/pyproject.toml").read_text())
    assert settings["project"]["description"] == description


def test_author_and_description_arrive_in_the_metadata_as_they_were_given(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    author, description = 'Zoë "Z" O\'Brien \\ 李 👩‍🔬', 'a \\ b "c" # d 😀'
    result = generate(folder, "--no-input", f"author={author}", f"description={description}")
    assert result.returncode == 0, result.stderr
    project = folder / "out/customer-analytics"
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert settings["authors"] == [{"name": author}]
    assert settings["description"] == description
    assert author in (project / "LICENSE").read_text(encoding="utf-8")
    assert description in (project / "README.md").read_text(encoding="utf-8")


def test_an_existing_project_is_not_touched(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    generate(folder, "--no-input")
    mine = folder / "out/customer-analytics/README.md"
    mine.write_text("mine")
    result = subprocess.run(
        [sys.executable, "-m", "cookiecutter", str(ROOT), "--no-input", "--output-dir", "out"],
        cwd=folder,
        env=os.environ | {"HOME": str(folder)},
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0
    assert "already exists" in result.stdout + result.stderr
    assert mine.read_text() == "mine"
