"""Choose the known future columns that lower the errors of forecasts of past periods."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .features import Floats, pad_histories
from .future_effects import Known, features_with

LEAST_GAIN = 0.01
"""Share by which a column must lower the error, to be used: less may be chance."""

CHOICE_ROWS = 6_000
"""About the most past periods that columns are judged on, which the driver holds."""


class Choice(NamedTuple):
    """The columns that are used, and the error with them as a share of the one without any."""

    used: tuple[str, ...]
    error: float = 1.0


def choose(sample: pd.DataFrame, columns: Sequence[str], season: int) -> Choice:
    """Forecast past periods with and without columns, and return the columns that help.

    Each period is forecast by the baseline of the global model, from usage of before its origin
    only: nothing is fitted to the periods that are judged. Columns are added in their order, each
    if it lowers the mean error by LEAST_GAIN; all are used if together they lower it by as much
    again, as many rare holidays may.

    Args:
        sample: past periods, with histories divided by the customer's largest usage: history,
            step, target and future (training_sample.drawn_periods).
        columns: names of the columns, in the order of `future`.
        season: periods after which usage repeats itself.
    """
    if sample.empty:
        return Choice(())
    histories = sample["history"].to_list()
    usage = pad_histories(histories, season)
    steps = sample["step"].to_numpy(int)[:, None]
    target = sample["target"].to_numpy(float)
    known = known_columns(
        sample["future"], sample["history"].to_list(), usage.shape[1], len(columns), steps
    )

    def error(numbers: Sequence[int]) -> float:
        part = Known(known.held[:, :, numbers], known.ahead[:, :, numbers]) if numbers else None
        forecast = features_with(usage, steps, season, part).baseline[:, 0]
        return float(np.nanmean(np.abs(target - forecast)))

    without = error([])
    used: list[int] = []
    least = without
    for number in range(len(columns)):
        found = error([*used, number])
        if found < (1 - LEAST_GAIN) * least:
            used, least = [*used, number], found
    every = list(range(len(columns)))
    if len(used) < len(every):
        found = error(every)
        if found < (1 - LEAST_GAIN) * least:
            used, least = every, found
    if not used:
        return Choice(())
    return Choice(tuple(columns[number] for number in used), least / without)


def known_columns(
    future: pd.Series,
    histories: Sequence[Floats],
    periods: int,
    columns: int,
    steps: NDArray[np.int64],
) -> Known:
    """Lay the values of future columns out beside padded histories.

    Args:
        future: an array per customer: of each period, from the history's first one to the last
            one to forecast, the values of all columns.
        histories: of the same customers.
        periods: to which histories are padded.
        columns: number of columns.
        steps: (customers, steps), in which the last one is the last period of `future`.
    """
    held = np.full((len(histories), periods, columns), np.nan)
    ahead = np.full((*steps.shape, columns), np.nan)
    for customer, (values, history) in enumerate(zip(future, histories, strict=True)):
        table = np.asarray(values, dtype=float).reshape(-1, columns)[
            -len(history) - steps[customer, -1] :
        ]
        held[customer, periods - len(history) :] = table[: len(history)]
        ahead[customer] = table[len(history) - 1 + steps[customer]]
    return Known(held, ahead)
