"""All files of a table are read, or it is refused: none is left out in silence."""

import os
from pathlib import Path

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables.sources import existing_path, list_files


@pytest.fixture
def make_files(tmp_path):
    """Make files with something in them, and return their folder."""

    def make(*names: str) -> Path:
        for name in names:
            path = tmp_path / "t" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("something")
        return tmp_path / "t"

    return make


def test_hidden_files_are_not_part_of_a_table(make_files):
    folder = make_files("b.csv", "a.csv", "_SUCCESS", ".a.csv.crc", ".~lock.a.csv#", "_tmp/x.csv")
    assert [file.name for file in list_files(folder, "T").sizes] == ["a.csv", "b.csv"]


def test_a_table_that_changes_has_another_fingerprint(make_files):
    folder = make_files("a.csv")
    first, again = (list_files(folder, "T").fingerprint for _ in range(2))
    make_files("b.csv")
    with_more = list_files(folder, "T").fingerprint
    os.utime(folder / "a.csv", ns=(1, 1))
    assert first == again
    assert len({first, with_more, list_files(folder, "T").fingerprint}) == 3


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["a.csv", "b.CSV.gz", "c.tsv", "d.txt"], "CSV"),
        (["k=1/a.csv"], "CSV"),
        (["a.json", "b.jsonl.gz", "c.ndjson"], "JSON"),
        (["part-0.snappy.orc"], "ORC"),
        (["a.parquet", "part-0"], "Parquet"),
    ],
)
def test_the_kind_of_files_is_told_by_their_names(make_files, names, kind):
    assert list_files(make_files(*names), "T").kind == kind


def test_columns_in_the_names_of_folders_are_found(make_files):
    folder = make_files("_year=2024/month=1/a.parquet", "_year=2025/month=2/a.parquet")
    assert list_files(folder, "T").partitions == ("_year", "month")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a.parquet", "sub/b.parquet"], "files in folders of its own, for example sub/b.parquet"),
        (["usage/a.parquet", "customers/a.parquet"], "for example customers/a.parquet"),
        (["a.parquet", "k=1/b.parquet"], "for example a.parquet and k=1/b.parquet"),
        (["k=1/a.parquet", "j=1/b.parquet"], "folders of different columns"),
        (["a.csv", "b.parquet"], "holds CSV files and others, for example b.parquet"),
        (["a.json", "b.csv"], "holds JSON files and others, for example b.csv"),
        (["a.csv", "README.md"], "holds CSV files and others, for example README.md"),
    ],
)
def test_files_that_spark_would_leave_out_or_mix_up_are_refused(make_files, names, told):
    with pytest.raises(BadInputError, match=told):
        list_files(make_files(*names), "T")


def test_an_empty_file_called_parquet_is_damaged_and_an_empty_csv_is_not(make_files):
    folder = make_files("a.parquet")
    (folder / "b.parquet").touch()
    with pytest.raises(BadInputError, match=r"a file is damaged: b.parquet is empty"):
        list_files(folder, "T")
    (folder / "c.csv").touch()
    assert list_files(folder / "c.csv", "T").sizes[folder / "c.csv"][0] == 0


def test_files_that_may_not_be_read_are_refused(make_files, monkeypatch):
    folder = make_files("a.parquet", "b.parquet")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name == "a.parquet")
    with pytest.raises(BadInputError, match=r"1 files cannot be read for want of permission.*b\."):
        list_files(folder, "T")


def test_a_colon_which_spark_takes_for_a_scheme_is_refused(make_files):
    with pytest.raises(BadInputError, match=r"T00:00.csv has a colon in its name"):
        list_files(make_files("T00:00.csv"), "T")


@pytest.mark.parametrize(
    ("target", "told"),
    [("absent", "No such file"), ("link", "leads back to itself"), (".", "leads back to itself")],
)
def test_a_link_to_nothing_or_in_a_circle_is_refused(tmp_path, target, told):
    (tmp_path / "link").symlink_to(tmp_path / target)
    with pytest.raises(BadInputError, match=told):
        list_files(tmp_path / "link", "T")


def test_a_file_that_changes_makes_another_list(make_files):
    before = list_files(make_files("a.parquet"), "T")
    assert list_files(make_files("b.parquet"), "T") != before
    before = list_files(make_files("a.parquet"), "T")
    os.utime(before.root / "a.parquet", ns=(1, 1))
    assert list_files(before.root, "T") != before


@pytest.mark.parametrize(
    ("sign", "name"),
    [
        ("_delta_log/0.json", "Delta"),
        ("metadata/v1.metadata.json", "Iceberg"),
        (".hoodie/hoodie.properties", "Hudi"),
    ],
)
@pytest.mark.parametrize("given", [".", "..", "data", "data/1.parquet"])
def test_a_table_of_a_format_is_refused_by_name_at_above_and_below_its_folder(
    make_files, sign, name, given
):
    folder = make_files(sign, "data/1.parquet")
    with pytest.raises(BadInputError, match=f"/t is a table of {name}.*in Spark's catalog"):
        list_files((folder / given).resolve(), "T")


def test_a_folder_called_metadata_makes_no_table_of_a_format(make_files):
    make_files("metadata/1.parquet")
    list_files(make_files("data/1.parquet") / "data", "T")


@pytest.mark.parametrize("before", ["", "file:", "file://"])
def test_an_address_of_this_machine_is_a_path(make_files, before):
    folder = make_files("a.csv")
    assert existing_path(f"{before}{folder}") == folder
    assert existing_path(f"{before}{folder}/absent") is None
