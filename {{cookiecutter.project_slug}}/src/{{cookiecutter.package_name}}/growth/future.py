"""Known future columns: read their table, check that it covers what is forecast, and join it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DateType, DoubleType, StringType, StructField, StructType

from .. import inputs
from ..errors import BadInputError, MissingColumnError
from ..periods import Frequency, last_month
from ..reporting.console import print_notes
from ..tables import Rule, Table, open_source, quoted
from ..tables.reading import TIME_COLUMNS
from ..tables.rules import WHOLE
from .features import features
from .future_choice import Choice

TIME = Table(
    name="future",
    schema=StructType([StructField("month", DateType())]),
    key=("month",),
    rules=(Rule("month", "month IS NULL", "null"),),
    others=True,
    period="month",
    may_be_renamed=False,
    is_ahead=True,
)
"""The columns that every table of known future columns has; `contract` adds those of one."""

CUSTOMER = "customer_id"

USING_FUTURE = ("combination", "all-customers")
"""The methods that take known future columns; the combination passes them to all-customers."""


@dataclass(frozen=True)
class Future:
    """A table of known future columns.

    rows: one row per period, or per customer and period: month; customer_id, if columns differ by
        customer; the columns (doubles, finite).
    columns: their names.
    frequency: of the periods.
    choices: the columns that each model chose when it was trained; models append to the list.
    """

    rows: DataFrame
    columns: tuple[str, ...]
    frequency: Frequency
    choices: list[Choice] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """Return the key of the table beside the period: a customer, or nothing."""
        return [CUSTOMER] if CUSTOMER in self.rows.columns else []

    def only(self, used: Sequence[str]) -> "Future | None":
        """Return the table with some of its columns; None if there are none."""
        return replace(self, columns=tuple(used)) if used else None

    def beside(self, rows: DataFrame, usage: DataFrame, periods: int, ahead: int) -> DataFrame:
        """Add the column `future` to rows of customers: the columns' values in a range of periods.

        A table by period is one row, which Spark broadcasts; one by customer is joined.

        Args:
            rows: rows of customers, with customer_id if the table has it.
            usage: the usage table.
            periods: length of the range.
            ahead: its last period, counted from the last one of usage.

        Returns:
            The rows with `future`: an array with an element for each period of the range, which
            is an array of the columns' values; nulls where the table has no row.
        """
        add, last = self.frequency.add, self.frequency.literal(last_month(usage))
        first, end = add(last, ahead + 1 - periods), add(last, ahead)
        values = F.array(*(F.col(quoted(name)) for name in self.columns))
        unknown = F.array(*(F.lit(None).cast("double") for _ in self.columns))
        gathered = (
            self.rows.where(F.col("month").between(first, end))
            .groupBy(*self.keys)
            .agg(F.map_from_entries(F.collect_list(F.struct("month", values))).alias("at"))
        )
        future = F.transform(
            F.sequence(first, end, F.expr(self.frequency.step)),
            lambda period: F.coalesce(F.try_element_at("at", period), unknown),
        )
        laid_out = gathered.select(*self.keys, future.alias("future"))
        if self.keys:
            of_nobody = F.array_repeat(unknown, periods)
            joined = rows.join(laid_out, CUSTOMER, "left")
            return joined.withColumn("future", F.coalesce("future", of_nobody))
        return rows.crossJoin(F.broadcast(laid_out))


def add_arguments(parser: ArgumentParser) -> None:
    """Add the option for a table of known future columns."""
    parser.add_argument(
        "--future",
        help="table of columns that are known for the periods to forecast, such as prices: period, "
        "customer_id if they differ by customer, and numbers; used by all-customers and "
        "combination",
    )


def check_arguments(parser: ArgumentParser, args: Namespace) -> None:
    """End the job if forecasts start at other times than the table's last period."""
    if args.future and args.origin == "customer":
        parser.error("--future does not go with --origin customer: its periods are the table's")


def read(
    spark: SparkSession,
    args: Namespace,
    usage: DataFrame,
    frequency: Frequency,
    back: int = 0,
    ahead: int = 0,
) -> Future | None:
    """Read and check the table of `--future`; None without the option.

    Args:
        spark: the session to read with.
        args: of the job: future, and the options of inputs.READING.
        usage: the usage table.
        frequency: of both tables.
        back: how many of the last periods of usage are forecast, in a backtest.
        ahead: how many periods after them are forecast.

    Raises:
        BadInputError: when the table breaks a rule, or has no row in a period that is forecast.
    """
    if not args.future:
        return None
    where = f"future table ({args.future})"
    try:
        names = open_source(spark, args.future, TIME, dict(args.csv_options), where).frame.columns
    except MissingColumnError as error:  # the time column has another name
        names = list(error.columns)
    table = contract([name for name in names if name not in WHOLE], where)
    found = inputs.read_table(spark, args.future, table, args, frequencies=[frequency.name])
    columns = tuple(name.name for name in table.schema if isinstance(name.dataType, DoubleType))
    future = Future(found.rows, columns, frequency)
    check_coverage(future, usage, back, ahead, where)
    return future


def contract(names: Sequence[str], where: str) -> Table:
    """Return the contract of a table with these columns: all but the key are finite numbers.

    Raises:
        BadInputError: when there are none, or one has the name of a feature.
    """
    lower = [name.lower() for name in names]
    time = next((name for name in ("period", "month", *TIME_COLUMNS) if name in lower), "month")
    is_by_customer = CUSTOMER in lower
    columns = [name for name in names if name.lower() not in (time, CUSTOMER)]
    one = np.ones((1, 1))
    taken = {"month", "usage", "forecast", *features(one, one.astype(int), 1).columns}
    for name in columns:
        if name.lower() in taken:
            raise BadInputError(
                f"{where}: column {name} has a name that the project uses itself. Rename it."
            )
    if not columns:
        raise BadInputError(
            f"{where}: there is no column beside the period. Add one that is known ahead."
        )
    keys = [StructField(CUSTOMER, StringType())] if is_by_customer else []
    rules = [Rule(CUSTOMER, f"{CUSTOMER} IS NULL", "null")] if is_by_customer else []
    for name in columns:
        value = quoted(name)
        rules.append(Rule(name, f"{value} IS NULL", "null", "Give each period a number."))
        not_finite = f"isnan({value}) OR abs({value}) = double('inf')"
        rules.append(Rule(name, not_finite, "not a finite number"))
    fields = [StructField(name, DoubleType()) for name in columns]
    return replace(
        TIME,
        schema=StructType([*TIME.schema, *keys, *fields]),
        key=(*(key.name for key in keys), "month"),
        rules=(*TIME.rules, *rules),
        others=False,
    )


def check_coverage(future: Future, usage: DataFrame, back: int, ahead: int, where: str) -> None:
    """Refuse a table without rows in periods to forecast; report missing rows in the history.

    See `read` for arguments.
    """
    frequency, keys = future.frequency, future.keys
    last = frequency.literal(last_month(usage))
    start, end = frequency.add(last, 1 - back), frequency.add(last, ahead)
    spans = usage.groupBy(*keys).agg(F.min("month").alias("first"))
    joined = spans.join(future.rows, keys, "left") if keys else spans.crossJoin(future.rows)
    held = joined.groupBy(*keys, "first").agg(
        F.collect_set(F.when(F.col("month") <= end, F.col("month"))).alias("held")
    )
    step = F.expr(frequency.step)
    wanted = F.when(F.col("first") <= end, F.sequence(F.greatest("first", start), end, step))
    past = F.when(F.col("first") < start, F.sequence("first", frequency.add(start, -1), step))
    lacking = held.select(
        *keys,
        F.array_except(wanted, "held").alias("ahead"),
        F.array_except(past, "held").alias("past"),
        *(F.greatest(F.size(part), F.lit(0)) for part in (wanted, past)),
    ).toDF(*keys, "ahead", "past", "of_ahead", "of_past")
    is_lacking = F.size("ahead") > 0
    one = F.struct(*keys, F.array_min("ahead").alias("month"))
    [found] = lacking.agg(
        *(F.sum(F.greatest(F.size(part), F.lit(0))).alias(part) for part in ("ahead", "past")),
        *(F.sum(part).alias(part) for part in ("of_ahead", "of_past")),
        F.min(F.when(is_lacking, one)).alias("one"),
    ).collect()
    what = f"{frequency.name}s{' of customers' if keys else ''}"
    if found.ahead:
        example = " ".join(
            [f"customer {found.one[CUSTOMER]}," if keys else "", frequency.text(found.one.month)]
        ).strip()
        raise BadInputError(
            f"{where}: {found.ahead:,} of {found.of_ahead:,} {what} to forecast have no row, for "
            f"example {example}. Add a row for each."
        )
    if found.past:
        print_notes(
            [f"future: {found.past:,} of {found.of_past:,} {what} of the history have no row in it"]
        )


def notes(future: Future | None, methods: Iterable[str]) -> list[str]:
    """Return lines for a job's summary: which columns are used, and which methods ignore them.

    Args:
        future: the table, after models were trained with it; None if there is none.
        methods: names of the methods that ran.
    """
    if future is None:
        return []
    taking = [name for name in methods if name in USING_FUTURE]
    ignoring = [name for name in methods if name not in USING_FUTURE]
    told = [f"future: ignored by {' and '.join(ignoring)}"] if ignoring else []
    for used, error in future.choices:
        left = [name for name in future.columns if name not in used]
        if used:
            told.append(
                f"future: {', '.join(used)} used by {' and '.join(taking)}: forecasts of past "
                f"{future.frequency.name}s err {1 - error:.0%} less with it"
            )
        if left:
            told.append(
                f"future: {', '.join(left)} left out: forecasts of past {future.frequency.name}s "
                "do not err less with it"
            )
    return [*dict.fromkeys(told)]
