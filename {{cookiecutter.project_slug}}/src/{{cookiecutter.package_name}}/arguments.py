"""Types of the jobs' arguments, for argparse's `type`."""

import math
import sys
from argparse import ArgumentTypeError
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta

from . import tables

LAST_MONTH = "last-month"
"""The month before today's, for schedulers that cannot write its name."""


def positive(text: str) -> int:
    """Parse a whole number of at least 1, as argparse's `type`."""
    return _whole_number(text, "of at least 1", 1, sys.maxsize)


def percentage(text: str) -> int:
    """Parse a whole number from 1 to 99, as argparse's `type`."""
    return _whole_number(text, "from 1 to 99", 1, 99)


def _whole_number(text: str, limits: str, smallest: int, largest: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = smallest - 1
    if not smallest <= number <= largest:
        raise ArgumentTypeError(f"must be a whole number {limits}, not {text!r}")
    return number


def probability(text: str) -> float:
    """Parse a number between 0 and 1, both excluded, as argparse's `type`."""
    return _number(text, "between 0 and 1", lambda number: 0 < number < 1)


def share(text: str) -> float:
    """Parse a number from 0 to 1, as argparse's `type`."""
    return _number(text, "from 0 to 1", lambda number: 0 <= number <= 1)


def not_negative(text: str) -> float:
    """Parse a number of at least 0, as argparse's `type`."""
    return _number(text, "of at least 0", lambda number: 0 <= number < math.inf)


def _number(text: str, limits: str, is_within: Callable[[float], bool]) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not is_within(number):
        raise ArgumentTypeError(f"must be a number {limits}, not {text!r}")
    return number


def moment(text: str) -> datetime:
    """Parse a month, a day or an hour, such as 2025-12 or 2025-12-31T08, as argparse's `type`."""
    forms = {len("2025-12"): "%Y-%m", len("2025-12-31"): "%Y-%m-%d"}
    try:
        return datetime.strptime(text, forms.get(len(text), "%Y-%m-%dT%H"))
    except ValueError as error:
        raise ArgumentTypeError(
            f"must be a month, a day or an hour, for example 2025-12, 2025-12-31 or 2025-12-31T08, "
            f"not {text!r}"
        ) from error


def last_moment(text: str) -> datetime:
    """Parse a month, a day or an hour like `moment`, or LAST_MONTH; return its last second."""
    if text == LAST_MONTH:
        text = f"{date.today().replace(day=1) - timedelta(days=1):%Y-%m}"
    start = moment(text)
    if len(text) == len("2025-12"):
        start = start.replace(day=monthrange(start.year, start.month)[1])
    return start.replace(hour=start.hour if "T" in text else 23, minute=59, second=59)


def csv_option(text: str) -> tuple[str, str]:
    """Parse NAME=VALUE, as argparse's `type`."""
    name, _, value = text.partition("=")
    try:
        tables.check_csv_option(name, value)
    except ValueError as error:
        raise ArgumentTypeError(f"must be NAME=VALUE, with {error}, not {text!r}") from error
    return name, value


def column_name(text: str) -> tuple[str, str]:
    """Parse NAME=COLUMN, as argparse's `type`: a column's name in the project, and in a table.

    NAME is a column of usage tables, or customers.NAME one of customers tables.
    """
    name, _, column = text.partition("=")
    names = [*tables.USAGE.schema.names, "period"]
    if (name not in names and not name.startswith("customers.")) or not column:
        raise ArgumentTypeError(
            f"must be NAME=COLUMN, where NAME is {', '.join(names)} or customers.NAME, not {text!r}"
        )
    return name, column
