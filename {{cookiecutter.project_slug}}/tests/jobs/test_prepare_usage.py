"""jobs/prepare_usage.py"""

import json
from datetime import date

import pytest

from {{ cookiecutter.package_name }} import job, tables

from jobs.prepare_usage import main

HEADER = "InvoiceNo,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
SHOP = [
    "536365,6,12/1/2010 8:26,£2.50,17850.0,United Kingdom",
    "536366,-2,12/31/2010 9:00,£2.50,17850.0,Côte d'Ivoire",
    "536367,1,12/31/2010 9:00,£4.00,,France",
    "536368,1,2/28/2011 10:00,£8.00,13047.0,France",
    "536369,1,3/9/2011 12:50,£8.00,13047.0,France",
]


@pytest.fixture
def shop(tmp_path):
    """Options to read the raw transactions of a shop, as tills export them."""
    source = tmp_path / "shop.csv"
    source.write_text(HEADER + "\n".join(SHOP), encoding="latin-1")
    return [
        *("--events", str(source), "--customer", "CustomerID", "--time", "InvoiceDate"),
        *("--csv-options", "encoding=ISO-8859-1", "--time-format", "M/d/yyyy H:mm"),
        *("--output", str(tmp_path / "usage"), "--max-rejected", "0.2"),
    ]


def test_raw_transactions_become_usage_and_what_is_left_out_is_said(spark, shop, tmp_path, capsys):
    amount = ["--amount", "Quantity*UnitPrice", "--frequency", "month"]
    assert job.run(main, [*shop, *amount]) == 0
    written = spark.read.parquet(str(tmp_path / "usage"))
    assert sorted(map(tuple, written.collect())) == [
        ("13047", date(2011, 2, 1), 8.0),
        ("17850", date(2010, 12, 1), 10.0),
        ("17850", date(2011, 1, 1), 0.0),
        ("17850", date(2011, 2, 1), 0.0),
    ]
    assert tables.read(spark, str(tmp_path / "usage"), tables.USAGE).count() == 4
    [aside] = spark.read.parquet(str(tmp_path / "usage_rejected")).collect()
    assert aside.reason == "CustomerID is null"
    printed = capsys.readouterr().out
    for told in (
        "periods are cut in UTC",
        "returns:  1 negative amounts, in all -5, are subtracted within their period",
        "cut:      2011-03 is not complete: its last event is of 2011-03-09 12:50:00, 22 ",
        "rejected: 1 of 5 rows: 1 because CustomerID is null",
        "warning:  column CustomerID: all ids are whole numbers, and the .0 of ",
        "2 customers, 4 rows, each month to 2011-02",
        "rows_in=5 rows_out=4 rejected=1 left_out=1 warnings=1 "
        "rejected_by_reason=CustomerID_is_null:1 ",
    ):
        assert told in printed


@pytest.mark.slow
def test_a_named_period_is_used_though_it_does_not_look_complete(spark, shop, tmp_path, capsys):
    options = ["--count", "--frequency", "quarter", "--as-of", "2011-03", "--log-format", "json"]
    assert job.run(main, [*shop, *options]) == 0
    printed = capsys.readouterr()
    assert "warning:  the last quarter, 2011-01, does not look complete" in printed.err
    summary = json.loads(printed.out)
    assert (summary["left_out"], summary["rejected_by_reason"]) == (0, {"CustomerID is null": 1})
    usage = spark.read.parquet(str(tmp_path / "usage")).where("customer_id = '13047'")
    assert [row.usage for row in usage.collect()] == [2.0]


def test_too_many_bad_rows_have_code_2_and_leave_the_earlier_tables(shop, tmp_path, capsys):
    for name in ("usage", "usage_rejected"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part-0.parquet").write_text("earlier")
    options = ["--count", "--frequency", "month", "--max-rejected", "0.1"]
    assert job.run(main, [*shop, *options]) == 2
    assert "1 of 5 rows break a rule, more than --max-rejected 0.1" in capsys.readouterr().err
    for name in ("usage", "usage_rejected"):
        assert (tmp_path / name / "part-0.parquet").read_text() == "earlier"


@pytest.mark.parametrize(
    "wrong",
    [
        *(("--time-zone", "Mars/Base"), ("--as-of", "December"), ("--frequency", "decade")),
        *(("--returns", "keep"), ("--max-rejected", "2")),
    ],
)
def test_settings_that_cannot_work_are_refused_with_exit_code_2(shop, wrong, capsys):
    with pytest.raises(SystemExit) as stopped:
        job.run(main, [*shop, "--count", "--frequency", "month", *wrong])
    assert stopped.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_a_pattern_that_spark_does_not_know_is_refused_in_one_line(shop, capsys):
    options = ["--count", "--frequency", "month", "--time-format", "M/d/yyyy Hq:mm"]
    assert job.run(main, [*shop, *options]) == 2
    assert "the pattern of --time-format is none of Spark's" in capsys.readouterr().err
