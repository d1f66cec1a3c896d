"""Make ids comparable: counts of what ids look like, and the normalisation that they call for."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql.types import StringType

from .casting import composed, needs_composing
from .schemas import Table, quoted

WHOLE = r"^\d+(\.0)?$"
"""A whole number, also as pandas writes it where a column had a null."""


def id_counts(table: Table, is_used: Column) -> list[Column]:
    """Return aggregates for `with_comparable_ids`: arrays with an element per column of ids.

    Args:
        table: its contract; the aggregates are those of rows as in `with_comparable_ids`.
        is_used: which rows count.
    """
    counts = {
        "changed": [F.count_if(is_used & _is_changed(name)) for name in _ids(table)],
        "uncomposed": [
            F.count_if(is_used & needs_composing(table.schema[name])) for name in _ids(table)
        ],
        "floats": [
            F.count_if(is_used & F.col(quoted(name)).endswith(".0")) for name in _ids(table)
        ],
        "wholes": [F.count_if(is_used & F.col(quoted(name)).rlike(WHOLE)) for name in _ids(table)],
    }
    return [F.array(*columns).alias(name) for name, columns in counts.items()]


def with_comparable_ids(
    rows: DataFrame, table: Table, used: Sequence[Row], total: int
) -> tuple[DataFrame, list[str]]:
    """Normalise ids, where the counts show that some are not normalised; return warnings too.

    Args:
        rows: the table's columns, and the stored row as the struct `stored`.
        table: its contract.
        used: results of `id_counts` for parts of the rows.
        total: number of rows in these parts that count.
    """
    told = []
    for number, name in enumerate(_ids(table)):
        changed = sum(row.changed[number] for row in used)
        if changed:
            told.append(
                f"column {name}: invisible characters (spaces at the ends, zero-width characters) "
                f"were removed in {changed} rows"
            )
        else:  # what is computed from the rows need not look at each id again
            rows = rows.withColumn(name, F.col(f"stored.{quoted(name)}").cast("string"))
        floats = sum(row.floats[number] for row in used)
        if floats and sum(row.wholes[number] for row in used) == total:
            rows = rows.withColumn(name, F.regexp_replace(quoted(name), r"\.0$", ""))
            told.append(
                f"column {name}: all ids are whole numbers, and the .0 of {floats} rows was removed"
            )
        if sum(row.uncomposed[number] for row in used):
            rows = rows.withColumn(name, composed(F.col(quoted(name))))
    return rows, told


def _ids(table: Table) -> list[str]:
    return [name for name in table.key if table.schema[name].dataType == StringType()]


def _is_changed(name: str) -> Column:
    return F.col(f"stored.{quoted(name)}").cast("string") != F.col(quoted(name))
