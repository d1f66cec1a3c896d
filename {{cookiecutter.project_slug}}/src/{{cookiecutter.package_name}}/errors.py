"""How a job ends without being a defect of the project, and what the machine says of it."""

import errno
import os

RETRYABLE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EMFILE)
"""Errors of the machine that may be over when the job is run again, once it is seen to."""


class BadInputError(ValueError):
    """Input that cannot be used (exit code 2). The message is one line: what, where, what to do."""


class UnavailableError(RuntimeError):
    """A resource of the job (disk, store, file) is unavailable (exit code 1): retrying may help."""


def why_unavailable(error: Exception) -> str | None:
    """Say which resource of the machine failed; None when the error tells of another thing.

    Args:
        error: Python's, or one of Spark that has the words of Java's in its message.
    """
    text = str(error)
    if os.strerror(errno.ENOSPC) in text or os.strerror(errno.EDQUOT) in text:
        return "its disk is full, or that of Spark's temporary files. Make room and try again"
    for code in RETRYABLE:
        if getattr(error, "errno", None) == code or os.strerror(code) in text:
            return f"its disk fails ({os.strerror(code)}). Try again"
    return None
