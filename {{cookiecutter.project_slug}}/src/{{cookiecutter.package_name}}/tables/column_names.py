"""Columns that have other names in a table than in its contract."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from .schemas import Table, quoted

SHOWN = 12
"""Columns of a table that a message lists."""

FEW_PERIODS = 3
"""Columns that are named by a date, from which on a table has a column for each period."""


def names_for(table: Table, given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the given names of a table's columns: column of the contract -> its stored name.

    Args:
        table: the contract.
        given: names and stored names; those of other tables than usage begin with its name.
    """
    prefix = _prefix(table)
    named = {
        name.removeprefix(prefix): stored
        for name, stored in given
        if name.startswith(prefix) and (prefix or "." not in name)
    }
    if table.period and "period" in named:
        named[table.period] = named.pop("period")
    return named


def with_names(table: Table, names: Mapping[str, str]) -> Table:
    """Return the contract with the names that columns have in the stored table.

    Args:
        table: the contract.
        names: column of the contract -> its name in the table, where it differs.
    """
    fields = [
        StructField(names.get(field.name, field.name), field.dataType) for field in table.schema
    ]
    return replace(table, schema=StructType(fields))


def renamed(stored: DataFrame, table: Table, names: Mapping[str, str]) -> DataFrame:
    """Return a stored table whose columns have the names of its contract.

    A column that has such a name already, beside the one that is to have it, is dropped.
    """
    new = {names[field.name].lower(): field.name for field in table.schema if field.name in names}
    taken = {name.lower() for name in new.values()} - new.keys()
    return stored.select(
        *(
            F.col(quoted(name)).alias(new.get(name.lower(), name))
            for name in stored.columns
            if name.lower() not in taken
        )
    )


def help_with_missing(name: str, columns: Sequence[str], table: Table) -> str:
    """Return what helps if a column is missing.

    Args:
        name: the column.
        columns: those that the table has.
        table: its contract.
    """
    if sum(bool(re.match(r"\d{4}-\d{2}", column)) for column in columns) >= FEW_PERIODS:
        return (
            "The table has a column for each period: turn them into rows, by melt in pandas or by "
            "unpivot in Spark."
        )
    more = [f"and {len(columns) - SHOWN:,} more"] if len(columns) > SHOWN else []
    listed = ", ".join([*columns[:SHOWN], *more]) or "none"
    if not table.may_be_renamed:
        return f"Add it, or name another: {listed}."
    alike = [column for column in columns if _letters(column) == _letters(name)]
    option = f"--columns {_prefix(table)}{name}"
    if alike:
        return f"Name the column that holds it: {option}={shlex.quote(alike[0])}"
    return f"Add it, or name the one that holds it ({option}=COLUMN): {listed}."


def _prefix(table: Table) -> str:
    """Return what names of a table's columns begin with in the option; nothing for usage."""
    return "" if table.period else f"{table.name}."


def _letters(name: str) -> str:
    """Return a name without what people write differently: case, spaces and signs."""
    return re.sub(r"[\W_]", "", name.lower())
