"""The periods that the global model is trained on, and how much of a history it looks at."""

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..periods import MONTH, Frequency
from ..sampling import sample_hash
from .features import largest_of
from .future import Future
from .future_choice import CHOICE_ROWS
from .history import histories
from .intermittent import Returns, takes

TRAINING_ROWS = 60_000
"""About the most rows to train on, which the driver holds; 200,000 gave no better forecasts."""

TRAINING_MONTHS, TRAINING_YEARS = 36, 3
"""Last periods of a customer that may be sampled for training: so many, and so many years."""

MOST_PERIODS = 240
"""Last periods that features are made of; more where four seasons are longer (`most_periods`)."""

MOST_OF_FEW = 30
"""Maximum length in periods of a history that is cut short for training; 2.5 seasons if longer."""

FOLDS = 3
"""Models that are trained to measure errors only; each leaves out the customers of a fold."""


def drawn_periods(
    usage: DataFrame,
    horizon: int,
    season: int,
    frequency: Frequency = MONTH,
    future: Future | None = None,
    most_rows: int | None = None,
) -> DataFrame:
    """Sample periods to forecast, and for each a cutoff in the `horizon` periods before it.

    Samples are hashes of customer and period: the same table gives the same sample, in whatever
    order its rows are.

    Args:
        usage: the usage table.
        horizon: periods to forecast.
        season: periods after which usage repeats itself.
        frequency: of the periods.
        future: known future columns; they add an array `future` with the values of all of them in
            each period of the history, and in those up to the sampled one (flattened).
        most_rows: about the most rows to sample, if they are not TRAINING_ROWS.

    Returns:
        One row per sampled period: history (array of usage up to the cutoff, of the last
        `most_periods`); step (periods from the cutoff to the sampled one); target (usage in the
        sampled period, never null); fold (of the customer, 0 to FOLDS - 1).
    """
    known = histories(usage, frequency)
    recent = max(TRAINING_MONTHS, TRAINING_YEARS * frequency.year)
    periods = F.least(F.size("usage"), F.lit(recent))
    [found] = known.agg(F.sum(periods).alias("rows")).collect()
    most = most_periods(season)
    share = (most_rows or TRAINING_ROWS) * MOST_PERIODS / most / max(found.rows or 0, 1)

    back = F.sequence(F.lit(0), F.least(F.size("usage") - 2, F.lit(recent - 1)))
    length = F.size("usage") - F.col("back") - F.col("step")
    # one in ten is cut short, so that the model knows customers who have just come
    is_cut = sample_hash("cut", "customer_id", "back") % 10 == 0
    few = 1 + sample_hash("few", "customer_id", "back") % max(MOST_OF_FEW, 5 * season // 2)
    kept = F.least(length, F.when(is_cut, few.cast("int")).otherwise(F.lit(most)))
    drawn = (
        known.where(F.size("usage") > 1)
        .withColumn("back", F.explode(back))
        .where(sample_hash("sample", "customer_id", "back") % 1_000_000 < share * 1_000_000)
        .withColumn("step", 1 + (sample_hash("step", "customer_id", "back") % horizon).cast("int"))
        .where(length >= 1)
    )
    columns = [
        F.slice("usage", length - kept + 1, kept).alias("history"),
        F.col("step"),
        F.element_at("usage", F.size("usage") - F.col("back")).alias("target"),
        (sample_hash("fold", "customer_id") % FOLDS).cast("int").alias("fold"),
    ]
    if future is not None:
        laid_out = recent + horizon + most
        drawn = future.beside(drawn, usage, laid_out, ahead=0)
        first = F.lit(laid_out + 1) - F.col("back") - F.col("step") - kept
        of_row = F.flatten(F.slice("future", first, kept + F.col("step")))
        columns.append(of_row.alias("future"))
    return drawn.select(*columns).where("target IS NOT NULL")


def periods_to_judge(
    usage: DataFrame,
    horizon: int,
    season: int,
    returns: Returns,
    frequency: Frequency,
    future: Future,
) -> pd.DataFrame:
    """Sample about CHOICE_ROWS past periods, on which future columns are judged.

    Returns:
        What `drawn_periods` returns, of customers who are not intermittent, with usage divided by
        the customer's largest.
    """
    drawn = drawn_periods(usage, horizon, season, frequency, future, CHOICE_ROWS).toPandas()
    for name in ("history", "future"):  # without Arrow, arrays are lists with None
        drawn[name] = drawn[name].map(lambda values: np.array(values, dtype=float))
    is_taken = drawn["history"].map(lambda usage: takes(usage, returns))
    drawn = drawn[~is_taken.to_numpy(dtype=bool)].reset_index(drop=True)
    largest = largest_of(drawn["history"].to_list())
    scaled = [usage / most for usage, most in zip(drawn["history"], largest, strict=True)]
    return drawn.assign(history=scaled, target=drawn["target"] / largest)


def most_periods(season: int) -> int:
    """Return how many last periods of a history features are made of."""
    return max(MOST_PERIODS, 4 * season)
