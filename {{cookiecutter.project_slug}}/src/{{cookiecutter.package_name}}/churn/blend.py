"""Method b's estimator: several models that err in different ways, averaged."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .buy_till_you_die import COUNTS, LOG_ODDS, log_odds

Floats = NDArray[np.float64]

TRAINER, RFM, OWN = "trainer", "rfm", "per-customer"
"""The members: the trainer's model on all features, the regression of five, and BG/BB."""

EQUAL = {TRAINER: 0.5, RFM: 0.25, OWN: 0.25}
"""Default weights, used unless others are clearly better. The default trainer is a mean of two."""


@dataclass
class Blend:
    """A weighted mean of probabilities.

    prior: of BG/BB.
    horizon: periods.
    members: name -> estimator with predict_proba, of all members but OWN.
    columns: name -> the columns that a member needs, which may include LOG_ODDS.
    weights: name -> weight, of each member; they sum to 1.
    """

    prior: list[float]
    horizon: int
    members: dict[str, Any]
    columns: dict[str, list[str]]
    weights: dict[str, float]

    def predict_proba(self, rows: pd.DataFrame) -> Floats:
        """Return an array of (rows, 2): the probabilities that the label is false and true."""
        each = self.each(rows)
        probability = np.sum([self.weights[name] * each[name] for name in each], axis=0)
        return np.column_stack([1 - probability, probability])

    def each(self, rows: pd.DataFrame) -> dict[str, Floats]:
        """Return the probability that the label is true, by the name of the member."""
        odds = log_odds(self.prior, self.horizon, *(rows[name].to_numpy(float) for name in COUNTS))
        known = rows.assign(**{LOG_ODDS: odds})
        return {OWN: 1 / (1 + np.exp(-odds))} | {
            name: member.predict_proba(known[self.columns[name]])[:, 1]
            for name, member in self.members.items()
        }

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages that members need, beside those that every model needs."""
        members = self.members.values()
        return tuple(name for member in members for name in getattr(member, "packages", ()))


def best_weights(churned: NDArray[np.int64], each: Mapping[str, Floats]) -> dict[str, float]:
    """Choose between EQUAL and the plain mean of some members.

    Args:
        churned: 0 or 1 for each row.
        each: name of a member -> the probabilities that it gives the rows.

    Returns:
        EQUAL, unless another mean's log loss is less by more than the standard error of the
        difference.
    """

    def loss(weights: Mapping[str, float]) -> Floats:
        probability = np.sum([weight * each[name] for name, weight in weights.items()], axis=0)
        of_outcome = np.where(churned == 1, probability, 1 - probability)
        return np.asarray(-np.log(np.clip(of_outcome, 1e-9, 1)))

    some = [names for size in range(1, len(each) + 1) for names in combinations(EQUAL, size)]
    means = [dict.fromkeys(names, 1 / len(names)) for names in some]
    best = min(means, key=lambda weights: float(loss(weights).mean()))
    gain = loss(EQUAL) - loss(best)
    error = gain.std() / np.sqrt(len(gain))
    return {**dict.fromkeys(EQUAL, 0.0), **best} if gain.mean() > error else dict(EQUAL)
