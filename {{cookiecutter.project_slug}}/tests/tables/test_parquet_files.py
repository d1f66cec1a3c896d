"""Parquet files that differ are read in types that hold them all, or refused in one line."""

from datetime import date, datetime
from uuid import uuid4

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables import USAGE, any_table

JANUARY = date(2025, 1, 1)


@pytest.fixture
def folder(tmp_path):
    """Write tables as Parquet files of one folder, and return its path."""

    def write(**files: pd.DataFrame | pa.Table) -> str:
        for name, table in files.items():
            path = tmp_path / "usage" / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            arrow = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table)
            pq.write_table(arrow, f"{path}.parquet")
        return str(tmp_path / "usage")

    return write


def row(customer_id, month, usage):
    return pd.DataFrame({"customer_id": [customer_id], "month": [month], "usage": [usage]})


def refusal(spark, source, table=USAGE):
    with pytest.raises(BadInputError) as refused:
        tables.read(spark, source, table)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_files_with_other_types_of_the_same_columns_are_one_table(spark, folder):
    """What pandas writes month by month: whole numbers, until one is missing."""
    source = folder(
        a=row("a", JANUARY, 1),
        b=row("b", datetime(2025, 1, 1), 1.5),
        c=row(7, JANUARY, None),
    )
    found = tables.read(spark, source, USAGE)
    assert found.schema.simpleString() == USAGE.schema.simpleString()
    rows = sorted(map(tuple, found.collect()))
    assert rows == [("7", JANUARY, None), ("a", JANUARY, 1.0), ("b", JANUARY, 1.5)]


def test_a_column_that_one_file_only_has_is_among_the_names(spark, folder):
    more = row("b", JANUARY, 1.0).assign(currency="EUR")
    source = folder(a=row("a", JANUARY, 1.0), b=more)
    names = tables.read_with_notes(spark, source, USAGE).names()
    assert names == {"customer_id", "month", "usage", "currency"}


def test_columns_in_the_names_of_folders_are_text(spark, folder):
    one = pd.DataFrame({"usage": [1.0]})
    source = folder(
        **{"customer_id=007__month=2025-01-01__a": one, "customer_id=7__month=2025-02__a": one}
    )
    rows = sorted(map(tuple, tables.read(spark, source, USAGE).collect()))
    assert rows == [("007", JANUARY, 1.0), ("7", date(2025, 2, 1), 1.0)]
    source = folder(**{"customer_id=7__month=2025-03__a": one.assign(customer_id="8")})
    assert "customer_id is in the names of folders and also in " in refusal(spark, source)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (
            row("b", JANUARY, 1.0).drop(columns="usage"),
            "column usage is missing in b.parquet, and is there in a.parquet",
        ),
        (row("b", JANUARY, "many"), "b.parquet: column usage is of type string"),
        (
            pa.table({"customer_id": pa.array([uuid4().bytes], pa.uuid())}),
            "column customer_id is stored as UUID (16 bytes) in b.parquet",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_named(spark, folder, other, told):
    assert told in refusal(spark, folder(a=row("a", JANUARY, 1.0), b=other))


def test_columns_that_only_differ_in_case_are_refused(spark, folder):
    both = pa.table({"customer_id": ["a"], "month": [JANUARY], "usage": [1.0], "Usage": [2.0]})
    assert "a column occurs twice in it" in refusal(spark, folder(a=both))


def test_tables_of_any_columns_have_them_in_types_that_go_together(spark, folder):
    numbers, more = pd.DataFrame({"id": ["a"], "x": [1]}), pd.DataFrame({"id": ["b"], "x": [2.5]})
    found = tables.read(spark, folder(a=numbers, b=more), any_table("id"))
    assert sorted(map(tuple, found.collect())) == [("a", 1.0), ("b", 2.5)]
    source = folder(b=pd.DataFrame({"id": ["b"], "x": ["2"]}))
    assert "column x is of type bigint and string" in refusal(spark, source, any_table("id"))


def test_a_time_of_day_is_refused_in_files_of_different_types_too(spark, folder):
    source = folder(a=row("a", JANUARY, 1), b=row("b", datetime(2025, 1, 1, 13), 1.5))
    assert "column month is not a date in 1 of 2 rows" in refusal(spark, source)
