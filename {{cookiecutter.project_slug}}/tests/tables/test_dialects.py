"""How a CSV file is written is found out where it is sure, and asked for where it is not."""

import bz2
import gzip
import re

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables.dialects import check_csv_option, find_dialect

COLUMNS = ("customer_id", "month", "usage")
LINES = "customer_id,month,usage\r\né,2025-01-01,1\r\n"


@pytest.fixture
def dialect_of(tmp_path):
    def find(content: bytes | str, name: str = "usage.csv", **options: str):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return find_dialect(path, frozenset(COLUMNS), options, "usage table (U)")

    return find


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16LE"),
        ("utf-16-be", "UTF-16BE"),
        ("utf-32", "UTF-32"),
    ],
)
def test_an_encoding_that_is_sure_is_found(dialect_of, codec, encoding):
    found = dialect_of(LINES.encode(codec))
    assert (found.encoding, found.header) == (encoding, COLUMNS)


def test_an_encoding_that_is_not_sure_is_asked_for_and_then_taken(dialect_of):
    content = LINES.encode("latin-1")
    with pytest.raises(BadInputError, match=r"usage.csv is not UTF-8, for example byte 0xe9 at 25"):
        dialect_of(content)
    assert dialect_of(content, encoding="ISO-8859-1").encoding == "ISO-8859-1"


def test_a_letter_that_the_looked_at_bytes_cut_is_no_fault(dialect_of):
    assert dialect_of("customer_id,month,usage\n" + "é" * 2**16).encoding == "UTF-8"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_separator_is_found_that_gives_the_header_its_columns(dialect_of, separator):
    found = dialect_of(LINES.replace(",", separator))
    assert (found.separator, found.header) == (separator, COLUMNS)


@pytest.mark.parametrize(("sep", "separator"), [(":", ":"), ("tab", "\t"), (r"\t", "\t")])
def test_a_separator_is_what_the_option_says(dialect_of, sep, separator):
    found = dialect_of(LINES.replace(",", separator), sep=sep)
    assert (found.separator, found.header) == (separator, COLUMNS)


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_the_line_of_excel_above_the_header_names_the_separator(dialect_of, line):
    found = dialect_of(f"{line}\r\n{LINES.replace(',', ';')}")
    assert (found.separator, found.header, found.has_separator_line) == (";", COLUMNS, True)


def test_names_in_a_header_may_have_quotes_and_spaces_around_or_be_missing(dialect_of):
    found = dialect_of('\n,"customer_id", month ,"usage"\n0,a,2025-01-01,1\n')
    assert found.header == ("_c0", *COLUMNS)


def test_a_header_may_be_long(dialect_of):
    others = tuple(f"a column with a long name {number}" for number in range(9999))
    assert dialect_of(",".join((*others, *COLUMNS)) + "\n").header == (*others, *COLUMNS)


@pytest.mark.parametrize("content", ["", "\r\n\n"])
def test_a_file_without_anything_has_no_dialect(dialect_of, content):
    assert dialect_of(content) is None


@pytest.mark.parametrize(("name", "packed"), [("u.csv.gz", gzip), ("u.CSV.bz2", bz2)])
def test_a_compressed_file_is_looked_into(dialect_of, name, packed):
    assert dialect_of(packed.compress(LINES.encode()), name).header == COLUMNS


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (gzip.compress(b"a", mtime=0), "let its name end in .csv.gz"),
        (b"PK\x03\x04...", "is an Excel or zip file: save it as CSV"),
        (b"PAR1...", "is Parquet: let its name not end in .csv"),
    ],
)
def test_a_file_that_is_no_csv_is_called_what_it_is(dialect_of, content, told):
    with pytest.raises(BadInputError, match=re.escape(told)):
        dialect_of(content)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("delimiter", ";"), ("sep", ""), ("sep", "||"), ("encoding", "klingon")),
        *(("decimal", ";"), ("quote", "''")),
    ],
)
def test_an_option_that_spark_would_not_understand_is_refused(name, value):
    with pytest.raises(ValueError, match=name if name != "delimiter" else "one of the names sep"):
        check_csv_option(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sep", "tab"),
        ("encoding", "iso-8859-1"),
        ("encoding", "windows-1252"),
        ("decimal", ","),
        ("quote", "'"),
    ],
)
def test_an_option_with_a_value_of_it_is_taken(name, value):
    check_csv_option(name, value)
