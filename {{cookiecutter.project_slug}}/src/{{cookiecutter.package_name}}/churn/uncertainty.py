"""Intervals of shares and of ROC curves, computed from counts alone, for few churners."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

NORMAL = 1.959964
"""Standard deviations on each side of 95 % of a normal distribution."""

GRID = np.linspace(0, 1, 2001)
"""Areas under the ROC curve that are tried as the true one."""


def share_interval(count: ArrayLike, of: ArrayLike) -> tuple[Floats, Floats]:
    """Return the 95 % interval of a share, by Wilson's score (1927).

    Args:
        count: how many of `of` were found; it need not be whole.
        of: how many there are.

    Returns:
        Lower and upper bounds, in [0, 1]. The upper bound is above 0 even if none is found.
    """
    rows = np.asarray(of, float)
    share = np.asarray(count, float) / rows
    weight = NORMAL**2 / rows
    middle = (share + weight / 2) / (1 + weight)
    half = np.sqrt(weight * share * (1 - share) + weight**2 / 4) / (1 + weight)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def auc_interval(auc: float, churned: int, stayed: int) -> tuple[float, float]:
    """Return the 95 % interval of an area under the ROC curve.

    By the variance of Hanley and McNeil (1982) at each candidate for the true area, and not at
    the measured one (Newcombe, 2006, method 5): an area of 1 has an interval too.
    """
    each = (churned + stayed) / 2 - 1
    variance = GRID * (1 - GRID) * (1 + each * ((1 - GRID) / (2 - GRID) + GRID / (1 + GRID)))
    within = NORMAL**2 * variance / (churned * stayed) >= (GRID - auc) ** 2
    within |= np.abs(GRID - auc) <= GRID[1] / 2
    return float(GRID[within][0]), float(GRID[within][-1])


def roc_band(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the band that an ROC curve lies in, from the intervals of both of its rates.

    Each threshold has a 95 % interval of the churners found, and one of the others taken for
    churners; the band reaches from one corner of the two to the opposite one (Macskassy and
    Provost, 2004, call these simultaneous joint confidence regions).

    Args:
        rows: churned (0 or 1) and churn_probability, some of each outcome.

    Returns:
        One row per share of others, from 0 to 1: others; lower and upper (churners found).
    """
    counts = rows.groupby("churn_probability")["churned"].agg(["sum", "size"]).iloc[::-1]
    churned = counts["sum"].to_numpy(float)
    stayed = (counts["size"] - counts["sum"]).to_numpy(float)
    found = np.concatenate([[0.0], churned.cumsum()])
    mistaken = np.concatenate([[0.0], stayed.cumsum()])
    found_low, found_high = share_interval(found, churned.sum())
    mistaken_low, mistaken_high = share_interval(mistaken, stayed.sum())
    others = np.linspace(0, 1, 201)
    # the ends of the curve, (0, 0) and (1, 1), need no threshold
    return pd.DataFrame(
        {
            "others": others,
            "lower": np.interp(others, mistaken_high, found_low, left=0.0),
            "upper": np.interp(others, mistaken_low, found_high, right=1.0),
        }
    )
