"""What the charts of all subjects share."""


def short(number: float) -> str:
    """A number as a person says it: 1.8 M, 320 k, 57."""
    for size, letter in ((1e6, " M"), (1e3, " k")):
        if number >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:.0f}"
