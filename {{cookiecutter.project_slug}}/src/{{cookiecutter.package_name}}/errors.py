"""Errors that are not defects of the project, and their recognition."""

import errno
import os
from collections.abc import Sequence

RETRYABLE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EMFILE)
"""Errors of the operating system that may be resolved when the job is run again."""


class BadInputError(ValueError):
    """The input cannot be used (exit code 2). The message is one line: what, where, what helps."""


class MissingColumnError(BadInputError):
    """A table lacks the column `column`; its columns are `columns`."""

    def __init__(self, message: str, column: str, columns: Sequence[str]) -> None:
        """Take the message, the missing column and the table's columns."""
        super().__init__(message)
        self.column, self.columns = column, tuple(columns)


class MissingTableError(BadInputError):
    """There is no such table. One that cannot be read is another BadInputError."""


class UnavailableError(RuntimeError):
    """A resource of the job is unavailable (exit code 1), such as disk space; retry later."""


def why_unavailable(error: Exception) -> str | None:
    """Return a sentence about the resource that failed; None if the error has another cause.

    Args:
        error: an error of Python, or one of Spark whose message quotes the error of Java.
    """
    text = str(error)
    if os.strerror(errno.ENOSPC) in text or os.strerror(errno.EDQUOT) in text:
        return "its disk is full, or that of Spark's temporary files. Make room and try again"
    for code in RETRYABLE:
        if getattr(error, "errno", None) == code or os.strerror(code) in text:
            return f"its disk fails ({os.strerror(code)}). Try again"
    return None
