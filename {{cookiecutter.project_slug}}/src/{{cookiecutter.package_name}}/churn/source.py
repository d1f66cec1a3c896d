"""Read features from customers' usage, or from any table of features."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DateType, StructField, StructType

from .. import job, tables
from ..errors import BadInputError
from ..periods import FREQUENCIES, MONTH, Frequency
from ..tables import quoted
from ..training.columns import KEYS, LABEL
from .attributes import VALID_FROM
from .buy_till_you_die import LOG_ODDS
from .description import feature_names

POSITIVE = ("1", "true", "t", "yes", "y", "churned")
"""Default label values of churners, in any letter case."""

RESERVED_NAMES = (*KEYS, LABEL, LOG_ODDS, "churn_probability", "model_version", "fold")
"""Names that the project gives to columns, beside those of the features of usage."""

OF_USAGE = ("first_period", "expected_usage", "stale", "unknown")
"""Names of further columns that the project adds to those of a customers table."""

VERSIONS = replace(
    tables.CUSTOMERS,
    schema=StructType([*tables.CUSTOMERS.schema, StructField(VALID_FROM, DateType())]),
    key=("customer_id", VALID_FROM),
)
"""A customers table with the past values of attributes: one row per customer and VALID_FROM."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options for usage (and customers), or for any table of features."""
    table = "path or catalog table"
    parser.add_argument("--usage", help=f"usage table: {table}")
    parser.add_argument("--customers", help="customers table, beside --usage: plan and the like")
    parser.add_argument("--horizon", type=job.positive, help="periods without usage that are churn")
    parser.add_argument("--features", help=f"instead of --usage, any {table}: a row per customer")
    parser.add_argument("--id", help="column of --features with a customer's id")
    parser.add_argument("--label", help="column of --features that says who churned")
    parser.add_argument("--positive", help="value of --label for churners (1, yes, true)")


def check_arguments(parser: ArgumentParser, args: Namespace, *needed: str) -> None:
    """End the job unless one source is given, with all options that it needs."""
    if bool(args.usage) == bool(args.features):
        parser.error("give either --usage or --features")
    wanted, other = (
        (["id", *needed], ["customers", "horizon", "as_of", "columns", "frequency", "max_rejected"])
        if args.features
        else (["horizon"] if "label" in needed else [], ["id", "label", "positive"])
    )
    source = "--features" if args.features else "--usage"
    for name in wanted:
        if getattr(args, name) is None:
            parser.error(f"{source} needs --{name} too")
    for name in other:
        if getattr(args, name) is not None:
            parser.error(f"--{name.replace('_', '-')} does not go with {source}")


def predicted(horizon: int | None, frequency: Frequency) -> dict[str, object]:
    """Return what a model predicts, as it is stored with the model.

    Months are not named: models of earlier versions have no frequency, and are compared with new
    ones.
    """
    named = {} if frequency == MONTH else {"frequency": frequency.name}
    return {"horizon": horizon, **named}


def trained_frequency(about: Mapping[str, Any]) -> Frequency:
    """Return the frequency of the usage that a model was trained on (see `predicted`)."""
    return FREQUENCIES[about.get("frequency", MONTH.name)]


def check_frequency(found: Frequency, trained: Frequency, where: str) -> None:
    """Refuse usage of another frequency than that of the model's training.

    Raises:
        BadInputError: says which.
    """
    if found != trained:
        raise BadInputError(
            f"usage table ({where}): its periods are {found.name}s, and the model was trained on "
            f"{trained.name}s. Score usage by the {trained.name}, or train a model on "
            f"{found.name}s, with a --model name of its own."
        )


def check_horizon(given: int | None, trained: int | None, frequency: Frequency = MONTH) -> None:
    """Refuse a model that was not trained on usage, or on another horizon.

    Raises:
        BadInputError: says which.
    """
    if trained is None:
        raise BadInputError(
            "model: it was not trained on --usage. Score a table like its --features."
        )
    if given not in (None, trained):
        raise BadInputError(
            f"model: it was trained for a horizon of {trained} {frequency.name}s, not {given}. "
            "Leave --horizon out, or train on it."
        )


def read_usage(spark: SparkSession, args: Namespace) -> tuple[tables.Reading, DataFrame | None]:
    """Read usage, and customers where there are any; `args` has the options of job.READING.

    Raises:
        BadInputError: when a table is bad, or no customer of one table is in the other.
    """
    usage = job.read_table(spark, args.usage, tables.USAGE, args, frequencies=FREQUENCIES)
    if args.customers is None:
        return usage, None
    customers = _read_customers(spark, args)
    where = f"customers table ({args.customers})"
    if usage.rows.join(customers, "customer_id", "left_semi").isEmpty():
        [used], [known] = (
            [row.customer_id for row in rows.select("customer_id").head(1)]
            for rows in (usage.rows, customers)
        )
        raise BadInputError(
            f"{where}: none of its ids is in the usage table: for example {known!r} here, {used!r} "
            "there. Write ids alike in both tables, or leave --customers out."
        )
    taken = (*RESERVED_NAMES, *OF_USAGE, *feature_names(usage.frequency))
    return usage, _without_clashes(customers, where, taken)


def _read_customers(spark: SparkSession, args: Namespace) -> DataFrame:
    """Read the customers table: a row for each, or several that differ in VALID_FROM."""
    try:
        return job.read_table(spark, args.customers, VERSIONS, args).rows
    except BadInputError as error:
        if f"column {VALID_FROM} is missing" not in str(error):
            raise
    return job.read_table(spark, args.customers, tables.CUSTOMERS, args).rows


def read_features(
    spark: SparkSession,
    source: str,
    key: str,
    label: str | None,
    csv_options: Mapping[str, str] | None = None,
) -> DataFrame:
    """Read any table with one row per customer; its key is then called customer_id."""
    table = tables.read(spark, source, tables.any_table(key), csv_options)
    [key] = [name for name in table.columns if name.lower() == key.lower()]
    where = f"features table ({source})"
    taken = [name for name in RESERVED_NAMES if name != (label or "").lower()]
    return _without_clashes(table.withColumnRenamed(key, KEYS[0]), where, taken)


def with_label(features: DataFrame, label: str, positive: str | None, source: str) -> DataFrame:
    """Turn a column of two values into LABEL; it is null where the column is.

    Args:
        features: rows with the column.
        label: the column's name.
        positive: its value for customers who churned; None means one of POSITIVE.
        source: where the rows come from, for messages.

    Raises:
        BadInputError: when there is no such column, or no row has the positive value.
    """
    where = f"features table ({source})"
    names = [name for name in features.columns if name.lower() in (label.lower(), KEYS[0])]
    if len(names) < 2:
        columns = ", ".join(features.columns)
        raise BadInputError(f"{where}: column {label} is missing. Label is one of: {columns}?")
    [name] = [name for name in names if name != KEYS[0]]
    text = F.trim(F.col(quoted(name)).cast("string"))
    value = F.when(text != "", F.regexp_replace(text, r"\.0+$", ""))  # pandas: 1.0 for 1
    counts = features.groupBy(value.alias("value")).count().orderBy(F.desc("count"), "value")
    found = {row["value"]: row["count"] for row in counts.limit(20).collect()}
    known = [text for text in found if text is not None]
    if positive is None:
        chosen = [text for text in known if text.lower() in POSITIVE and len(known) <= 2]
    else:
        chosen = [text for text in known if text == positive]
    if len(chosen) != 1:
        values = ", ".join(f"{text} ({found[text]} rows)" for text in known[:5])
        raise BadInputError(
            f"{where}: column {label} does not tell who churned: there are {values or 'nulls only'}"
            f"{' and more' if len(known) > 5 else ''}. Name the value of churners with --positive."
        )
    others = [quoted(column) for column in features.columns if column != name]
    return features.select(*others, (value == chosen[0]).alias(LABEL))


def _without_clashes(frame: DataFrame, where: str, taken: Sequence[str]) -> DataFrame:
    """Refuse columns, except the first, with names that the project uses itself."""
    clashes = [name for name in frame.columns[1:] if name.lower() in taken]
    if clashes:
        raise BadInputError(
            f"{where}: column {clashes[0]} has a name that the project gives to its own. "
            "Rename it or leave it out."
        )
    return frame
