"""Say what the preparation of a usage table left out, with figures."""

from collections.abc import Mapping
from typing import Any

from .completeness import Period, Verdict, name_of
from .survey import Returns, Survey


def returns(found: Returns, rule: str, observed: Mapping[str, Any]) -> list[str]:
    """Return a line on negative amounts, if there are any.

    Args:
        found: their number and sum.
        rule: net or drop.
        observed: what usage.usage_by_period observed.
    """
    if not found.events:
        return []
    line = f"returns: {found.events:,} negative amounts, in all {found.total:,.6g}"
    if rule == "drop":
        return [f"{line}, are left out"]
    return [
        f"{line}, are subtracted within their period; in {observed['negative']:,} of them usage "
        f"would be negative and is 0, which leaves {observed['clipped'] or 0.0:,.6g} uncounted"
    ]


def left_out(found: Survey, last: Period, verdict: Verdict, frequency: str) -> list[str]:
    """Return lines on the events after the last period to use."""
    lines = []
    if found.left_out:
        lines.append(f"left out: {found.left_out:,} events after --as-of")
    cut = found.periods[-1]
    if cut != last:
        lines.append(
            f"cut: {name_of(cut.start, frequency)} is not complete: {_reason(cut, verdict)}. Its "
            f"{cut.events:,} events are left out; to use them: --as-of "
            f"{name_of(cut.start, frequency)}"
        )
    return lines


def suspicions(found: Survey, last: Period, verdict: Verdict, frequency: str) -> list[str]:
    """Return a sentence if the last period is used and does not look complete."""
    if verdict.is_complete or found.left_out or last != found.periods[-1]:
        return []
    return [
        f"the last {frequency}, {name_of(last.start, frequency)}, does not look complete: "
        f"{_reason(last, verdict)}"
    ]


def _reason(period: Period, verdict: Verdict) -> str:
    if not verdict.has_ended:
        return f"it ends on {period.end}, after now"
    usual = "" if verdict.usual is None else f", usually at most {verdict.usual}"
    return (
        f"its last event is of {period.last}, {verdict.silence} {verdict.unit} before its end"
        f"{usual}"
    )
