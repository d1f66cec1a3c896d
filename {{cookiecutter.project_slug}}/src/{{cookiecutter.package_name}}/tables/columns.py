"""Check the columns of a stored table: all are there, in types that can be cast safely."""

from pyspark.sql import DataFrame
from pyspark.sql.types import (
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    IntegralType,
    NullType,
    NumericType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

from ..errors import BadInputError, MissingColumnError
from .column_names import help_with_missing
from .rules import WHOLE, whole_rules
from .schemas import Table

LOSSLESS: dict[type[DataType], tuple[type[DataType], ...]] = {
    StringType: (StringType, IntegralType, NullType),
    DateType: (DateType, TimestampType, TimestampNTZType, NullType),
    DoubleType: (NumericType, NullType),
    TimestampType: (DateType, TimestampType, TimestampNTZType, NullType),
}
"""Type in a schema -> the stored types that can be cast to it without guessing."""


def check_columns(
    stored: DataFrame, table: Table, where: str, text: frozenset[str] = frozenset()
) -> None:
    """Refuse a table that lacks a column, or stores it in a type that cannot be cast safely.

    Args:
        stored: the table as it is stored.
        table: its contract.
        where: name of the table in messages.
        text: names, in lower case, of the columns that are stored as text and must be cast.
    """
    types = {field.name.lower(): field.dataType for field in stored.schema}
    names = [name.lower() for name in stored.columns]
    for field in table.schema:
        name = field.name.lower()
        if name not in types:
            columns = [name for name in stored.columns if name not in WHOLE]
            for rule in [] if columns else whole_rules(stored.columns):
                raise BadInputError(f"{where}: each {rule.column} is {rule.problem}. {rule.remedy}")
            raise MissingColumnError(
                f"{where}: column {field.name} is missing in all rows. "
                f"{help_with_missing(field.name, columns, table)}",
                field.name,
                columns,
            )
        if names.count(name) > 1:
            raise BadInputError(
                f"{where}: column {field.name} occurs {names.count(name)} times in it. Keep one."
            )
        if name not in text and not _is_lossless(types[name], field.dataType):
            raise BadInputError(
                f"{where}: column {field.name} is of type {types[name].simpleString()} "
                f"in all rows. Store it as {_advice(field.dataType)}."
            )


def _is_lossless(stored: DataType, kind: DataType) -> bool:
    is_whole = isinstance(stored, DecimalType) and stored.scale == 0
    return isinstance(stored, LOSSLESS[type(kind)]) or (kind == StringType() and is_whole)


def _advice(kind: DataType) -> str:
    is_text = kind == StringType()
    return f"{kind.simpleString()}{' or whole number: 7 and not 7.0' if is_text else ''}"
