"""Comparison: challenger and champion on the holdout that neither has seen."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import BadInputError
from ..training import Model
from ..training.columns import LABEL
from .holdout import NO_HOLDOUT, load_holdout
from .measured import load_measured
from .store import (
    CHALLENGER,
    NoModelError,
    UnusableModelError,
    find,
    find_champion,
    open_store,
)

RESAMPLES = 500
LEVEL = 0.9
"""Level of the interval of a comparison, by the bootstrap."""

LEAST_OF_AN_OUTCOME = 10
"""Minimum number of customers of each outcome in a comparison; with fewer, chance decides."""


@dataclass(frozen=True)
class Comparison:
    """How much challenger and champion differ on the newest holdout.

    challenger, champion: their versions.
    lower, upper: the interval of the challenger's ROC AUC less the champion's.
    rows: of the holdout.
    brier_lower, brier_upper: the interval of the challenger's Brier score, the mean squared error
        of its probabilities, less the champion's.
    """

    challenger: str
    champion: str
    challenger_auc: float
    champion_auc: float
    lower: float
    upper: float
    rows: int
    challenger_brier: float
    champion_brier: float
    brier_lower: float
    brier_upper: float

    @property
    def difference(self) -> float:
        """The challenger's area less the champion's."""
        return self.challenger_auc - self.champion_auc

    @property
    def brier_difference(self) -> float:
        """The challenger's Brier score less the champion's; below 0 it is better."""
        return self.challenger_brier - self.champion_brier

    @property
    def decided_by(self) -> str | None:
        """The figure by which the challenger is better by more than chance; None: it is not.

        Its ROC AUC is higher, with the whole interval above 0. Or its Brier score is lower, with
        the whole interval below 0, and the interval of ROC AUC does not lie wholly below 0.
        """
        if self.lower > 0:
            return "ROC AUC"
        if self.brier_upper < 0 and self.upper >= 0:
            return "Brier score, and not worse in ROC AUC"
        return None

    @property
    def better(self) -> bool:
        """Whether the challenger is better by more than chance."""
        return self.decided_by is not None


class UnusableChampionError(UnusableModelError):
    """The champion cannot be loaded, or cannot score. The message is one line."""


class NotComparableError(BadInputError):
    """Challenger and champion cannot be compared. The message is one line, and says why."""


class InconclusiveError(NotComparableError):
    """No holdout was kept, or one that is too small to compare models on. One line."""


def compare(name: str, version: str | None = None) -> Comparison | None:
    """Compare the challenger with the champion; return None when there is no champion yet.

    Both score the holdout of the challenger's training, which is the newest. Intervals are those
    of a paired bootstrap.

    Args:
        name: of the model.
        version: to compare instead of the challenger.

    Raises:
        NoModelError: when there is no challenger, or it is the champion already.
        NotComparableError: when the models are for different horizons or tables.
        InconclusiveError: when there is no holdout, or one with too few of an outcome.
        UnusableChampionError: when the champion cannot be loaded, or cannot score.
    """
    client = open_store()
    challenger = find(client, name, version or CHALLENGER)
    champion = find_champion(client, name)
    if champion is None:
        return None
    refuse_champion(name, challenger, champion)
    first = load_measured(name, challenger)
    try:
        second = load_measured(name, champion)
    except UnusableModelError as error:
        raise UnusableChampionError(str(error)) from error
    if first.about != second.about:
        raise NotComparableError(
            f"model {name}: the challenger predicts for {first.about}, the champion for "
            f"{second.about}. Train the challenger for the same, or promote it with --force."
        )
    holdout = _holdout(name, challenger)
    label = holdout[LABEL].to_numpy()
    columns = [_columns(name, found.model, holdout) for found in (first, second)]
    own = first.model.estimator.predict_proba(columns[0])[:, 1]
    try:
        others = second.model.estimator.predict_proba(columns[1])[:, 1]
    except Exception as error:  # loaded, but made by other versions of the libraries
        told = f"{type(error).__name__}: {error}".splitlines()[0]
        raise UnusableChampionError(
            f"model {name}: version {champion.version} cannot score with the installed libraries "
            f"({told})."
        ) from error
    (lower, upper), (brier_lower, brier_upper) = _intervals(label, own, others)
    (own_auc, own_brier), (auc, brier) = (
        _figures(label, found).tolist() for found in (own, others)
    )
    return Comparison(
        challenger=str(challenger.version),
        champion=str(champion.version),
        challenger_auc=own_auc,
        champion_auc=auc,
        lower=lower,
        upper=upper,
        rows=len(holdout),
        challenger_brier=own_brier,
        champion_brier=brier,
        brier_lower=brier_lower,
        brier_upper=brier_upper,
    )


def refuse_champion(name: str, challenger: Any, champion: Any) -> None:
    """Raise NoModelError when a version is the champion already."""
    if champion and champion.version == challenger.version:
        raise NoModelError(
            f"model {name}: version {champion.version}, the one to promote, is the champion "
            "already. Train another."
        )


def _holdout(name: str, challenger: Any) -> pd.DataFrame:
    """The rows that were kept with the challenger, if there are enough of both outcomes."""
    where = f"model {name}: the holdout of version {challenger.version}"
    promote = f"promote it with --version {challenger.version} --force"
    if challenger.tags.get(NO_HOLDOUT):
        raise InconclusiveError(
            f"{where} was not kept (--no-holdout), so nothing can be compared. Train without "
            f"--no-holdout, or {promote}."
        )
    holdout = load_holdout(challenger, where)
    counts = holdout[LABEL].value_counts().reindex([0, 1], fill_value=0)
    if counts.min() < LEAST_OF_AN_OUTCOME:
        raise InconclusiveError(
            f"{where} has {counts[1]} customers who churned and {counts[0]} who stayed; a "
            f"comparison needs {LEAST_OF_AN_OUTCOME} of each. Train on more customers or months, "
            f"or {promote}."
        )
    return holdout


def _columns(name: str, model: Model, holdout: pd.DataFrame) -> pd.DataFrame:
    """The columns that a model wants, in its order and as its kinds."""
    missing = [column for column in model.kinds if column not in holdout.columns]
    if missing:
        raise NotComparableError(
            f"model {name}: the champion needs {len(missing)} columns that the newest holdout "
            f"lacks, for example {missing[0]}. Train the challenger on a table that has them, or "
            "promote it with --force."
        )
    rows = holdout[list(model.kinds)].copy()
    for column, kind in model.kinds.items():
        is_text = not pd.api.types.is_numeric_dtype(rows[column])
        if kind == "number" and is_text:
            rows[column] = pd.to_numeric(rows[column], errors="coerce").astype(float)
        elif kind == "category" and not is_text:
            raise NotComparableError(
                f"model {name}: the champion needs column {column} as a category, but the "
                "newest holdout has numbers. Train the challenger on a table that holds text, or "
                "promote it with --force."
            )
    return rows


def _figures(label: Any, probability: Any) -> Any:
    """ROC AUC and Brier score."""
    from sklearn.metrics import roc_auc_score

    return np.array([roc_auc_score(label, probability), np.mean((probability - label) ** 2)])


def _intervals(label: Any, first: Any, second: Any) -> list[tuple[float, float]]:
    """The paired bootstrap's intervals of the first's `_figures` less the second's."""
    from scipy.stats import bootstrap

    found = bootstrap(
        (label, first, second),
        lambda label, first, second: _figures(label, first) - _figures(label, second),
        paired=True,
        vectorized=False,
        n_resamples=RESAMPLES,
        confidence_level=LEVEL,
        method="percentile",
        rng=0,
    ).confidence_interval
    return [*zip(found.low.tolist(), found.high.tolist(), strict=True)]
