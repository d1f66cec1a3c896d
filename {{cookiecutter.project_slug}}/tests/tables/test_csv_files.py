"""Each CSV file is read by its own header and as it is written, or refused in one line."""

import gzip

import pytest

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables import USAGE, any_table

HEADER = "customer_id,month,usage\n"


@pytest.fixture
def folder(tmp_path):
    """Write files into one folder, and return its path."""

    def write(**files: str | bytes) -> str:
        for name, content in files.items():
            path = tmp_path / "usage" / name.replace("__", "/").replace("_csv", ".csv")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(tmp_path / "usage")

    return write


def rows_of(spark, source, **options):
    """What a usage table holds, as text."""
    found = tables.read(spark, source, USAGE, options)
    return sorted(f"{row.customer_id} {row.month} {row.usage}" for row in found.collect())


def refusal(spark, source, table=USAGE, **options):
    with pytest.raises(BadInputError) as refused:
        tables.read(spark, source, table, options)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_files_of_one_folder_are_read_each_as_it_is_written(spark, folder):
    source = folder(
        a_csv=HEADER + "1,2025-01-01,101\n",
        b_csv="usage;customer_id;month\n102;2;2025-01-01\n",
        c_csv="sep=\t\r\nmonth\tcustomer_id\tusage\r\n2025-01-01\té\t103\r\n".encode("utf-16"),
        d_csv="\ufeff" + HEADER.replace("\n", "\r\n") + "4,2025-01-01,104\r\n",
        e_csv=HEADER,
        f_csv="",
        _SUCCESS="",
    )
    assert rows_of(spark, source) == [
        "1 2025-01-01 101.0",
        "2 2025-01-01 102.0",
        "4 2025-01-01 104.0",
        "é 2025-01-01 103.0",
    ]


def test_the_line_of_the_separator_and_the_header_below_it_are_no_rows(spark, folder):
    source = folder(a_csv='sep=;\n"customer_id"; month;usage\n007;2025-01;1\n')
    assert rows_of(spark, source) == ["007 2025-01-01 1.0"]


def test_columns_in_the_names_of_folders_are_read_as_text(spark, folder):
    source = folder(
        **{
            "customer_id=007__a_csv": "month,usage\n2025-01,1\n",
            "customer_id=7__a_csv": "usage,month\n2,2025-01\n",
        }
    )
    assert rows_of(spark, source) == ["007 2025-01-01 1.0", "7 2025-01-01 2.0"]


def test_options_read_what_cannot_be_found_out(spark, folder):
    source = folder(a_csv="customer_id:month:usage\n'a:\nb':2025-01-01:1,5\n".encode("latin-1"))
    options = {
        "sep": ":",
        "decimal": ",",
        "quote": "'",
        "multiLine": "true",
        "encoding": "US-ASCII",
    }
    assert rows_of(spark, source, **options) == ["a: b 2025-01-01 1.5"]


def test_letters_beyond_the_looked_at_bytes_are_not_read_in_the_wrong_encoding(spark, folder):
    rows = "".join(f"{number},2025-01-01,1\n" for number in range(5000))
    source = folder(a_csv=(HEADER + rows + "Müller,2025-01-01,1\n").encode("latin-1"))
    message = refusal(spark, source)
    assert "column customer_id is not in the encoding UTF-8 in 1 of 5001 rows" in message
    assert "--csv-options encoding=ISO-8859-1" in message
    assert "Müller 2025-01-01 1.0" in rows_of(spark, source, encoding="ISO-8859-1")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"a_csv": HEADER + "a,2025-01-01,1\n", "b_csv": "usage,customer_id\n1,b\n"},
            "column month is missing in 1 of 2 files, for example b.csv",
        ),
        (
            {"a_csv": "customer_id:month:usage\na:2025-01-01:1\n"},
            "separator stands between the columns, name it: --csv-options sep=CHARACTER",
        ),
        (
            {"a_csv": "customer_id,month,usage,Usage\na,2025-01-01,1,2\n"},
            "column usage occurs 2 times in the header of a.csv",
        ),
        (
            {"a_csv": "customer_id;month;usage\na;2025-01-01;1,5\nb;2025-01-01;2\n"},
            "usage is written with a comma in 1 of 2 rows",
        ),
        (
            {"a_csv": HEADER + '"a\nb",2025-01-01,1\n'},
            "multiLine=true",
        ),
        (
            {"customer_id=7__a_csv": HEADER + "a,2025-01-01,1\n"},
            "customer_id is in the names of folders and also in a.csv",
        ),
        ({"a_csv": HEADER + "a,01/02/2024,1\n"}, "prepare_usage read others: --time-format"),
        ({"a_csv": HEADER + "a,0000-01-01,1\n"}, "month is out of range (years 1900 to 9999)"),
        ({"a_csv": HEADER + "a,0001-01-01,1\n"}, "month is out of range (years 1900 to 9999)"),
        ({"a_csv": HEADER + "a,99999-01-01,1\n"}, "month is not a date"),
    ],
)
def test_what_is_not_sure_is_refused_with_what_to_do(spark, folder, files, told):
    assert told in refusal(spark, folder(**files))


def test_tables_of_any_columns_have_them_in_all_files_and_once(spark, folder):
    source = folder(a_csv="id,x\n1,2\n", b_csv="x,id,y\n2,2,3\n")
    assert "column y is missing in 1 of 2 files, for example a.csv" in refusal(
        spark, source, any_table("id")
    )
    source = folder(a_csv="id,x,X\n1,2,3\n", b_csv="id,x,X\n2,2,3\n")
    assert "column x occurs 2 times" in refusal(spark, source, any_table("id"))
    source = folder(a_csv="id,x\n1,2\n", b_csv="x,id\n3,2\n")
    found = tables.read(spark, source, any_table("id"))
    assert sorted(map(tuple, found.collect())) == [("1", "2"), ("2", "3")]


def test_a_month_is_taken_as_it_is_written(spark, folder):
    months = [
        *("2024-01", "2024-02-01", "2024-03-01 00:00", "2024-04-01T00:00:00Z"),
        "2024-05-01T00:00:00.000+01:00",
    ]
    source = folder(a_csv=HEADER + "".join(f"a,{month},1\n" for month in months))
    assert rows_of(spark, source) == [f"a 2024-0{month}-01 1.0" for month in range(1, 6)]


def test_a_link_is_read_by_its_own_name(spark, tmp_path):
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs/1f").write_bytes(gzip.compress(f"{HEADER}a,2025-01,1\n".encode()))
    (tmp_path / "month=1").mkdir()
    (tmp_path / "month=1/usage.csv.gz").symlink_to(tmp_path / "blobs/1f")
    source = tmp_path / "month=1/usage.csv.gz"
    assert rows_of(spark, str(source)) == ["a 2025-01-01 1.0"]


def test_encodings_of_windows_are_read(spark, folder):
    source = folder(a_csv=(HEADER + "10 €,2025-01-01,1\n").encode("cp1252"))
    assert rows_of(spark, source, encoding="windows-1252") == ["10 € 2025-01-01 1.0"]
