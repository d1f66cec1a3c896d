"""The file in which a team may set rates of false alarms, and bounds of checks."""

import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ..errors import BadInputError
from .limits import Limits, Rates

RATES = ("act", "watch")


def read(path: Path | None, names: Collection[str]) -> tuple[Rates, dict[str, Limits]]:
    """Read rates and bounds from a TOML file.

    Args:
        path: the file, or None for rates of Rates and no bounds. `act = 0.001` and `watch = 0.01`
            are rates of false alarms; a table [NAME] with `low`, `high` or both holds the bounds
            of the check NAME, which then replace those of its history.
        names: of the checks that there are.

    Raises:
        BadInputError: when the file cannot be read, or something in it is not known.
    """
    if path is None:
        return Rates(), {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInputError(f"bounds ({path}): cannot be read ({error}).") from error
    unknown = found.keys() - {*RATES, *names}
    if unknown:
        known = ", ".join([*RATES, *names])
        raise BadInputError(f"bounds ({path}): {min(unknown)} is none of: {known}.")
    rates = {name: _number(path, name, found[name]) for name in RATES if name in found}
    if not all(0 < rate < 1 for rate in rates.values()):
        raise BadInputError(f"bounds ({path}): act and watch must lie between 0 and 1.")
    return Rates(**rates), {
        name: _limits(path, name, found[name]) for name in found if name in names
    }


def _limits(path: Path, name: str, given: Any) -> Limits:
    if not isinstance(given, dict) or not given or given.keys() - {"low", "high"}:
        raise BadInputError(f"bounds ({path}): [{name}] takes low, high or both, and nothing else.")
    numbers = {side: _number(path, f"{name}.{side}", value) for side, value in given.items()}
    return Limits(numbers.get("low"), numbers.get("high"))


def _number(path: Path, name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInputError(f"bounds ({path}): {name} must be a number, not {value!r}.")
    return float(value)
