"""Forecast errors of a sum of customers, measured on the sum's own past.

Customers move together: prices, seasons and shocks concern many at once. The interval of their sum
therefore cannot be computed from their own intervals. At rolling origins in the known periods
(Tashman, 2000), a stand-in forecasts the sum of those customers who were there a season before, and
its errors are measured. The stand-in is the best of a few simple methods that are the same whether
customers are forecast one by one and summed, or summed and forecast: it costs nothing for each
customer.

Few past periods tell little. The variance of past errors is therefore blended with an assumed one,
in which the errors of any two customers have the correlation CORRELATION. Student's t distribution
widens intervals that rest on few errors.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVELS = (3, 6)
"""Numbers of last periods whose mean is the level of a sum."""

RECENT = max(LEVELS)

ORIGINS = 24
"""Rolling origins, besides those that longer horizons need."""

GROWTH_SHARES = (0.0, 0.5, 1.0)
"""Shares of the last season's growth that a stand-in lets go on for another season."""

SEASON_SHARES = (0.0, 0.5, 1.0)
"""Exponents of the last season's ups and downs: 0 forecasts the level, 1 repeats the season."""

CORRELATION = 0.03
"""Assumed correlation between the errors of two customers, chosen on simulated tables and M3."""

ASSUMED_ERRORS = 4.0
"""Weight of the assumed variance, as a number of independent past errors."""

NEAR = 1
"""Errors of so many periods before and after a period of the horizon count for it too."""


def origins(horizon: int, season: int) -> list[int]:
    """Rolling origins, as numbers of periods before the last known one; they span two seasons."""
    stride = max(1, 2 * season // ORIGINS)
    return [1 + stride * place for place in range(ORIGINS + -(-horizon // stride))]


def window(horizon: int, season: int) -> int:
    """Known periods that errors are measured in, counted from the last one."""
    return origins(horizon, season)[-1] + season + RECENT


def half_widths(
    forecast: Floats,
    independent: Floats,
    together: Floats,
    past: Floats,
    season: int,
    level: int,
) -> Floats:
    """Return the distances of an interval's bounds from the forecast of a sum.

    Args:
        forecast: (horizon,), of the sum.
        independent: (horizon,) the deviation of the sum if customers err independently.
        together: (horizon,) the same if all err alike.
        past: see `cohorts`.
        season: periods in a season.
        level: how many periods in a hundred should lie within the interval.
    """
    from scipy.special import stdtrit

    assumed = (1 - CORRELATION) * independent**2 + CORRELATION * together**2
    with np.errstate(divide="ignore", invalid="ignore"):
        alone = np.nan_to_num(independent / forecast, posinf=0.0)
    squares, counts = _past_squares(past, alone, season)
    measured = np.maximum.accumulate(squares) * forecast**2
    freedom = counts + ASSUMED_ERRORS
    variance = (counts * measured + ASSUMED_ERRORS * assumed) / freedom
    widths: Floats = np.sqrt(variance) * stdtrit(freedom, 0.5 + level / 200)
    return widths


def cohorts(origin: Floats, back: Floats, usage: Floats, horizon: int, season: int) -> Floats:
    """Return the past of a sum, as it was for the customers of each origin.

    Args:
        origin: place in `origins` of the earliest origin before which customers were there for a
            season and RECENT periods; -1 for customers who came later.
        back: periods before the last known one; those before the `window` are left out.
        usage: sum over such customers in that period.
        horizon: periods to forecast.
        season: periods in a season.

    Returns:
        (1 + origins, periods), the last known period at the end: the sum over all customers, then
        for each origin the sum over those who were there long enough before; nan if there are none.
    """
    past = np.zeros((1 + len(origins(horizon, season)), window(horizon, season)))
    is_in = back < past.shape[1]
    rows, columns = 1 + origin[is_in].astype(int), -1 - back[is_in].astype(int)
    past[rows, columns] = np.nan_to_num(usage[is_in])
    # who was there before an earlier origin was there before all later ones
    past = past[::-1].cumsum(axis=0)[::-1]
    past[rows.max(initial=0) + 1 :] = np.nan
    return past


def _past_squares(past: Floats, alone: Floats, season: int) -> tuple[Floats, Floats]:
    """Return mean squared relative errors of the best stand-in by step, and how many they are.

    Errors of origins that are nearer to each other than the horizon overlap, and count in part.

    Args:
        past: see `cohorts`.
        alone: (horizon,) the deviation of the sum, as a share of it, if customers err alone.
        season: periods in a season.
    """
    horizon, cohort = len(alone), past[1:]
    backs = np.array(origins(horizon, season))
    actual = np.full((len(backs), horizon), np.nan)
    for row, back in enumerate(backs):
        known = min(back, horizon)
        start = past.shape[1] - back
        actual[row, :known] = cohort[row, start : start + known]
    with np.errstate(divide="ignore", invalid="ignore"):
        tried = [
            (actual / _stand_in(cohort, backs, horizon, season, *kind) - 1) ** 2
            for kind in product(LEVELS, GROWTH_SHARES, SEASON_SHARES)
        ]
        size = cohort[:, -season:].sum(axis=1) / past[0, -season:].sum()
    squares = min((np.where(np.isfinite(found), found, np.nan) for found in tried), key=_mean)
    # customers who err alone weigh more in a cohort that is smaller than the sum
    share = np.clip(size, 0.01, 1)[:, None]
    squares = np.maximum(squares * share, squares - (1 / share - 1) * alone**2)

    means = np.array([_mean(squares[:, max(0, h - NEAR) : h + NEAR + 1]) for h in range(horizon)])
    spans = (backs[1] - backs[0]) * np.isfinite(squares).sum(axis=0)
    counts = spans / np.arange(1, horizon + 1)
    known_steps = np.isfinite(means)
    return np.where(known_steps, means, 0.0), np.where(known_steps, counts, 0.0)


def _stand_in(
    cohort: Floats,
    backs: NDArray[np.int64],
    horizon: int,
    season: int,
    recent: int,
    growth_share: float,
    season_share: float,
) -> Floats:
    """Forecast each cohort from its origin: its level or its last season, and its growth.

    Returns:
        (origins, horizon).
    """
    forecasts = np.empty((len(backs), horizon))
    steps = np.arange(1, horizon + 1)
    for row, back in enumerate(backs):
        known = cohort[row, : cohort.shape[1] - back]
        level, before = known[-recent:].mean(), known[: len(known) - season][-recent:].mean()
        growth = (level / before) ** growth_share
        last = known[-season:][(steps - 1) % season]
        if season_share == 1:
            forecasts[row] = last * growth ** np.ceil(steps / season)
        else:
            ups_and_downs = (last / known[-season:].mean()) ** season_share
            forecasts[row] = level * growth ** (steps / season) * ups_and_downs
    return forecasts


def _mean(squares: Floats) -> float:
    known = squares[np.isfinite(squares)]
    return float(known.mean()) if len(known) else np.inf
