"""The options of jobs/prepare_usage.py."""

from argparse import ArgumentParser, ArgumentTypeError
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .. import job
from ..periods import FREQUENCIES
from .usage import RETURNS


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of jobs/prepare_usage.py."""
    parser.add_argument(
        "--events", required=True, help="events: Parquet, CSV, JSON lines, ORC or catalog table"
    )
    parser.add_argument(
        "--customer", required=True, metavar="COLUMN", help="column of the customer"
    )
    parser.add_argument("--time", required=True, metavar="COLUMN", help="column of the time")
    measure = parser.add_mutually_exclusive_group(required=True)
    measure.add_argument(
        "--amount",
        metavar="COLUMN[*COLUMN]",
        help="column of the amount, or columns to multiply, for example 'Quantity*UnitPrice'",
    )
    measure.add_argument("--count", action="store_true", help="usage is the number of events")
    parser.add_argument(
        "--frequency", required=True, choices=FREQUENCIES, help="length of a period"
    )
    parser.add_argument(
        "--returns",
        choices=RETURNS,
        default="net",
        help="negative amounts: net subtracts them within their period, down to 0; drop ignores "
        "them",
    )
    parser.add_argument(
        "--time-zone",
        type=time_zone,
        default="UTC",
        help="zone in which days begin, for times that have a zone",
    )
    parser.add_argument(
        "--time-format",
        metavar="PATTERN",
        help="how times are written in text, for example 'M/d/yyyy H:mm', or epoch, epoch-ms",
    )
    parser.add_argument(
        "--as-of",
        type=job.moment,
        metavar="PERIOD",
        help="last period to use, complete or not; later events are counted and left out",
    )
    parser.add_argument(
        "--max-rejected",
        type=job.share,
        default=0.01,
        metavar="SHARE",
        help="largest share of rows that may break a rule; they are written to OUTPUT_rejected",
    )
    parser.add_argument("--output", required=True, help="folder, URL or catalog table of the usage")


def time_zone(text: str) -> str:
    """Parse the name of a time zone, as argparse's `type`."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ArgumentTypeError(
            f"must be the name of a time zone, for example UTC or Europe/Berlin, not {text!r}"
        ) from error
