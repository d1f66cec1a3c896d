"""Read a table from files, a URL or the catalog, in the columns and types of its schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ..errors import MissingColumnError
from ..periods import MONTH, Frequency
from .casting import typed
from .checking import check_key, check_rows
from .column_names import with_names
from .opening import Stored, open_source
from .parquet_files import names_of
from .rules import WHOLE
from .schemas import Table, quoted

TIME_COLUMNS = ("period", "hour", "day", "date", "week", "quarter", "year", "time", "timestamp")
"""Names that the time column may have instead of `month`, the first of them first."""


@dataclass(frozen=True)
class Reading:
    """A table that was read and checked.

    rows: the table.
    left_out: number of rows after `as_of`.
    warnings: one sentence for each suspicious property of the table.
    months: number of periods from the first to the last one used; 0 in a table without periods.
    frequency: of the periods.
    period: name of the time column in a job's output: month if the stored table names it so,
        otherwise period.
    rejected: rows that break a rule (see quarantine.with_reasons); None if none may.
    reasons: reason -> number of rejected rows; None if none may be rejected.
    total: number of rows up to `as_of`, with the rejected ones.
    fingerprint: of the table's files on this machine (see Files); None elsewhere.
    check_unchanged: raises UnavailableError if files of the table have changed since. Spark reads
        the files again for each query and may not notice a change. Call it before results replace
        earlier ones: `write_table(frame, output, read.check_unchanged)`.
    names: returns the names of all stored columns (see parquet_files.names_of).
    """

    rows: DataFrame
    left_out: int = 0
    warnings: tuple[str, ...] = ()
    check_unchanged: Callable[[], None] = lambda: None
    months: int = 0
    rejected: DataFrame | None = None
    reasons: Mapping[str, int] | None = None
    total: int = 0
    frequency: Frequency = MONTH
    period: str = "month"
    fingerprint: str | None = None
    names: Callable[[], set[str]] = set

    def as_named(self, table: DataFrame) -> DataFrame:
        """Return an output whose time column has the name that it has in the stored table."""
        return table.withColumnRenamed("month", self.period)


def read(
    spark: SparkSession,
    source: str,
    table: Table,
    csv_options: Mapping[str, str] | None = None,
    as_of: date | None = None,
    today: date | None = None,
) -> DataFrame:
    """Read and check a table like `read_with_notes`; return only its rows."""
    return read_with_notes(spark, source, table, csv_options, as_of, today).rows


def read_with_notes(
    spark: SparkSession,
    source: str,
    table: Table,
    csv_options: Mapping[str, str] | None = None,
    as_of: date | None = None,
    today: date | None = None,
    column_names: Mapping[str, str] | None = None,
    max_rejected: float | None = None,
    frequency: Frequency | None = None,
) -> Reading:
    """Read and check a table in two passes over the data, the second with a shuffle.

    A bad table takes one more pass, which finds an example.

    Args:
        spark: the session to read with.
        source: a path or a URL of files, whose names tell their kind (see sources.KINDS), or the
            name of a catalog table. CSV files have a header.
        table: the contract of the table. Its columns are returned with its types; other columns
            only if the contract allows them.
        csv_options: the format of CSV files (CSV_OPTIONS), where it is not detected.
        as_of: the last period to use; later rows are counted and left out.
        today: rows after this day are refused.
        column_names: column of the contract -> its name in the table, where it differs.
        max_rejected: the largest share of rows that may break a rule, and are then rejected; None
            if none may.
        frequency: of the periods; found from the rows if it is not given.

    Raises:
        BadInputError: when the source is absent or unreadable, a column is missing or of another
            type, a rule is broken, a key is not unique, or there are no rows.
        UnavailableError: when a file changes while it is read, or its server does not answer.
    """
    where = f"{table.name} table ({source})"
    options = csv_options or {}
    stored_names = dict(column_names or {})
    stored = _open_renamed(spark, source, table, options, stored_names, where)
    is_found = table.period in stored_names.keys() - (column_names or {}).keys()
    period = "period" if is_found else "month"
    with stored.telling_faults(where):
        of_weeks = "week" in stored_names.get(table.period or "", "").lower()
        decimal = options.get("decimal", ".")
        columns = typed(stored.frame, table, stored.text, decimal, of_weeks)
        rows = stored.frame.select(F.struct("*").alias("stored"), *columns)
        checked = check_rows(rows, table, stored.text, where, as_of, today, max_rejected, frequency)
        checked = check_key(checked, table, where, max_rejected, frequency)
    names = {field.name.lower() for field in table.schema} | WHOLE.keys()
    others = [name for name in stored.frame.columns if table.others and name.lower() not in names]
    held = checked.rows.select(
        *(quoted(field.name) for field in table.schema),
        *(F.col(f"stored.{quoted(name)}").alias(name) for name in others),
    )
    unchanged = partial(stored.check_unchanged, where)
    return Reading(
        held,
        checked.left_out,
        checked.warnings,
        unchanged,
        checked.months,
        checked.rejected,
        checked.reasons if checked.rejected is not None else None,
        checked.total,
        checked.frequency,
        period,
        stored.files.fingerprint if stored.files else None,
        partial(names_of, stored.frame, stored.files),
    )


def _open_renamed(
    spark: SparkSession,
    source: str,
    table: Table,
    options: Mapping[str, str],
    names: dict[str, str],
    where: str,
) -> Stored:
    """Open a source, and give its columns the names of the contract.

    A time column without a given name may have one of TIME_COLUMNS, which is added to `names`.
    """
    try:
        stored = open_source(spark, source, with_names(table, names), options, where)
        with stored.telling_faults(where):
            if table.period:
                stored = stored.with_times_as_text(names.get(table.period, table.period))
            return stored.renamed(table, names, where)
    except MissingColumnError as error:
        found = {name.lower(): name for name in reversed(error.columns)}
        known = [found[name] for name in TIME_COLUMNS if name in found]
        if error.column != table.period or not known:
            raise
        names[table.period] = known[0]
        return _open_renamed(spark, source, table, options, names, where)


def count_rows_and_customers(table: DataFrame) -> tuple[int, int]:
    """Return the numbers of rows and of customers of a table, in one pass."""
    [found] = table.agg(
        F.count("*").alias("rows"), F.count_distinct("customer_id").alias("customers")
    ).collect()
    return found.rows, found.customers
