"""Promotion of a challenger to champion, and rollback.

A version replaces the champion in one of these ways only:

- there is no champion, and the version is good enough on its own (see `shortcomings`);
- the champion cannot be loaded here, and the version is good enough on its own;
- both are compared on the version's holdout, and it is better by more than chance
  (the rule: Comparison.decided_by);
- the caller forces it (`force`), or restores the previous champion (`roll_back`).
"""

from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple

from .comparison import (
    LEAST_OF_AN_OUTCOME,
    Comparison,
    InconclusiveError,
    UnusableChampionError,
    compare,
    refuse_champion,
)
from .store import CHALLENGER, CHAMPION, NoModelError, find, find_champion, open_store

BEFORE = "champion_before"
"""The tag of a version that was made champion, naming the one that it took over from."""

ROLLED_BACK = "rolled_back"
"""The tag of a former champion that a rollback has replaced."""

LARGEST_ECE = 0.05
"""Largest expected calibration error of a champion without comparison, above that of chance."""

GROUPS = 10
"""Number of groups of rows in the expected calibration error."""

BASELINE = "recency_roc_auc"
"""The metric of a run that holds the ROC AUC of recency; without it, 0.5 has to be exceeded."""


class Verdict(NamedTuple):
    """Whether a version is to become the champion, and why."""

    version: str
    champion: str | None
    promoted: bool
    reason: str
    comparison: Comparison | None = None


def judge(name: str, version: str | None = None, force: bool = False) -> Verdict:
    """Decide whether the challenger, or another version, is to become the champion.

    Args:
        name: of the model.
        version: to judge instead of the challenger; one that was rolled back has to be named.
        force: promote without comparing.

    Raises:
        NoModelError: when there is no such version, or the one named is the champion already.
        BadInputError: when the models are for different horizons or tables.
    """
    client = open_store()
    challenger = find(client, name, version or CHALLENGER)
    champion = find_champion(client, name)
    number, before = str(challenger.version), str(champion.version) if champion else None
    if number == before and version is None:  # this command again, after it promoted
        told = "it is the champion already, and no model was trained since"
        return Verdict(number, before, False, told)
    refuse_champion(name, challenger, champion)
    if challenger.tags.get(ROLLED_BACK) and version is None:
        told = f"version {number} was rolled back. Train another, or name it: --version {number}"
        return Verdict(number, before, False, told)
    if force:
        return Verdict(number, before, True, "by --force, not compared")
    try:
        found = compare(name, number)
    except InconclusiveError as error:
        return Verdict(number, before, False, str(error))
    except UnusableChampionError as error:
        reasons = shortcomings(client.get_run(challenger.run_id).data.metrics)
        told = f"the champion cannot be compared: {error}"
        return Verdict(number, before, not reasons, _alone(told, number, reasons))
    if found is None:
        reasons = shortcomings(client.get_run(challenger.run_id).data.metrics)
        return Verdict(number, before, not reasons, _alone("the first one", number, reasons))
    told = "not better by more than chance"
    if found.better:
        told = f"better by more than chance in {found.decided_by}"
    return Verdict(number, before, found.better, told, found)


def _alone(told: str, version: str, reasons: list[str]) -> str:
    if not reasons:
        return f"{told}; good enough on its own"
    return (
        f"{told}; version {version} is not good enough on its own: {'; '.join(reasons)}. Train "
        f"on more data, or promote it with --version {version} --force"
    )


def shortcomings(metrics: Mapping[str, float]) -> list[str]:
    """Say why a model, by the metrics of its run, is not good enough to be champion on its own.

    It has to rank better than recency alone, and its probabilities have to be calibrated: the
    expected calibration error may be LARGEST_ECE above the error of chance alone in GROUPS groups
    of these rows (the mean absolute deviation of a share, sqrt(2 / pi) of its standard error).
    """
    missing = [name for name in ("roc_auc", "ece", "rows", "churned") if name not in metrics]
    if missing:
        return [f"its run has no metric {missing[0]}"]
    rows, churned = metrics["rows"], metrics["churned"]
    rarer = round(rows * min(churned, 1 - churned))
    if rarer < LEAST_OF_AN_OUTCOME:
        return [f"{rarer} of the {rows:,.0f} rows it was measured on are of the rarer outcome"]
    reasons = []
    baseline = metrics.get(BASELINE, 0.5)
    if metrics["roc_auc"] <= baseline:
        reasons.append(f"ROC AUC {metrics['roc_auc']:.3f} is not above recency's {baseline:.3f}")
    chance = 0.8 * sqrt(churned * (1 - churned) * GROUPS / rows)
    if metrics["ece"] > LARGEST_ECE + chance:
        largest = f"{LARGEST_ECE + chance:.3f}"
        reasons.append(f"calibration error {metrics['ece']:.3f} is above {largest}")
    return reasons


def promote(name: str, version: str | None = None) -> str:
    """Make the challenger, or another version, the champion, without comparing. See `judge`.

    Returns:
        Its version.
    """
    client = open_store()
    challenger = find(client, name, version or CHALLENGER)
    before = find_champion(client, name)
    client.set_model_version_tag(name, challenger.version, BEFORE, before.version if before else "")
    if challenger.tags.get(ROLLED_BACK):
        client.delete_model_version_tag(name, challenger.version, ROLLED_BACK)
    client.set_registered_model_alias(name, CHAMPION, challenger.version)
    return str(challenger.version)


def roll_back(name: str) -> tuple[str, str]:
    """Make the champion before this one the champion again.

    The version that is left gets the tag ROLLED_BACK: `judge` passes it over unless it is named.

    Returns:
        The versions that is no longer champion, and that is again.

    Raises:
        NoModelError: when there is no champion, or was none before it.
    """
    client = open_store()
    champion = find(client, name, CHAMPION)
    before = champion.tags.get(BEFORE)
    if not before:
        raise NoModelError(
            f"model {name}: version {champion.version} is the first champion; there is none before "
            "it to return to."
        )
    find(client, name, before)
    client.set_model_version_tag(name, champion.version, ROLLED_BACK, "true")
    client.set_registered_model_alias(name, CHAMPION, before)
    return str(champion.version), str(before)
