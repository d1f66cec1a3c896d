"""Random numbers as SQL expressions: hashes of a seed, a purpose, a customer and a month.

SQL text builds and parses several times faster than the same expression made of Columns, and the
simulator has hundreds of operators. `D` marks a double; 0.5 without D would be a decimal.
"""

import math


def uniform(seed: int, purpose: str, *columns: str) -> str:
    """Return a number uniform on (0, 1); another for each customer (and value of `columns`)."""
    bits = _hash(seed, purpose, columns)
    return f"((shiftrightunsigned({bits}, 11) + 0.5D) * {2.0**-53!r}D)"


def normal(seed: int, purpose: str, *columns: str) -> str:
    """Return a standard normal number, by the Box-Muller transform of the halves of one hash."""
    bits = _hash(seed, purpose, columns)
    radius = f"sqrt(-2 * ln((shiftrightunsigned({bits}, 32) + 0.5D) * {2.0**-32!r}D))"
    return f"({radius} * cos(({bits} & {2**32 - 1}) * {2 * math.pi * 2.0**-32!r}D))"


def integer(seed: int, purpose: str, count: int) -> str:
    """Return one of the integers from 0 to below `count`, each equally probable."""
    return f"int(floor({count} * {uniform(seed, purpose)}))"


def geometric(seed: int, purpose: str, probability: str) -> str:
    """Return the months until an event with this probability per month, by inversion; 1 or more.

    12,000 at most: later dates would lie after the year 9999.
    """
    months = f"1 + floor(ln({uniform(seed, purpose)}) / log1p(-{probability}))"
    return f"int(least({months}, 12000))"


def logistic(log_odds: str) -> str:
    """Return the probability that has these log odds."""
    return f"(1 / (1 + exp(-({log_odds}))))"


def _hash(seed: int, purpose: str, columns: tuple[str, ...]) -> str:
    return f"xxhash64('{seed} {purpose}', {', '.join(('customer_id', *columns))})"
