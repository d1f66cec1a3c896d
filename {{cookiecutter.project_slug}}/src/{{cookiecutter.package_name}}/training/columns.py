"""Columns of any table as numbers and categories, which is what a model can learn from."""

from collections.abc import Mapping
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    NumericType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

from ..errors import BadInputError
from ..tables import quoted

KEYS = ("customer_id", "cutoff")
"""Columns that identify a row; no model learns from them."""

LABEL = "churned"
"""The label: a boolean, null where it is unknown."""

Kind = Literal["number", "category"]

NUMBERS = 0.95
"""The share of texts that must be numbers for a column of texts to be one of numbers."""

DATES = (DateType, TimestampType, TimestampNTZType)


def keys_of(frame: DataFrame) -> list[str]:
    """Those of KEYS that a frame has."""
    return [key for key in KEYS if key in frame.columns]


def kinds(frame: DataFrame) -> dict[str, Kind]:
    """Return the kind of each column, in one pass over the rows.

    Columns that are the same in all rows are left out: nothing can be learned from them.

    Raises:
        BadInputError: when a column holds what is neither number, text, date nor boolean, or when
            no column is left.
    """
    types = {field.name: field.dataType for field in frame.schema}
    for name, stored in types.items():
        if not isinstance(stored, (NumericType, StringType, BooleanType, *DATES)):
            raise BadInputError(
                f"features: column {name} is of type {stored.simpleString()} in all rows. "
                "Leave it out, or store it as numbers or text."
            )
    if not types:
        raise BadInputError("features: there is no column to learn from. Add one.")
    [found] = frame.agg(
        F.array(*(F.count(filled_text(name)) for name in types)).alias("filled"),
        F.array(*(F.count(_number(name, types[name])) for name in types)).alias("numbers"),
        F.array(*(_varies(_filled_category(name)) for name in types)).alias("varies"),
    ).collect()

    kinds: dict[str, Kind] = {}
    columns = zip(types.items(), found.filled, found.numbers, found.varies, strict=True)
    for (name, stored), filled, numbers, varies in columns:
        if varies:
            texts = isinstance(stored, StringType) and numbers < NUMBERS * filled
            kinds[name] = "category" if texts or isinstance(stored, BooleanType) else "number"
    if not kinds:
        raise BadInputError(
            "features: every column is the same in all rows. Add one that tells rows apart."
        )
    return kinds


def as_kinds(frame: DataFrame, kinds: Mapping[str, Kind]) -> list[Column]:
    """The columns as doubles (null where there is no number) and texts (empty where null).

    Raises:
        BadInputError: when the frame lacks a column, or stores it as something else.
    """
    types = {field.name: field.dataType for field in frame.schema}
    missing = [name for name in kinds if name not in types]
    if missing:
        raise BadInputError(
            f"features: the model needs {len(missing)} columns that the table lacks, for example "
            f"{missing[0]}. Add them, or train on this table."
        )
    wrong = [
        name
        for name, kind in kinds.items()
        if (kind == "category" and isinstance(types[name], (NumericType, *DATES)))
        or (kind == "number" and not isinstance(types[name], (NumericType, StringType, *DATES)))
    ]
    if wrong:
        raise BadInputError(
            f"features: the model needs column {wrong[0]} as a {kinds[wrong[0]]}, but the table "
            f"has {types[wrong[0]].simpleString()}. Correct the table, or train on it."
        )
    return [
        (_number(name, types[name]) if kind == "number" else _filled_category(name)).alias(name)
        for name, kind in kinds.items()
    ]


def _number(name: str, stored: DataType) -> Column:
    """A finite number; dates count days, also dates in text (see is_iso_date)."""
    value = F.col(quoted(name))
    if isinstance(stored, DATES):
        return F.unix_date(value.cast("date")).cast("double")
    number = (F.trim(value) if isinstance(stored, StringType) else value).try_cast("double")
    finite = F.when(F.abs(number) < float("inf"), number)  # to Spark, NaN is larger than infinity
    if isinstance(stored, StringType):
        day = F.unix_date(F.substring(F.trim(value), 1, 10).try_cast("date")).cast("double")
        return F.coalesce(finite, F.when(is_iso_date(value), day))
    return finite


def is_iso_date(text: Column) -> Column:
    """Whether a text is a date as in CSV files: 2024-12-31, also with a time after it."""
    return F.trim(text).rlike(r"^\d{4}-\d{2}-\d{2}([T ]|$)")


def filled_text(name: str) -> Column:
    """Return a column as text without spaces at its ends; null where nothing is left."""
    text = F.trim(F.col(quoted(name)).cast("string"))
    return F.when(text != "", text)


def _filled_category(name: str) -> Column:
    return F.coalesce(filled_text(name), F.lit(""))


def _varies(value: Column) -> Column:
    return F.min(value) != F.max(value)
