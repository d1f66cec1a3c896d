"""All rules of a stored table: those of its contract, and those of its file format."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql.types import DataType, DateType, DoubleType, StringType

from .schemas import Rule, Table, quoted

MALFORMED = "_malformed"
"""The column with the lines of a CSV that do not fit its header."""

NOT_JSON = "_not_json"
"""The column with the lines of a JSON file that are not JSON."""

WHOLE = {
    MALFORMED: Rule(
        "count",
        f"stored.{MALFORMED} IS NOT NULL",
        "not as in the header",
        "Correct or remove such rows. Line breaks within quotes are read with --csv-options "
        "multiLine=true",
    ),
    NOT_JSON: Rule(
        "line",
        f"stored.{NOT_JSON} IS NOT NULL",
        "not JSON",
        "Correct or remove such rows: each line is one object, as pandas writes with lines=True.",
    ),
}
"""Column for content that is not a row -> the rule that this column is null."""

MISSING = "^(?i:n/?a|#n/?a|null|none|nan|nil|[-.?])$"
"""Pattern of texts that mean a missing number."""

REMEDIES: dict[type[DataType], str] = {
    DateType: "Write dates as 2025-01-31 or 2025-01, without a time of day, or let prepare_usage "
    "read others: --time-format 'd/M/yyyy'.",
    DoubleType: "Write numbers as 1234.5, without units or thousands separators, or let "
    "prepare_usage read them.",
}
"""Type of a column -> advice on how to write its values."""


def whole_rules(columns: Sequence[str]) -> list[Rule]:
    """Return the rules of WHOLE for the columns of a stored table."""
    return [rule for name, rule in WHOLE.items() if name in columns]


def all_rules(rows: DataFrame, table: Table, text: frozenset[str]) -> list[Rule]:
    """Return the rules for rows, in the order in which they are reported.

    Args:
        rows: the table's columns with their types, and the stored row as the struct `stored`.
        table: their contract.
        text: names, in lower case, of the columns that are stored as text.
    """
    of_text = []
    for field in table.schema:
        stored = f"stored.{quoted(field.name)}"
        if field.name.lower() in text and field.dataType == StringType():
            of_text.append(
                Rule(
                    field.name,
                    f"contains({stored}, '\ufffd')",
                    "not in the encoding UTF-8",
                    "Name the file's encoding: --csv-options encoding=ISO-8859-1",
                )
            )
        if field.name.lower() in text and field.dataType == DoubleType():
            of_text.append(
                Rule(
                    field.name,
                    rf"{quoted(field.name)} IS NULL AND trim({stored}) RLIKE '{MISSING}'",
                    "a word or a sign for a missing value",
                    "Leave the field empty, or name it (in CSV): --csv-options nullValue=NA",
                )
            )
            of_text.append(
                Rule(
                    field.name,
                    rf"{quoted(field.name)} IS NULL AND {stored} RLIKE '^ *[-+]?[0-9]+,[0-9]+ *$'",
                    "written with a comma",
                    "A decimal comma is read with --csv-options decimal=, (1,5 is then 1.5). Where "
                    "the comma separates thousands, remove it.",
                )
            )
    columns = rows.select("stored.*").columns
    readable = [
        Rule(
            field.name,
            f"stored.{quoted(field.name)} IS NOT NULL AND {quoted(field.name)} IS NULL",
            f"not a {field.dataType.simpleString()}",
            REMEDIES.get(type(field.dataType), "Correct or remove such rows."),
        )
        for field in table.schema
    ]
    return [*whole_rules(columns), *of_text, *readable, *table.rules]
