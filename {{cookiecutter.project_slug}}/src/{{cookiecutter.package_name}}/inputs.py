"""The options of jobs that read tables, and reading by them."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from pathlib import Path

from pyspark.sql import SparkSession

from . import run_log, tables
from .arguments import column_name, csv_option, last_moment, positive, share
from .errors import BadInputError
from .periods import FREQUENCIES, MONTH
from .phases import timed
from .reporting.console import print_notes
from .tables import quarantine
from .tables.destinations import FORMATS, Destination

CSV = ArgumentParser(add_help=False)
"""The option of jobs that read a table of any kind."""
CSV.add_argument(
    "--csv-options",
    type=csv_option,
    nargs="+",
    default=[],
    metavar="NAME=VALUE",
    help=f"how CSV files are written, for example sep=tab encoding=ISO-8859-1 decimal=, "
    f"(names: {', '.join(tables.CSV_OPTIONS)})",
)

READING = ArgumentParser(add_help=False, parents=[CSV])
"""The options of jobs that read a usage table: `parents=[job.LOG_FORMAT, job.READING]`."""
READING.add_argument(
    "--as-of",
    type=last_moment,
    metavar="PERIOD",
    help="last period to use, as 2025-12, 2025-12-31, 2025-12-31T08 or last-month; later rows are "
    "counted and left out",
)
READING.add_argument(
    "--columns",
    type=column_name,
    nargs="+",
    metavar="NAME=COLUMN",
    help="columns that have other names in the usage table, for example customer_id=CustomerID, or "
    "in the customers table, for example customers.plan=Tariff",
)
READING.add_argument(
    "--frequency",
    choices=FREQUENCIES,
    help="length of a period of the usage table; found from its rows if not given",
)
READING.add_argument(
    "--max-rejected",
    type=share,
    metavar="SHARE",
    help="set bad rows of --usage aside, in OUTPUT_rejected (without an output, in "
    "REPORTS/usage_rejected), if they are at most this share; otherwise any is refused",
)

WRITING = ArgumentParser(add_help=False)
"""The option of jobs that write tables."""
WRITING.add_argument(
    "--format",
    choices=FORMATS,
    help="format of the output (default: parquet; in a catalog, that of the catalog)",
)

VINTAGES = ArgumentParser(add_help=False, parents=[WRITING])
"""The option of jobs whose output keeps what earlier runs predicted."""
VINTAGES.add_argument(
    "--keep",
    type=positive,
    metavar="N",
    help="vintages that stay in an output of Parquet in a folder of this machine, the newest ones; "
    "without it all do",
)


def check_reading(parser: ArgumentParser, args: Namespace) -> None:
    """End a job with options of READING but no usage table, if the table is optional."""
    for name in ("as_of", "columns", "frequency", "max_rejected"):
        if getattr(args, name) is not None and not args.usage:
            parser.error(f"--{name.replace('_', '-')} needs --usage too")


def place_of_rejected(args: Namespace) -> Destination:
    """Return where rejected rows are written: beside the output, or among the reports."""
    if getattr(args, "output", None) is not None:
        output: Destination = args.output
        return output.beside(quarantine.SUFFIX)
    reports = args.reports if isinstance(args.reports, Path) else str(args.reports)
    return Destination(reports) / f"usage{quarantine.SUFFIX}"


@timed("read")
def read_table(
    spark: SparkSession,
    source: str,
    table: tables.Table,
    args: Namespace,
    clock: Callable[[], date] = date.today,
    frequencies: Collection[str] = (MONTH.name,),
) -> tables.Reading:
    """Read a table with the options of READING; print its warnings and the rows left out.

    Rejected rows of a usage table are written (see `place_of_rejected`).

    Raises:
        BadInputError: if the table cannot be read, or its frequency is none of `frequencies`.
    """
    is_usage = table.period is not None and not table.is_ahead
    reading = tables.read_with_notes(
        spark,
        source,
        table,
        dict(args.csv_options),
        None if table.is_ahead else args.as_of,
        None if table.is_ahead else clock(),
        {} if table.is_ahead else tables.names_for(table, args.columns or ()),
        args.max_rejected if is_usage else None,
        FREQUENCIES.get(args.frequency) if is_usage else None,
    )
    row = run_log.current()
    row.was_read(source, reading.total, reading.fingerprint)
    if is_usage and args.as_of:
        row.as_of = str(reading.frequency.before(args.as_of, 0))
    found = reading.frequency.name
    if table.is_ahead and found not in frequencies:
        raise BadInputError(
            f"{table.name} table ({source}): its periods are {found}s, and those of usage "
            f"{' or '.join(f'{name}s' for name in frequencies)}. Give each period of usage a row."
        )
    if is_usage and found not in frequencies:
        raise BadInputError(
            f"{table.name} table ({source}): its periods are {found}s, and the job takes "
            f"{' or '.join(f'{name}s' for name in frequencies)}. prepare_usage makes such a table "
            f"from events: --frequency {next(iter(frequencies))}"
        )
    if is_usage and "period" in dict(args.columns or ()):
        reading = replace(reading, period="period")
    if reading.rejected is not None:
        place = place_of_rejected(args)
        tables.write_table(reading.rejected, place, reading.check_unchanged)
        print_notes(quarantine.lines(reading.reasons or {}, reading.total, place))
    if reading.left_out:
        last = reading.frequency.text(args.as_of)
        print_notes([f"left out: {reading.left_out:,} rows of {source} after {last}"])
    print_notes(f"warning: {warning}" for warning in reading.warnings)
    return reading
