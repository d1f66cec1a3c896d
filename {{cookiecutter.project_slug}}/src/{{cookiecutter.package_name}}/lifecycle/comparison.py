"""Comparison: challenger and champion on the holdout that neither has seen."""

from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from ..errors import BadInputError
from ..training.columns import LABEL
from .loading import load
from .measured import load_measured
from .registration import HOLDOUT
from .store import CHALLENGER, CHAMPION, NoModelError, find, find_champion, open_store

RESAMPLES = 500
LEVEL = 0.9
"""Of the interval of a comparison, by the bootstrap."""


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


def compare(name: str) -> Comparison | None:
    """Compare the challenger with the champion; None when there is no champion yet.

    Both score the holdout of the challenger's training, which is the newest. The interval is that
    of a paired bootstrap.

    Raises:
        NoModelError: when there is no challenger, or it is the champion already.
    """
    import mlflow
    from scipy.stats import bootstrap
    from sklearn.metrics import roc_auc_score

    client = open_store()
    challenger = find(client, name, CHALLENGER)
    champion = find_champion(client, name)
    if champion is None:
        return None
    if champion.version == challenger.version:
        raise NoModelError(
            f"model {name}: version {champion.version}, the one trained last, is the champion "
            "already. Train another."
        )
    with TemporaryDirectory() as folder:
        path = mlflow.artifacts.download_artifacts(
            run_id=challenger.run_id, artifact_path=HOLDOUT, dst_path=folder
        )
        holdout = pd.read_parquet(path)
    loaded = [load(name, alias) for alias in (CHALLENGER, CHAMPION)]
    if loaded[0].about != loaded[1].about:
        raise BadInputError(
            f"model {name}: the challenger predicts for {loaded[0].about}, the champion for "
            f"{loaded[1].about}. Train the challenger for the same."
        )
    chances = []
    for version, (_, kept, _) in zip((challenger, champion), loaded, strict=True):
        model = load_measured(version.run_id) or kept
        missing = [column for column in model.kinds if column not in holdout.columns]
        if missing:
            raise BadInputError(
                f"model {name}: the champion needs {len(missing)} columns that the newest holdout "
                f"lacks, for example {missing[0]}. Train the challenger on a table that has them."
            )
        chances.append(model.estimator.predict_proba(holdout[list(model.kinds)])[:, 1])

    def difference(label: Any, first: Any, second: Any) -> float:
        return float(roc_auc_score(label, first) - roc_auc_score(label, second))

    label = holdout[LABEL].to_numpy()
    found = bootstrap(
        (label, *chances),
        difference,
        paired=True,
        vectorized=False,
        n_resamples=RESAMPLES,
        confidence_level=LEVEL,
        method="percentile",
        rng=0,
    )
    return Comparison(
        str(challenger.version),
        str(champion.version),
        float(roc_auc_score(label, chances[0])),
        float(roc_auc_score(label, chances[1])),
        float(found.confidence_interval.low),
        float(found.confidence_interval.high),
        len(holdout),
    )
