"""JSON lines and ORC files are tables like Parquet and CSV."""

import gzip
import json
from datetime import date

import pyarrow as pa
import pytest
from pyarrow import orc

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables import USAGE, any_table
from {{ cookiecutter.package_name }}.tables.urls import open_url

JANUARY = date(2025, 1, 1)
RECORDS = [
    {"customer_id": "007", "month": "2025-01", "usage": 1.50},
    {"customer_id": 8, "month": "2025-01-01", "usage": None, "note": "x"},
]
ROWS = [("007", JANUARY, 1.5), ("8", JANUARY, None)]
LINES = "\n".join(map(json.dumps, RECORDS))


def held(spark, source):
    return sorted(tuple(row) for row in tables.read(spark, str(source), USAGE).collect())


def refusal(spark, source, table=USAGE):
    with pytest.raises(BadInputError) as refused:
        tables.read(spark, str(source), table)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("usage.jsonl", LINES.encode()),
        ("usage.json", json.dumps(RECORDS, indent=2).encode()),
        ("usage.json.gz", gzip.compress(LINES.encode(), mtime=0)),
    ],
)
def test_json_is_read_with_ids_and_numbers_as_they_are_written(spark, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert held(spark, tmp_path / name) == ROWS


def test_a_line_that_is_not_json_and_a_missing_column_are_told(spark, tmp_path):
    source = tmp_path / "usage.jsonl"
    source.write_text(LINES + "\n{broken\n")
    assert "column line is not JSON in 1 of 3 rows" in refusal(spark, source)
    source.write_text(json.dumps(RECORDS[0], indent=2))
    assert "each line is not JSON. Correct or remove" in refusal(spark, source)
    source.write_text(LINES.replace("customer_id", "Customer ID"))
    assert refusal(spark, source).endswith("--columns customer_id='Customer ID'")
    source.write_text('{"customer_id": {"a": 1}, "month": "2025-01", "usage": 1}')
    assert "customer_id is of type struct" in refusal(spark, source)


def test_json_that_contradicts_the_names_of_its_folders_is_refused(spark, tmp_path):
    """Spark takes the customer of the folder, whatever stands in the file."""
    folder = tmp_path / "usage" / "customer_id=7"
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text('{"month": "2025-01", "usage": 1}\n')
    assert held(spark, tmp_path / "usage") == [("7", JANUARY, 1.0)]
    (folder / "a.jsonl").write_text('{"customer_id": "8", "month": "2025-01", "usage": 1}\n')
    told = "column customer_id is in the names of folders and also in usage"
    assert told in refusal(spark, tmp_path / "usage")


def test_other_columns_of_json_are_kept_where_they_are_allowed(spark, tmp_path):
    (tmp_path / "features.jsonl").write_text('{"Id": 1, "x": 0.1}\n{"Id": 2, "y": true}\n')
    found = tables.read(spark, str(tmp_path / "features.jsonl"), any_table("id"))
    assert sorted(map(tuple, found.collect())) == [("1", "0.1", None), ("2", None, "true")]


@pytest.fixture
def orc_folder(tmp_path):
    """A table of two ORC files."""
    folder = tmp_path / "usage"
    folder.mkdir()
    for customer, month, usage in ROWS:
        table = pa.table({"customer_id": [customer], "month": [month], "usage": [usage]})
        schema = pa.schema([("customer_id", "string"), ("month", "date32"), ("usage", "double")])
        orc.write_table(table.cast(schema), str(folder / f"{customer}.orc"))
    return folder


def test_orc_is_read_unless_its_files_differ_or_are_damaged(spark, orc_folder):
    assert held(spark, orc_folder) == ROWS
    orc.write_table(pa.table({"customer_id": ["9"]}), str(orc_folder / "9.orc"))
    assert "the columns of 007.orc and 9.orc differ" in refusal(spark, orc_folder)
    (orc_folder / "9.orc").write_text("ORC")
    assert "a file is damaged: 9.orc is not ORC" in refusal(spark, orc_folder)


def test_urls_of_json_and_orc_are_read_by_their_names(spark, tmp_path, orc_folder):
    (tmp_path / "usage.jsonl").write_text(LINES)
    frame, text = open_url(spark, str(tmp_path / "usage.jsonl"), USAGE, {}, "T")
    assert {"customer_id", "month", "usage"} <= set(text)
    assert frame.count() == 2
    frame, text = open_url(spark, str(orc_folder / "8.orc"), USAGE, {}, "T")
    assert (frame.count(), list(text)) == (1, [])
