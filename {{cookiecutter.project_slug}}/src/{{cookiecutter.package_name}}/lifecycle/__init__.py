"""The life of a model, from training to champion and back: MLflow, with aliases.

Models are registered under a name. The one trained last is its `challenger`; the one that is used
is its `champion`. The store is models/ (sqlite, and files beside it), or the server that
MLFLOW_TRACKING_URI names; MLFLOW_EXPERIMENT_NAME says where runs go there.
"""

from .comparison import LEVEL, Comparison, NotComparableError, compare
from .loading import TRUSTED, Registered, load
from .promotion import BASELINE, Verdict, judge, promote, roll_back
from .registration import fingerprint, register
from .removal import delete_old
from .store import CHALLENGER, CHAMPION, NoModelError, UnusableModelError

__all__ = [
    "BASELINE",
    "CHALLENGER",
    "CHAMPION",
    "LEVEL",
    "TRUSTED",
    "Comparison",
    "NoModelError",
    "NotComparableError",
    "Registered",
    "UnusableModelError",
    "Verdict",
    "compare",
    "delete_old",
    "fingerprint",
    "judge",
    "load",
    "promote",
    "register",
    "roll_back",
]
