"""What every job does the same way: its exit code, its messages, the limits of its arguments."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence

from .java import JavaNotFoundError
from .tables import BadTableError


def start(main: Callable[[Sequence[str] | None], None]) -> None:
    """Run a job's main function as the process, which ends with the exit code that `run` returns.

    A job that went well just ends: some platforms take any SystemExit, also 0, for a failure.
    """
    code = run(main)
    if code:
        sys.exit(code)


def run(
    main: Callable[[Sequence[str] | None], None], arguments: Sequence[str] | None = None
) -> int:
    """Run a job's main function and return its exit code.

    Returns:
        0 when it went well; 2 for bad input, as argparse does, and 1 when there is no Java, both
        with a message on stderr instead of a traceback. Any other error is a defect of the
        project: it keeps its traceback (and Python's exit code 1).
    """
    try:
        main(arguments)
    except BadTableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except JavaNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def positive(text: str) -> int:
    """An argument that must be a whole number of at least 1, for argparse's `type`."""
    return _whole_number(text, "of at least 1", 1, sys.maxsize)


def percentage(text: str) -> int:
    """An argument that must be a whole number from 1 to 99, for argparse's `type`."""
    return _whole_number(text, "from 1 to 99", 1, 99)


def _whole_number(text: str, limits: str, smallest: int, largest: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = smallest - 1
    if not smallest <= number <= largest:
        raise ArgumentTypeError(f"must be a whole number {limits}, not {text!r}")
    return number
