"""What a job prints: its answer, then tables of figures, then notes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

WIDTH = len("rejected: ")
"""Letters of a note's label with its colon and a space; longer labels are not aligned."""


def print_answer(
    answer: str, *tables: Sequence[Mapping[str, Any]], notes: Iterable[str] = ()
) -> None:
    """Print the answer of a job in one line, then its tables, then notes.

    Args:
        answer: what the job found, with figures and units.
        tables: records, one per row; their keys are the headings, with units.
        notes: see `print_notes`.
    """
    print(answer)
    for records in tables:
        if records:
            print(f"\n{aligned(records)}")
    if any(tables):
        print()
    print_notes(notes)


def print_notes(notes: Iterable[str]) -> None:
    """Print notes, each "label: text", with all texts in one column."""
    for note in notes:
        label, _, text = note.partition(": ")
        print(f"{label + ':':<{WIDTH}}{text}")


def aligned(records: Sequence[Mapping[str, Any]]) -> str:
    """Return records as a table of aligned columns; what is not known is a dash."""
    return formatted(records, tablefmt="simple", missingval="-")


def formatted(records: Sequence[Mapping[str, Any]], **style: Any) -> str:
    """Return records as a table, in a style of tabulate; a text that looks like a number stays."""
    import pandas as pd  # jobs without a table do not wait for it

    # dtype object: in a column with floats, pandas would turn whole numbers into floats
    table = pd.DataFrame(records, dtype=object)
    texts = [
        place
        for place, column in enumerate(table)
        if any(isinstance(value, str) for value in table[column])
    ]
    shown: str = table.to_markdown(
        index=False, floatfmt=",.3f", intfmt=",", disable_numparse=texts, **style
    )
    return shown
