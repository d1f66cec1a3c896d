"""Ids that look the same are the same customer: the rule, and what people are told of it."""

import unicodedata
from datetime import date

import pytest
from pyspark.sql import functions as F

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables import USAGE
from {{ cookiecutter.package_name }}.tables.casting import (
    composed,
    needs_composing,
    visible,
)


@pytest.fixture
def csv(tmp_path):
    def write(*ids: str) -> str:
        lines = [f'"{name}",2025-{month:02}-01,1' for month, name in enumerate(ids, 1)]
        (tmp_path / "usage.csv").write_text("customer_id,month,usage\n" + "\n".join(lines) + "\n")
        return str(tmp_path / "usage.csv")

    return write


def test_what_nobody_sees_is_removed_and_what_one_sees_stays(spark, make_table):
    ids = {
        "A ": "A",
        "\u00a0A\t": "A",
        "\u2003A\u3000": "A",
        "\ufeffA\u200b": "A",
        "A\u200dB\u00ad": "AB",
        "A\u00a0 B": "A  B",
        "a": "a",
        "007": "007",
        "é ": "é",
        "\u200b": "",
        "\u202aA\x00\x1f\x7f": "A",
    }
    frame = make_table([(name,) for name in ids], "id string")
    found = {
        row.id: row.visible for row in frame.withColumn("visible", visible(F.col("id"))).collect()
    }
    assert found == ids


@pytest.mark.slow
def test_letters_have_one_form(spark, make_table):
    field = tables.any_table("id").schema["id"]
    ids = ["e\u0301", "é", "\u212b", "\u1112\u1161\u11ab", "plain", "Ǆ", None]
    frame = make_table([(name,) for name in ids], "id string")
    found = frame.select(
        "id", composed(F.col("id")).alias("nfc"), needs_composing(field).alias("may")
    )
    for row in found.collect():
        nfc = None if row.id is None else unicodedata.normalize("NFC", row.id)
        assert row.nfc == nfc
        assert row.may or row.nfc == row.id


def test_ids_that_look_the_same_are_one_customer_and_it_is_told(spark, csv):
    read = tables.read_with_notes(spark, csv("A ", " A\u00a0", "A", "e\u0301", "é"), USAGE)
    assert sorted(row.customer_id for row in read.rows.collect()) == ["A", "A", "A", "é", "é"]
    [told] = read.warnings
    assert "column customer_id: invisible characters" in told
    assert told.endswith("were removed in 2 rows")


@pytest.mark.slow
def test_ids_that_become_one_in_the_same_month_are_refused_as_standing_twice(spark, tmp_path):
    path = tmp_path / "usage.csv"
    path.write_text("customer_id,month,usage\ne\u0301,2025-01-01,1\né ,2025-01-01,2\n")
    with pytest.raises(BadInputError, match=r"stand more than once in 2 rows.*invisible"):
        tables.read(spark, str(path), USAGE)


def test_dates_of_one_meaning_are_read_in_any_form_also_as_text_in_parquet(
    spark, tmp_path, make_table
):
    days = ["2025-01-01", "2025/01/01", "2025.01.01", "20250101", "2025-01", "2025/01", "202501"]
    days += ["01.01.2025", "1.2025", "01/2025", "2025-1-1", "2025M01", "2025-Jan", "January 2025"]
    days += ["01-Jan-2025", "1JAN2025", "Jan. 1, 2025", "Q1 2025"]
    no_days = ["202513", "45658", "1735689600", "20250230", "01.13.2025", "1/1/2025", "01-02-2025"]
    no_days += ["Jan-25", "25-Jan", "janv. 2025", "2025-Jan-32", "marketing 2025", "13/2025"]
    no_days += ["2025.1"]  # pandas and Excel write the number 2025.10 so, which is October
    rows = [(f"{number}.0", day, 1.0) for number, day in enumerate([*days, *no_days])]
    make_table(rows, "customer_id string, month string, usage double").write.parquet(
        str(tmp_path / "usage")
    )
    read = tables.read_with_notes(spark, str(tmp_path / "usage"), USAGE, max_rejected=0.5)
    found = {row.customer_id: row.month for row in read.rows.collect()}
    assert found == {str(number): date(2025, 1, 1) for number, _ in enumerate(days)}
    assert read.reasons == {"month is not a date": len(no_days)}


def test_whole_numbers_that_pandas_wrote_as_floats_are_whole_numbers(spark, csv):
    read = tables.read_with_notes(spark, csv("7.0", "10.0", "7"), USAGE)
    assert sorted(row.customer_id for row in read.rows.collect()) == ["10", "7", "7"]
    assert "the .0 of 2 rows was removed" in read.warnings[0]
    mixed = tables.read_with_notes(spark, csv("7.0", "A1"), USAGE)
    assert sorted(row.customer_id for row in mixed.rows.collect()) == ["7.0", "A1"]
    assert mixed.warnings == ()
