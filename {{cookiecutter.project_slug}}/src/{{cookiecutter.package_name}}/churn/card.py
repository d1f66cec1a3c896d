"""The model card: what a model is, how good it is, and what to mind when it is used."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..reporting.files import as_table

TITLE = "Who will churn?"


def card(
    facts: Mapping[str, Any], methods: Sequence[Mapping[str, Any]], importance: Mapping[str, float]
) -> str:
    """Write a model card in Markdown (Mitchell et al., 2019).

    Args:
        facts: what the training was told and came to, by name.
        methods: the scores of each method, a record each.
        importance: feature -> what it is worth, in ROC AUC.
    """
    about = [{"": name, "what": value} for name, value in facts.items()]
    features = [
        {"feature": name, "ROC AUC lost without it": worth}
        for name, worth in sorted(importance.items(), key=lambda item: -item[1])
    ]
    return f"""# {TITLE}

{as_table(about)}

## How good it is

Measured on rows that it was not trained on.

{as_table(methods)}

roc_auc: the chance that a churner ranks above another. pr_auc: average precision. brier: squared
error of the chances. ece: how far chances are from what comes true. lift_at_10: how many times
more churners are in the tenth ranked highest than among all.

## What it looks at

{as_table(features)}

## What to mind

It tells who is likely to leave, not why, nor whom an offer would keep. It holds as long as new
customers are like those that it was trained on: train again, and compare, when they change."""
