"""Detect the dialect of a CSV file from its first bytes: encoding, separator and header."""

import bz2
import codecs
import csv
import gzip
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from ..errors import BadInputError

CSV_OPTIONS = ("sep", "encoding", "quote", "escape", "multiLine", "nullValue", "decimal")
"""Options for CSV files: those of Spark, and the decimal sign."""

ENCODINGS = ("UTF-8", "ISO-8859-1", "US-ASCII", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32")
"""The encodings that Spark reads by default."""

OTHER_ENCODINGS = ("windows-1250", "windows-1251", "windows-1252", "ISO-8859-2", "ISO-8859-15")
"""Encodings that Java and Python know by the same name, which Spark reads with JAVA_CHARSETS."""

JAVA_CHARSETS = "spark.sql.legacy.javaCharsets"
"""Setting of Spark that admits every encoding of Java; not all sessions let it be set."""

SEPARATORS = {",": ",", ";": ";", "\t": "tab", "|": "|"}
"""Separators that are detected -> their names as an option."""

BEGINNING = 2**16
"""Bytes of a file that are inspected, and more if its first line is longer."""

LONGEST_LINE = 2**26

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "UTF-8",
    codecs.BOM_UTF32_LE: "UTF-32",  # before UTF-16, because its mark begins with that of UTF-16
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
OTHER_KINDS = {
    b"\x1f\x8b": "is compressed: let its name end in .csv.gz.",
    b"BZh": "is compressed: let its name end in .csv.bz2.",
    b"PK\x03\x04": "is an Excel or zip file: save it as CSV.",
    b"PAR1": "is Parquet: let its name not end in .csv.",
    b"ARROW1": "is an Arrow file (Feather): save it as Parquet, in pandas by to_parquet.",
}
"""First bytes of files that are not CSV -> what they are."""


@dataclass(frozen=True)
class Dialect:
    """The dialect of a CSV file.

    header: names of its columns, in the order of the file.
    has_separator_line: whether a line such as `sep=;`, written by Excel, precedes the header.
    """

    encoding: str
    separator: str
    header: tuple[str, ...]
    has_separator_line: bool


def find_dialect(
    file: Path, needed: frozenset[str], options: Mapping[str, str], where: str
) -> Dialect | None:
    """Detect the dialect of a CSV file; return None if the file is empty.

    Args:
        file: the file.
        needed: required columns, in lower case: the separator that finds most of them wins.
        options: given values of CSV_OPTIONS.
        where: name of the table in messages.

    Raises:
        BadInputError: if it is not a CSV file, or not in the detected encoding.
    """
    content = beginning(file, where)
    if not content.strip():
        return None
    encoding = options.get("encoding") or _encoding(content)
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        text = decoder.decode(content, final=False).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{where}: encoding: {file.name} is not {encoding}, for example byte "
            f"0x{content[error.start]:02x} at {error.start}. Name its encoding: --csv-options "
            "encoding=ISO-8859-1, or windows-1252 if it has the euro sign"
        ) from error
    first, _, rest = text.lstrip("\r\n").partition("\n")
    told = first.rstrip("\r").strip('"')
    has_line = told.lower().startswith("sep=") and len(told) <= len("sep=,")
    body = rest if has_line else text
    separator = separator_of(options) or (told[len("sep=") :] or "\t" if has_line else "")
    if not separator:
        separator = max(SEPARATORS, key=lambda sep: len(needed & _lower(_header(body, sep))))
    return Dialect(encoding, separator, _header(body, separator), has_line)


def check_csv_option(name: str, value: str) -> None:
    """Check the name and the value of an option for CSV files.

    Raises:
        ValueError: if either is invalid; the message lists what is allowed.
    """
    if name not in CSV_OPTIONS:
        raise ValueError(f"one of the names {', '.join(CSV_OPTIONS)}")
    known = (*ENCODINGS, *OTHER_ENCODINGS)
    if name == "encoding" and value.upper() not in map(str.upper, known):
        raise ValueError(f"encoding with one of the values {', '.join(known)}")
    if name == "decimal" and value not in (".", ","):
        raise ValueError("decimal=. or decimal=,")
    if name in ("quote", "escape") and len(value) != 1:
        raise ValueError(f"{name} with one character")
    if name == "sep" and len(separator_of({"sep": value}) or "") != 1:
        raise ValueError("sep with one character, or sep=tab")


def separator_of(options: Mapping[str, str]) -> str | None:
    """Return the separator character that the option names, if any."""
    names = {name: sep for sep, name in SEPARATORS.items()} | {r"\t": "\t"}
    told = options.get("sep")
    return names.get(told, told) if told else None


def beginning(file: Path, where: str) -> bytes:
    """Return the first bytes of a file, decompressed.

    Raises:
        BadInputError: if it is damaged, or of another kind than text.
    """
    try:
        if file.suffix.lower() == ".gz":
            with gzip.open(file) as opened:
                content = _beginning(cast(BinaryIO, opened))
        elif file.suffix.lower() == ".bz2":
            with bz2.open(file) as opened:
                content = _beginning(cast(BinaryIO, opened))
        else:
            with file.open("rb") as opened:
                content = _beginning(opened)
    except (OSError, EOFError) as error:
        raise BadInputError(
            f"{where}: a file is damaged: {file.name} cannot be read ({error})."
        ) from error
    refuse_other_kinds(file.name, content, where)
    return content


def refuse_other_kinds(name: str, content: bytes, where: str) -> None:
    """Refuse a file whose first bytes tell that it is of another kind.

    Raises:
        BadInputError: if they do; the message says what it is and what to do.
    """
    for start, problem in OTHER_KINDS.items():
        if content.startswith(start):
            raise BadInputError(f"{where}: {name} {problem}")


def _beginning(opened: BinaryIO) -> bytes:
    content = opened.read(BEGINNING)
    return content if b"\n" in content else content + opened.readline(LONGEST_LINE)


def _encoding(content: bytes) -> str:
    """Return the encoding that the first bytes identify; UTF-8 if they identify none."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return encoding
    if content[1:2] == b"\x00":
        return "UTF-16LE"
    return "UTF-16BE" if content[:1] == b"\x00" else "UTF-8"


def _header(text: str, separator: str) -> tuple[str, ...]:
    """Return the first row of a text that is not blank."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        names = next((row for row in rows if any(row)), [])
    except csv.Error:  # a field that is too long: none, with this separator
        names = []
    # a column without a name, such as the index of pandas, gets the name that Spark gives it
    return tuple(name.strip() or f"_c{number}" for number, name in enumerate(names))


def _lower(names: tuple[str, ...]) -> set[str]:
    return {name.lower() for name in names}
