"""What every job does the same way: its exit code, its messages, the limits of its arguments."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence

from .java import JavaNotFoundError
from .tables import BadTableError


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
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ArgumentTypeError(f"must be a whole number of at least 1, not {text!r}")
    return number
