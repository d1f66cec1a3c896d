"""Types of the jobs' arguments, for argparse's `type`."""

import math
import re
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import date

from . import tables


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
    """An argument that must lie between 0 and 1, both excluded, for argparse's `type`."""
    return _number(text, "between 0 and 1", lambda number: 0 < number < 1)


def share(text: str) -> float:
    """An argument that must be a number from 0 to 1, for argparse's `type`."""
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


def month(text: str) -> date:
    """Parse a month, 2025-12 or 2025-12-01, as argparse's `type`."""
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(-01)?", text)
    if match is None or match[1] == "0000":
        raise ArgumentTypeError(f"must be a month, for example 2025-12, not {text!r}")
    return date(int(match[1]), int(match[2]), 1)


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
    names = tables.USAGE.schema.names
    if (name not in names and not name.startswith("customers.")) or not column:
        raise ArgumentTypeError(
            f"must be NAME=COLUMN, where NAME is {', '.join(names)} or customers.NAME, not {text!r}"
        )
    return name, column
