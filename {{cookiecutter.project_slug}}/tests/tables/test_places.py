"""An output never takes the place of an input, and is found to be writable before the work."""

import os
import tempfile
from pathlib import Path

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables import places
from {{ cookiecutter.package_name }}.tables.destinations import Destination, destination


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A folder with a table, links to it, a table made of links, and a models' store."""
    monkeypatch.chdir(tmp_path)
    for folder in ("data/raw/usage", "data/other", "models/artifacts", "linked"):
        Path(folder).mkdir(parents=True)
    part = Path("data/raw/usage/part-0.parquet")
    part.write_text("rows")
    Path("link").symlink_to("data/raw/usage")
    Path("data/usage.csv").write_text("rows")
    Path("hard.csv").hardlink_to("data/usage.csv")
    Path("linked/part-0.parquet").symlink_to(part.resolve())
    return tmp_path


SAME = [
    ("data/raw/usage", "data/raw/usage"),
    ("data/raw/usage", "data/raw/usage/"),
    ("data/raw/usage", "./data/other/../raw/usage"),
    ("data/raw/usage", "link"),
    ("link", "data/raw/usage"),
    ("data/raw/usage", "data/raw"),
    ("data/raw/usage", "."),
    ("data/raw/usage", "data/raw/usage/forecasts"),
    ("data/raw/usage", "link/forecasts/new"),
    ("data/raw/usage/part-0.parquet", "data/raw/usage"),
    ("data/usage.csv", "data"),
    ("data/usage.csv", "hard.csv"),
    ("linked", "data/raw/usage"),
    ("data/raw/us*", "data/raw/usage"),
    ("data/raw/{usage,more}", "data/raw/usage"),
    ("file:{here}/data/raw/usage", "data/raw/usage"),
    ("file://{here}/data/raw/usage", "data/raw/usage"),
    ("file://LOCALHOST{here}/data/raw/usage/", "link"),
    ("FILE:{here}/link", "data/raw/usage"),
    ("data/raw/usage", "{here}/data/raw/usage"),
]
APART = [
    ("data/raw/usage", "data/raw/usage-2"),
    ("data/raw/usage", "data/raw/forecasts"),
    ("data/usage.csv", "data/forecasts"),
    ("s3a://data/raw/usage", "data/raw/usage"),
    ("shop.usage", "data/raw/usage"),
    ("data/raw/oth*", "data/raw/usage"),
]


def check(source: str, output: str, **others: Path) -> None:
    source, output = (place.replace("{here}", str(Path.cwd())) for place in (source, output))
    places.check_places({"--usage": source}, [Path(output)], **others)


@pytest.mark.parametrize(("source", "output"), SAME)
def test_an_output_in_the_place_of_an_input_is_refused_in_one_line(source, output):
    with pytest.raises(BadInputError, match=r"--output \(.*\) and --usage \(.*same place") as error:
        check(source, output)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("source", "output"), APART)
def test_an_output_beside_an_input_is_accepted(source, output):
    check(source, output)


def test_a_disk_that_does_not_tell_upper_from_lower_case_is_asked(monkeypatch):
    """As on macOS and Windows: paths that differ in letters, and one folder."""
    samefile = Path.samefile

    def same(one, other):
        return samefile(Path(str(one).lower()), Path(str(other).lower()))

    base = str(Path.cwd())
    if base != base.lower():
        pytest.skip("the folder of tests has capitals")
    check("data/raw/usage", "data/raw/USAGE")
    monkeypatch.setattr(Path, "samefile", same)
    with pytest.raises(BadInputError, match="same place"):
        check("data/raw/usage", "data/raw/USAGE")


@pytest.mark.parametrize(
    "reports",
    ["data/raw/usage", "link", "data/raw/usage/reports", "out", "out/reports"],
)
def test_reports_in_an_input_or_in_the_output_are_refused(reports):
    with pytest.raises(BadInputError, match="--reports"):
        check("data/raw/usage", "out", reports=Path(reports))


def test_reports_may_hold_an_input_and_the_output():
    """A report is files of its own name: it takes the place of nothing else."""
    check("data/raw/usage", "data/out", reports=Path("data"))


@pytest.mark.parametrize("output", ["models", "models/artifacts", "models/new", "."])
def test_an_output_in_the_models_store_is_refused(output):
    with pytest.raises(BadInputError, match=r"models' store \(models\)"):
        check("s3a://b/x", output, store=Path("models"))


def test_reports_may_hold_the_models_store_and_not_lie_in_it():
    check("data/raw/usage", "out", store=Path("models/artifacts"), reports=Path("models"))
    with pytest.raises(BadInputError, match="--reports"):
        check("data/raw/usage", "out", store=Path("models"), reports=Path("models/artifacts"))


def test_tables_in_between_may_not_lie_in_an_input():
    check("data/raw/usage", "out", scratch=Path())
    with pytest.raises(BadInputError, match="--scratch"):
        check("data/raw/usage", "out", scratch=Path("data/raw/usage"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("s3a://b", r"\(s3a://b\): is a URL"),
        ("hdfs:/x", r"\(hdfs:/x\): is a URL"),
        ("", "is empty"),
        (" ", "is empty"),
    ],
)
def test_what_is_no_folder_is_refused_as_it_was_typed(given, told):
    with pytest.raises(BadInputError, match=told) as error:
        places.folder_of("--reports", given)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ("./dev.x.forecasts", "dev.x.forecasts"),
        ("forecasts", "forecasts"),
        ("forecasts.parquet", "forecasts.parquet"),
        ("v1.2", "v1.2"),
        ("a/b.c", "a/b.c"),
        ("file:///x/y", "/x/y"),
        ("dbfs:/x", "/dbfs/x"),
        ("~/x", str(Path.home() / "x")),
    ],
)
def test_folders_are_taken_as_they_are(given, folder):
    assert destination("--output", given) == Destination(Path(folder))


def held(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


@pytest.mark.parametrize("folder", ["new", "a/b/c", "data/other", "to-be-made"])
def test_a_folder_that_can_be_written_is_left_as_it_is(project, folder):
    Path("to-be-made").symlink_to("not/there/yet")
    before = held(project)
    places.check_writable("--output", Path(folder), replaced=True)
    places.check_writable("--reports", Path(folder))
    assert held(project) == before


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("data/usage.csv", "is a file"),
        ("data/usage.csv/new", "cannot be written"),
        ("loop", "cannot be written"),
        ("x" * 300, "cannot be written"),
        ("data/raw", "holds 1 things that are no part of a table, for example usage"),
        ("data/raw/usage/part-0.parquet", "is a file"),
        ("/", "holds|mounted"),
        ("/proc/nothing", "cannot be written"),
    ],
)
def test_a_table_that_cannot_be_written_is_refused(folder, told):
    Path("loop").symlink_to("loop")
    with pytest.raises(BadInputError, match=told) as error:
        places.check_writable("--output", Path(folder), replaced=True)
    assert "\n" not in str(error.value)
    assert "--output (" in str(error.value)


@pytest.mark.parametrize("replaced", [True, False])
def test_a_folder_without_the_right_to_write_is_refused(monkeypatch, replaced):
    """Told by trying: root may write where rights say no, and not on a disk that is read-only."""

    def refuse(*_, **__):
        raise OSError(30, os.strerror(30))

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(BadInputError, match=r"cannot be written \(Read-only file system\)"):
        places.check_writable("--output", Path("data/other"), replaced)


def test_a_mounted_disk_is_not_replaced_by_a_table(monkeypatch):
    monkeypatch.setattr(os.path, "ismount", lambda path: path == Path("data/other").resolve())
    with pytest.raises(BadInputError, match="a disk is mounted there"):
        places.check_writable("--output", Path("data/other"), replaced=True)
