"""Read the times of events as wall-clock times of one time zone."""

import re
from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, TimestampType

from ..tables import quoted

EPOCHS = {"epoch": 1_000_000, "epoch-ms": 1_000}
"""Name as a time format -> microseconds per unit of a number that counts from 1970 in UTC."""

MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"

FORMS = (
    (r"^(\d{4})/(\d{1,2})/(\d{1,2})(?!\d)", "$1-$2-$3"),
    (r"^(\d{4})(\d{2})(\d{2})(?!\d)", "$1-$2-$3"),
    (r"^(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)", "$3-$2-$1"),
)
"""Pattern of a date in another form of one meaning -> the same date in ISO's order."""

NAMED = (
    (rf"(?i)^({MONTHS})[a-z]*[-./ ]+(\d{{1,2}})[, ]+(\d{{4}})(?!\d)", "$3-$1-$2"),
    (rf"(?i)^(\d{{1,2}})[-./ ]({MONTHS})[a-z]*[-./, ]+(\d{{4}})(?!\d)", "$3-$2-$1"),
    *((f"(?i)-{name}-", f"-{number}-") for number, name in enumerate(MONTHS.split("|"), start=1)),
)
"""The same for dates with the month as an English word, applied one after the other."""

ZONE = r"(Z|UTC|GMT|[-+]\d{2}(:?\d{2})?)"
CLOCK = r"\d{1,2}:\d{2}(:\d{2}([.]\d{1,9})?)?"
ISO = rf"^\d{{4}}-\d{{1,2}}-\d{{1,2}}([T ]{CLOCK}( ?{ZONE})?)?$"
ZONED = rf":\d{{2}}([.]\d+)? ?{ZONE}$"

AMBIGUOUS = r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)$"
"""A date whose first two numbers may be day and month or month and day, or has two digits a year.

Dots with a year of four digits are not ambiguous: they stand in dates that begin with the day.
"""


def with_local_times(
    rows: DataFrame, stored: str, name: str, zone: str, time_format: str | None
) -> DataFrame:
    """Add a column with times as the clocks of a time zone show them, without a zone.

    Times without a zone (dates, text without an offset) are taken as they are written. A time that
    cannot be read is null.

    Args:
        rows: rows with the column `stored`.
        stored: times as text, dates, timestamps or, with a format of EPOCHS, numbers.
        name: the new column.
        zone: the time zone to which instants are converted, for example Europe/Berlin.
        time_format: Spark's pattern for text, or a name of EPOCHS; None for forms of one meaning:
            ISO 8601, year first, day first with dots, months as English words.
    """
    kind, value = rows.schema[stored].dataType, F.col(quoted(stored))
    if time_format in EPOCHS:
        number = value.cast("string").try_cast("decimal(20,6)") * EPOCHS[time_format]
        return rows.withColumn(name, _in_zone(F.timestamp_micros(number.try_cast("long")), zone))
    if kind == TimestampType():
        return rows.withColumn(name, _in_zone(value, zone))
    if kind != StringType():
        return rows.withColumn(name, value.cast("timestamp_ntz"))
    text = F.trim(value)
    if time_format:
        time = F.try_to_timestamp(text, F.lit(time_format))
        is_instant = has_zone(time_format)
        return rows.withColumn(name, _in_zone(time, zone if is_instant else "UTC"))
    iso, read = f"{name}_iso", f"{name}_read"  # columns of their own: each is used several times
    rows = rows.withColumn(iso, _as_iso(text))
    rows = rows.withColumn(read, F.when(F.col(iso).rlike(ISO), F.col(iso).try_cast("timestamp")))
    time = F.col(read).cast("timestamp_ntz")
    if zone != "UTC":
        time = F.when(F.col(iso).rlike(ZONED), _in_zone(F.col(read), zone)).otherwise(time)
    return rows.withColumn(name, time).drop(iso, read)


def has_zone(time_format: str) -> bool:
    """Return whether a pattern of Spark reads a time zone."""
    return re.search("[VzOXxZ]", re.sub("'[^']*'", "", time_format)) is not None


def suggested_formats(example: str) -> tuple[str, str]:
    """Return the patterns that read an ambiguous time: with the day first, with the month first.

    Examples:
        >>> suggested_formats("12/1/2010 8:26")
        ('d/M/yyyy H:mm', 'M/d/yyyy H:mm')
    """
    match = re.match(AMBIGUOUS, example.strip())
    if match is None:
        raise ValueError(f"{example!r} is not ambiguous")
    sign, year = match[2], "yyyy" if len(match[4]) == 4 else "yy"
    rest = match[5]
    if re.search("[ap]m$", rest, re.IGNORECASE):
        rest = re.sub(r"\d{1,2}(?=:\d{2})", "h", rest, count=1)
        rest = re.sub("[ap]m$", "a", rest, flags=re.IGNORECASE)
    else:
        rest = re.sub(r"\d{1,2}(?=:\d{2})", "H", rest, count=1)
    rest = re.sub(r":\d{2}", ":mm", rest, count=1)
    rest = re.sub(r":\d{2}", ":ss", rest, count=1)
    rest = re.sub(r"\d", "S", rest).replace("T", "'T'")
    return f"d{sign}M{sign}{year}{rest}", f"M{sign}d{sign}{year}{rest}"


def _in_zone(instant: Column, zone: str) -> Column:
    local = instant if zone == "UTC" else F.from_utc_timestamp(instant, zone)
    return local.cast("timestamp_ntz")  # the session's time zone is UTC


def _as_iso(text: Column) -> Column:
    """Rewrite dates of the other forms in ISO's order; all else stays as it is.

    Spark copies this expression into each filter on the times. Within `transform` the many patterns
    are not compiled to Java each time, which would exceed the size of a method.
    """

    def rewritten(form: Column, patterns: Sequence[tuple[str, str]]) -> Column:
        return reduce(lambda form, pattern: F.regexp_replace(form, *pattern), patterns, form)

    def in_other_form(form: Column) -> Column:
        is_named = form.rlike("[A-Za-z]{3}")
        return F.when(is_named, rewritten(form, NAMED)).otherwise(rewritten(form, FORMS))

    others = F.transform(F.array(text), in_other_form)
    return F.when(text.rlike(ISO), text).otherwise(others[0])
