"""The two ways in which a job ends without being a defect of the project."""


class BadInputError(ValueError):
    """Input that cannot be used (exit code 2). The message is one line: what, where, what to do."""


class UnavailableError(RuntimeError):
    """A resource of the job (disk, store, file) is unavailable (exit code 1): retrying may help."""
