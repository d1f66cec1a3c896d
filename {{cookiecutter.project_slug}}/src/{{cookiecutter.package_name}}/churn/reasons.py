"""Why a customer has its score: Shapley values of groups of features, in plain words.

The model is a mean of the probabilities of different models, of any trainer. Exact Shapley values
of a regression, or of trees (TreeSHAP), therefore do not explain its probability. Contributions
along permutations of the features do (Castro, Gomez and Tejada, 2009): features are changed one
after another from a typical customer's to the customer's own, and each is credited with the change
of the probability. The contributions of a permutation add up to the whole difference, and so do
their means. Permutations come in pairs, each with its reverse, which errs less (Mitchell et al.,
2022). The package shap would add numba and llvmlite, and computes the same here.

Features that mean the same are changed together, as one reason. If they were changed separately,
they would share the effect, and the model would score impossible customers, whose recency
contradicts their frequency.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..periods import MONTH, Frequency
from ..tables import quoted
from ..training import Model
from ..training.columns import as_kinds
from .features import at_risk
from .reason_words import GROUPS, in_words

Floats = NDArray[np.float64]

PAIRS = 4
"""Permutations, each of which is used in both directions."""

TOLD = 3
"""Number of reasons in a row; the effects of the others are summed."""

ROWS_AT_ONCE = 50_000
"""Rows that the model scores in one call, approximate."""

NAMES = tuple(f"{what}_{place}" for place in range(1, TOLD + 1) for what in ("reason", "effect"))

COLUMNS = ("base_probability", *NAMES, "other_effects")
"""Columns of reasons: base_probability and all effects add up to the model's probability."""

EXPLAINED = "explained"


def with_reasons(
    rows: DataFrame, model: Model, typical: pd.DataFrame, frequency: Frequency = MONTH
) -> DataFrame:
    """Add the TOLD strongest reasons of each row's score, computed in batches in Python workers.

    Args:
        rows: the features that the model scores.
        model: a trained model.
        typical: see `typical_row`.
        frequency: of the usage that features are of.

    Returns:
        `rows` with COLUMNS: base_probability (of the typical customer); reason_1 and effect_1 (what
        the score gains or loses by it), and so on, the strongest first; other_effects (their sum).
    """
    estimator, kinds = model.estimator, model.kinds
    groups = groups_of(list(kinds))

    def explain(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):  # Spark already runs one worker per core
            for batch in batches:
                base, effects = shapley_values(estimator, batch, typical, groups)
                yield strongest(base, effects, batch, groups, frequency)

    types = ", ".join(f"{n} {'string' if n.startswith('reason') else 'double'}" for n in COLUMNS)
    # a filter on a deterministic UDF's output is pushed below it, and the UDF runs twice
    explain_udf = F.pandas_udf(explain, types).asNondeterministic()  # type: ignore[call-overload]
    explained = rows.withColumn(EXPLAINED, explain_udf(F.struct(*as_kinds(rows, kinds))))
    return explained.select(*map(quoted, rows.columns), f"{EXPLAINED}.*")


def with_reasons_at_risk(
    rows: DataFrame, model: Model, horizon: int, frequency: Frequency = MONTH
) -> DataFrame:
    """Add COLUMNS to features of usage: reasons of the customers at risk, and of those who left.

    Customers who have churned already have a score of 1 and one reason: no usage. Customers whose
    usage is always null (`unknown`) have no score and no reasons.
    """
    is_scored = at_risk(horizon) & ~F.col("unknown")
    scored = rows.where(is_scored)
    typical = typical_row(scored, model)
    base = F.lit(float(model.estimator.predict_proba(typical)[0, 1]))
    base = F.when(~F.isnan(base), base)  # without customers at risk there is no typical customer
    left = {
        "base_probability": base,
        "reason_1": F.lit(f"no usage for {horizon} {frequency.name}s or more: has churned already"),
        "effect_1": 1 - base,
        "other_effects": F.lit(0.0),
    }
    others = rows.where(~is_scored).withColumns(
        {name: F.when(~F.col("unknown"), left.get(name, F.lit(None))) for name in COLUMNS}
    )
    return with_reasons(scored, model, typical, frequency).unionByName(others)


def typical_row(rows: DataFrame, model: Model) -> pd.DataFrame:
    """Return a frame of one row: the medians of numbers, and the most frequent categories."""
    values = rows.select(*as_kinds(rows, model.kinds))
    found = values.agg(
        *(
            (F.mode(quoted(name), True) if kind == "category" else F.median(quoted(name))).alias(
                name
            )
            for name, kind in model.kinds.items()
        )
    ).toPandas()
    numbers = {name: float for name, kind in model.kinds.items() if kind == "number"}
    return found.astype(numbers).fillna(dict.fromkeys(model.kinds.keys() - numbers, ""))


def groups_of(columns: Sequence[str]) -> dict[str, list[str]]:
    """Return the features that are one reason, by its name: those of usage, and each other one."""
    found = {
        name: [column for column in members if column in columns]
        for name, members in GROUPS.items()
    }
    grouped = {column for members in found.values() for column in members}
    return {name: members for name, members in found.items() if members} | {
        column: [column] for column in columns if column not in grouped
    }


def shapley_values(
    estimator: Any, rows: pd.DataFrame, typical: pd.DataFrame, groups: Mapping[str, Sequence[str]]
) -> tuple[float, Floats]:
    """Return the typical customer's probability, and what each group adds to it in each row.

    Returns:
        A number, and (rows, groups): they add up to the probability that the estimator gives.
    """
    orders, changed = _coalitions(len(groups))
    place_of = {column: place for place, name in enumerate(groups) for column in groups[name]}
    size = max(1, ROWS_AT_ONCE // len(changed))
    effects = np.zeros((len(rows), len(groups)))
    base = float(estimator.predict_proba(typical)[0, 1])
    for start in range(0, len(rows), size):
        part = rows.iloc[start : start + size]
        mixed = pd.DataFrame(
            {
                column: np.where(
                    changed[:, [place_of[column]]],
                    part[column].to_numpy()[None, :],
                    typical[column].iloc[0],
                ).ravel()
                for column in place_of
            }
        )
        scores = estimator.predict_proba(mixed)[:, 1].reshape(len(changed), len(part))
        for order in orders:
            before = np.full(len(part), base)
            for group, coalition in order:
                effects[start : start + size, group] += (scores[coalition] - before) / len(orders)
                before = scores[coalition]
    return base, effects


def strongest(
    base: float,
    effects: Floats,
    rows: pd.DataFrame,
    groups: Mapping[str, Sequence[str]],
    frequency: Frequency = MONTH,
) -> pd.DataFrame:
    """Return COLUMNS for each row."""
    names = list(groups)
    order = np.argsort(-np.abs(effects), axis=1, kind="stable")
    found: dict[str, Any] = {"base_probability": np.full(len(rows), base)}
    records: list[Any] = rows.to_dict("records")
    others = effects.sum(axis=1)
    for place in range(TOLD):
        if place >= len(names):
            found |= {f"reason_{place + 1}": None, f"effect_{place + 1}": np.nan}
            continue
        effect = np.take_along_axis(effects, order[:, [place]], axis=1)[:, 0]
        others = others - effect
        found[f"reason_{place + 1}"] = [
            in_words(names[at], record, frequency)
            for at, record in zip(order[:, place], records, strict=True)
        ]
        found[f"effect_{place + 1}"] = effect
    return pd.DataFrame(found | {"other_effects": others}, columns=list(COLUMNS))


def _coalitions(count: int) -> tuple[list[list[tuple[int, int]]], NDArray[np.bool_]]:
    """Return permutations of groups, and the sets of changed groups that they go through.

    Returns:
        For each permutation a list of (group, place of the set after it is changed), and the sets:
        (sets, groups).
    """
    random = np.random.default_rng(0)
    orders = []
    for _ in range(PAIRS):
        order = random.permutation(count)
        orders += [order, order[::-1]]
    places: dict[tuple[bool, ...], int] = {}
    found = []
    for order in orders:
        changed, steps = [False] * count, []
        for group in order:
            changed[group] = True
            steps.append((int(group), places.setdefault(tuple(changed), len(places))))
        found.append(steps)
    return found, np.array(list(places), dtype=bool)
