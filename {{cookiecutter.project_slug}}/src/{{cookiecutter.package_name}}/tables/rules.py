"""All rules of a table as it is stored: its own, and those that the way of storing adds."""

from pyspark.sql import DataFrame
from pyspark.sql.types import DataType, DateType, DoubleType, StringType

from .schemas import Rule, Table, quoted

MALFORMED = "_malformed"
"""The column that holds the lines of a CSV that do not fit its header."""

REMEDIES: dict[type[DataType], str] = {
    DateType: "Write dates as 2025-01-31 or 2025-01, without a time of day.",
    DoubleType: "Write numbers as 1234.5, and correct or remove such rows.",
}
"""For a type of a column, how its values are to be written."""


def all_rules(rows: DataFrame, table: Table, text: frozenset[str]) -> list[Rule]:
    """The rules for rows, in the order in which they are told.

    Args:
        rows: the table's columns in their types, and as `stored` all that is stored.
        table: what they must be.
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
                    rf"{quoted(field.name)} IS NULL AND {stored} RLIKE '^ *[-+]?[0-9]+,[0-9]+ *$'",
                    "written with a decimal comma",
                    "Read it with --csv-options decimal=,",
                )
            )
    whole = Rule(
        "count",
        f"stored.{MALFORMED} IS NOT NULL",
        "not as in the header",
        "Correct or remove such rows. Line breaks within quotes are read with --csv-options "
        "multiLine=true",
    )
    is_csv = MALFORMED in rows.select("stored.*").columns
    readable = [
        Rule(
            field.name,
            f"stored.{quoted(field.name)} IS NOT NULL AND {quoted(field.name)} IS NULL",
            f"not a {field.dataType.simpleString()}",
            REMEDIES.get(type(field.dataType), "Correct or remove such rows."),
        )
        for field in table.schema
    ]
    return [*([whole] if is_csv else []), *of_text, *readable, *table.rules]
