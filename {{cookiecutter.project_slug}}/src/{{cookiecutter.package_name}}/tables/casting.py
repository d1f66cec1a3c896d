"""Cast stored columns to the types of a table, and normalise ids.

Ids that look the same are the same customer. In each id, spaces of any kind count as a plain space,
spaces at the ends and zero-width characters are removed, and letters are in Unicode's form NFC (one
character for "e" with its accent). Two ids that become one are one customer; if both have a row for
the same period, the table is refused for duplicate rows.
"""

import unicodedata
from functools import reduce

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DataType,
    DateType,
    DoubleType,
    StringType,
    StructField,
    TimestampNTZType,
)

from .schemas import Table, quoted

SPACES = "\t\n\v\f\r\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029"
SPACES += "\u202f\u205f\u3000"
CONTROLS = "".join(map(chr, (*range(9), *range(14, 32), *range(0x7F, 0x85), *range(0x86, 0xA0))))
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\xad"
INVISIBLE += CONTROLS

MAY_HIDE = "[^!-~]"
"""Spaces and characters beyond ASCII; ids without them need no normalisation."""

MONTH = r"^\d{4}-\d{2}(-\d{2}([T ]00:00(:00([.]0+)?)?(Z|[-+]\d{2}(:?\d{2})?)?)?)?$"
"""A date, a month, or midnight in any time zone; the written day counts."""

TIME = r"^\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.]\d+)?)?(Z|[-+]\d{2}(:?\d{2})?)?)?)?$"
"""A month, a date or a time in any time zone; the written time counts."""

OTHER_DATES = (
    (r"^(\d{4})[-/](\d{1,2})$", "$1-$2"),
    (r"^(\d{4})\.(\d{2})$", "$1-$2"),
    (r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$", "$1-$2-$3"),
    (r"^(\d{4})(\d{2})(\d{2})$", "$1-$2-$3"),
    (r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$", "$3-$2-$1"),
    (r"^(\d{1,2})[-/.](\d{4})$", "$2-$1"),
    (r"^(\d{4})(\d{2})$", "$1-$2"),
)
"""A date or a month in another form of one meaning -> the same in ISO's order. Dots stand in dates
that begin with the day; 01/02/2024 and 01-02-2024 have two meanings, and so has 2025.1: as a number
it is October too, 2025.10."""

WITH_DAY = r"^\d{4}-\d{1,2}-\d{1,2}$"
"""A date in ISO's order. In a column of weeks, a month without a day may be a week."""

NAMES = "jan(uary)? feb(ruary)? mar(ch)? apr(il)? may june? july? aug(ust)? sept?(ember)? "
NAMES += "oct(ober)? nov(ember)? dec(ember)?"

WITH_NAMES = (
    *(
        (rf"(?i)(?<![a-z]){name}[.]?(?![a-z])", f"<{number}>")
        for number, name in enumerate(NAMES.split(), start=1)
    ),
    (r"^<(\d+)>[-/ ,]*(\d{4})$", "$2-$1"),
    (r"^(\d{4})[-/ ,]*<(\d+)>$", "$1-$2"),
    (r"^<(\d+)>[-/ ]*(\d{1,2})[-/ ,]+(\d{4})$", "$3-$1-$2"),
    (r"^(\d{1,2})[-/. ]*<(\d+)>[-/ ,]*(\d{4})$", "$3-$2-$1"),
    (r"^(\d{4})[-/ ]*<(\d+)>[-/ ]*(\d{1,2})$", "$1-$2-$3"),
    (r"^(\d{4})[Mm](\d{1,2})$", "$1-$2"),
)
"""The same for dates with the month as an English word, or as in 2024M01; one after the other."""

YEAR = r"^\d{4}$"
QUARTER = r"^\d{4}[- ]?[Qq][1-4]$"
ISO_WEEK = r"^\d{4}-?[Ww]\d{2}$"

NUMBER = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"
NUMBER_WITH_COMMA = r"^[-+]?(\d+,?\d*|,\d+)([eE][-+]?\d+)?$"

FROM_NOW_ON_NFC_MATTERS = r"[^\u0000-\u02ff]"
"""Characters that may combine or have another form in NFC: none before U+0300 does."""


def typed(
    stored: DataFrame,
    table: Table,
    text: frozenset[str],
    decimal: str = ".",
    of_weeks: bool = False,
) -> list[Column]:
    """Return the table's columns with its types; null where a stored value cannot be cast.

    The period has a timestamp without a zone, which shows whether it is a date (checking.py).

    Args:
        stored: the table as it is stored.
        table: its contract.
        text: names, in lower case, of the columns that are stored as text.
        decimal: the decimal sign in columns of text.
        of_weeks: whether the time column is named after weeks: 202501 or 2025-01 is then no month.
    """
    columns = []
    for field in table.schema:
        value = F.col(quoted(field.name))
        kind = TimestampNTZType() if field.name == table.period else field.dataType
        if field.name.lower() in text:
            value = _from_text(value, kind, decimal, of_weeks)
        else:
            value = _from_stored(value, kind)
        if field.name in table.key and field.dataType == StringType():
            value = visible(value)
        columns.append(value.alias(field.name))
    return columns


def visible(name: Column) -> Column:
    """Remove invisible characters: zero-width characters, and spaces at the ends."""
    plain = F.translate(name, SPACES + INVISIBLE, " " * len(SPACES))
    return F.when(name.rlike(MAY_HIDE), F.trim(plain)).otherwise(name)


def needs_composing(field: StructField) -> Column:
    """Return whether a column's text may change in NFC."""
    name = F.col(quoted(field.name))
    return (F.octet_length(name) > F.length(name)) & name.rlike(FROM_NOW_ON_NFC_MATTERS)


def composed(name: Column) -> Column:
    """Return a text in Unicode's form NFC, by a pandas UDF: Spark has no function for it."""

    def compose(names: pd.Series) -> pd.Series:
        return names.map(lambda text: unicodedata.normalize("NFC", text), na_action="ignore")

    compose_udf = F.pandas_udf(compose, "string")  # type: ignore[call-overload]
    result: Column = compose_udf(name)
    return result


def _from_text(stored: Column, kind: DataType, decimal: str, of_weeks: bool) -> Column:
    trimmed = F.trim(stored)
    if isinstance(kind, DateType | TimestampNTZType):
        pattern, letters = (MONTH, 10) if kind == DateType() else (TIME, 19)
        is_month = F.length(trimmed) == len("2025-01")
        first_day = F.lit(None) if of_weeks else F.concat(trimmed, F.lit("-01"))
        time = F.when(is_month, first_day).otherwise(trimmed.substr(1, letters))
        found = F.when(trimmed.rlike(pattern), time.try_cast(kind))
        found = F.coalesce(found, _other_date(trimmed, of_weeks).cast(kind))
        return found if kind == DateType() else F.coalesce(found, _named_period(trimmed).cast(kind))
    if kind == DoubleType():
        pattern = NUMBER if decimal == "." else NUMBER_WITH_COMMA
        number = trimmed if decimal == "." else F.translate(trimmed, ",", ".")
        return F.when(trimmed.rlike(pattern), number.try_cast(kind))
    return stored.cast(kind)


def _other_date(text: Column, of_weeks: bool) -> Column:
    """Return the date, or the first day of the month, of a text in one of OTHER_DATES.

    Within `transform` the patterns are not compiled to Java for each query.
    """

    def in_iso_order(date: Column) -> Column:
        plain = reduce(lambda form, pattern: F.regexp_replace(form, *pattern), OTHER_DATES, date)
        plain = F.when(plain.rlike(WITH_DAY), plain) if of_weeks else plain
        named = reduce(lambda form, pattern: F.regexp_replace(form, *pattern), WITH_NAMES, date)
        is_new = F.when(date.rlike("[A-Za-z]"), named).otherwise(plain)
        return F.when(is_new.rlike(r"^\d{4}-\d{1,2}(-\d{1,2})?$"), is_new).try_cast("date")

    return F.transform(F.array(text), in_iso_order)[0]


def _named_period(text: Column) -> Column:
    """Return the first day of a year, a quarter or a week of ISO 8601: 2025, 2025-Q1, 2025-W03."""
    text = F.regexp_replace(text, r"^([Qq][1-4])[-/ ]?(\d{4})$", "$2-$1")
    year = text.substr(1, 4).try_cast("int")
    number = F.regexp_extract(text, r"\d+$", 0).try_cast("int")
    first_week = F.trunc(F.make_date(year, F.lit(1), F.lit(4)), "week")
    monday = F.date_add(first_week, 7 * (number - 1))
    return (
        F.when(text.rlike(YEAR), F.make_date(year, F.lit(1), F.lit(1)))
        .when(text.rlike(QUARTER), F.make_date(year, 3 * number - 2, F.lit(1)))
        .when(text.rlike(ISO_WEEK) & (F.weekofyear(monday) == number), monday)
    )


def _from_stored(stored: Column, kind: DataType) -> Column:
    value = stored.try_cast(kind)
    if kind == DateType():
        return F.when(stored == value, value)  # otherwise the cast would drop a time of day
    return value
