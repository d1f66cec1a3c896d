"""Comparison: challenger and champion on the holdout that neither has seen."""

from dataclasses import dataclass
from typing import Any

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
"""Of the interval of a comparison, by the bootstrap."""

LEAST_OF_AN_OUTCOME = 10
"""Customers who churned, and who stayed, that a comparison needs: of fewer, chance decides."""


@dataclass(frozen=True)
class Comparison:
    """By how much the challenger's ROC AUC is above the champion's on the newest holdout."""

    challenger: str
    champion: str
    challenger_auc: float
    champion_auc: float
    lower: float
    upper: float
    rows: int

    @property
    def difference(self) -> float:
        """The challenger's area less the champion's."""
        return self.challenger_auc - self.champion_auc

    @property
    def better(self) -> bool:
        """Whether the challenger is better by more than chance."""
        return self.lower > 0


class UnusableChampionError(UnusableModelError):
    """The champion cannot be loaded, or cannot score. The message is one line."""


class NotComparableError(BadInputError):
    """Challenger and champion cannot be compared. The message is one line, and says why."""


class InconclusiveError(NotComparableError):
    """No holdout was kept, or one that is too small to compare models on. One line."""


def compare(name: str, version: str | None = None) -> Comparison | None:
    """Compare the challenger with the champion; return None when there is no champion yet.

    Both score the holdout of the challenger's training, which is the newest. The interval is that
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
    except Exception as error:  # loaded well, and yet of other versions of the libraries
        told = f"{type(error).__name__}: {error}".splitlines()[0]
        raise UnusableChampionError(
            f"model {name}: version {champion.version} cannot score with the installed libraries "
            f"({told})."
        ) from error
    lower, upper = _interval(label, own, others)
    return Comparison(
        str(challenger.version),
        str(champion.version),
        _area(label, own),
        _area(label, others),
        lower,
        upper,
        len(holdout),
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
                f"model {name}: the champion takes column {column} for a category, the newest "
                "holdout holds numbers. Train the challenger on a table that holds text, or "
                "promote it with --force."
            )
    return rows


def _area(label: Any, probability: Any) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(label, probability))


def _interval(label: Any, first: Any, second: Any) -> tuple[float, float]:
    """The paired bootstrap's interval of the first's area less the second's."""
    from scipy.stats import bootstrap

    found = bootstrap(
        (label, first, second),
        lambda label, first, second: _area(label, first) - _area(label, second),
        paired=True,
        vectorized=False,
        n_resamples=RESAMPLES,
        confidence_level=LEVEL,
        method="percentile",
        rng=0,
    ).confidence_interval
    return float(found.low), float(found.high)
