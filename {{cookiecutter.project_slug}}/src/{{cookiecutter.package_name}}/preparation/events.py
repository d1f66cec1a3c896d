"""Read a table of events: who, when and how much, and the rules that its rows must follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import mul
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DoubleType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from .. import tables
from ..tables import Rule, Table, quoted
from . import amounts
from .times import AMBIGUOUS, EPOCHS, suggested_formats, with_local_times

TIME, AMOUNT = "_time", "_amount"
"""Columns of the cast values. The names of stored columns rarely begin like this."""

NUMBER, BARE = "_number_", "_bare_"
"""Prefixes of columns: the factors of the amount as doubles, and their texts."""

AMBIGUOUS_TIME = "a date of which day and month cannot be told apart"


class Columns(NamedTuple):
    """The columns of an events table, by the names that they have in it.

    amounts: they are multiplied with each other; if there are none, events are counted.
    """

    customer: str
    time: str
    amounts: tuple[str, ...] = ()


class Style(NamedTuple):
    """How times and amounts are written (see times.local_times and amounts.number).

    zone: the time zone to which times with a zone are converted.
    time_format: Spark's pattern for times in text; None if their form has one meaning.
    decimal: the decimal sign of amounts in text; None if it is not known.
    """

    zone: str = "UTC"
    time_format: str | None = None
    decimal: str | None = None


@dataclass(frozen=True)
class Events:
    """A table of events, opened and cast, but not checked.

    stored: the table as it is stored.
    table: its contract, with the names that columns have in it.
    rows: one row per event: the customer's column; `time`, a timestamp without a zone; `amount`;
        null where they cannot be read; and the stored row as the struct `stored`.
    text: names, in lower case, of the columns that are stored as text.
    rules: the rules for rows, in the order in which they are reported.
    where: its name in messages.
    """

    stored: tables.Stored
    table: Table
    rows: DataFrame
    text: frozenset[str]
    rules: list[Rule]
    where: str

    def check_unchanged(self) -> None:
        """Raise UnavailableError if files of the table have changed since it was opened."""
        self.stored.check_unchanged(self.where)


def open_events(
    spark: SparkSession,
    source: str,
    columns: Columns,
    style: Style,
    csv_options: Mapping[str, str],
    today: date,
) -> Events:
    """Open a table of events, and cast its columns.

    Args:
        spark: the session to read with.
        source: path, URL or catalog table.
        columns: the columns to read; a customer's id becomes text without invisible characters.
        style: how times and amounts are written.
        csv_options: the format of CSV files, where it is not detected.
        today: events more than a day later break a rule (a day, because zones differ).

    Raises:
        BadInputError: when the source is absent or unreadable, or a column is missing or of a type
            that cannot be cast.
    """
    where = f"events table ({source})"
    amount_fields = [StructField(name, DoubleType()) for name in dict.fromkeys(columns.amounts)]
    fields = [
        StructField(columns.customer, StringType()),
        StructField(columns.time, TimestampType()),
        *amount_fields,
    ]
    table = Table(
        "events", StructType(fields), key=(columns.customer,), rules=(), may_be_renamed=False
    )
    stored = tables.open_source(spark, source, table, csv_options, where)
    types = {field.name.lower(): field.dataType for field in stored.frame.schema}
    text = frozenset(name for name, kind in types.items() if kind == StringType())
    with stored.telling_faults(where):
        numbers = {columns.time.lower()} if style.time_format in EPOCHS else set()
        tables.check_columns(stored.frame, table, where, text | numbers)
    customer = tables.visible(F.col(quoted(columns.customer)).cast("string"))
    rows = with_local_times(stored.frame, columns.time, TIME, style.zone, style.time_format)
    rows = rows.select(
        F.struct(*map(quoted, stored.frame.columns)).alias("stored"),
        customer.alias(columns.customer),
        TIME,
        *_numbers(columns, style, text),
    )
    factors = [F.col(f"{NUMBER}{number}") for number, _ in enumerate(columns.amounts)]
    rows = rows.withColumn(AMOUNT, reduce(mul, factors) if factors else F.lit(1.0))
    found = [*tables.whole_rules(stored.frame.columns), *_rules(columns, style, text, today)]
    return Events(stored, table, rows, text, found, where)


def help_with(rule: Rule, rows: DataFrame, column: str) -> str:
    """Return what helps with rows that break a rule.

    Args:
        rule: the rule.
        rows: the rows that break it.
        column: column with the times in text.
    """
    if rule.problem != AMBIGUOUS_TIME:
        return rule.remedy
    text = F.trim(f"stored.{quoted(column)}")
    parts = [F.regexp_extract(text, AMBIGUOUS, group).cast("int") for group in (1, 3)]
    [found] = rows.agg(F.min(text), *map(F.max, parts)).collect()
    example, first, second = found
    day_first, month_first = suggested_formats(example)
    if max(first, second) <= 12 or min(first, second) > 12:
        return f"Name the order: --time-format '{day_first}' or '{month_first}'."
    order = day_first if first > second else month_first
    return (
        f"The first number goes up to {first}, the second up to {second}: --time-format '{order}'."
    )


def _numbers(columns: Columns, style: Style, text: frozenset[str]) -> list[Column]:
    """Return the factors of the amount: numbered doubles, and their texts where they are text."""
    found = []
    for number, name in enumerate(columns.amounts):
        stored = F.col(quoted(name))
        value = stored.try_cast("double")
        if name.lower() in text:
            bare = amounts.bare(stored)
            value = amounts.number(bare, style.decimal)
            found.append(bare.alias(f"{BARE}{number}"))
        found.append(value.alias(f"{NUMBER}{number}"))
    return found


def _rules(columns: Columns, style: Style, text: frozenset[str], today: date) -> list[Rule]:
    customer, time = quoted(columns.customer), f"stored.{quoted(columns.time)}"
    unreadable = f"{time} IS NOT NULL AND {TIME} IS NULL"
    ambiguous = f"trim({time}) RLIKE r'{AMBIGUOUS}'"
    is_text = columns.time.lower() in text and style.time_format is None
    found = [
        Rule(
            columns.customer,
            f"contains({customer}, '\ufffd')",
            "not in the encoding of the file",
            "Name the encoding: --csv-options encoding=ISO-8859-1",
        ),
        Rule(columns.customer, f"{customer} IS NULL OR trim({customer}) = ''", "null"),
        Rule(columns.time, f"{time} IS NULL", "null"),
        *([Rule(columns.time, f"{unreadable} AND {ambiguous}", AMBIGUOUS_TIME)] * is_text),
        Rule(
            columns.time,
            rf"{unreadable} AND CAST({time} AS STRING) RLIKE '^ *[0-9]{{10}}([0-9]{{3}})? *$'",
            "a whole number",
            "If it counts from 1970: --time-format epoch (seconds) or epoch-ms (milliseconds)",
        ),
        Rule(
            columns.time,
            unreadable,
            "not a time",
            "Name how times are written by a pattern of Spark: --time-format 'dd.MM.yy HH:mm'.",
        ),
        Rule(columns.time, f"{TIME} < TIMESTAMP_NTZ'1900-01-01'", "before 1900"),
        Rule(
            columns.time,
            f"{TIME} >= TIMESTAMP_NTZ'{today + timedelta(days=2)}'",
            f"after today ({today})",
        ),
    ]
    for number, name in enumerate(columns.amounts):
        found.append(Rule(name, f"stored.{quoted(name)} IS NULL", "null"))
        if name.lower() in text:
            found += _rules_of_text(name, number, style)
        found.append(Rule(name, f"{NUMBER}{number} IS NULL", "not a number"))
    if columns.amounts:
        not_finite = f"isnan({AMOUNT}) OR abs({AMOUNT}) = double('inf')"
        found.append(Rule("*".join(columns.amounts), not_finite, "not a finite number"))
    # what breaks this rule is found in the periods of all events (survey.py)
    return [*found, Rule(columns.time, "false", "far from all others")]


def _rules_of_text(name: str, number: int, style: Style) -> list[Rule]:
    """Return the rules of an amount's text, whose remedies name the decimal sign."""
    bare, found = f"{BARE}{number}", []
    if style.decimal is None:
        found.append(
            Rule(
                name,
                f"{bare} RLIKE r'{amounts.AMBIGUOUS}'",
                "a number with thousands or with decimals after its comma",
                "Name the decimal sign: --csv-options decimal=. or decimal=,",
            )
        )
    if style.decimal != ",":
        found.append(
            Rule(
                name,
                f"{NUMBER}{number} IS NULL AND {bare} RLIKE r'{amounts.COMMA}'",
                "written with a decimal comma",
                "Read it with --csv-options decimal=,",
            )
        )
    return found
