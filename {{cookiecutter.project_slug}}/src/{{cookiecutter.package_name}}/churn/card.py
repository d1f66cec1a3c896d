"""The model card: what a model is, how good it is, and what to mind when it is used."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..reporting.files import as_table
from .importance import Worth

TITLE = "Who will churn?"


def card(
    facts: Mapping[str, Any], methods: Sequence[Mapping[str, Any]], importance: Mapping[str, Worth]
) -> str:
    """Write a model card in Markdown (Mitchell et al., 2019).

    Args:
        facts: what the training was told and came to, by name.
        methods: the scores of each method, a record each.
        importance: feature -> what it is worth, in ROC AUC.
    """
    about = [{"": name, "what": value} for name, value in facts.items()]
    features = [
        {"feature": name, "ROC AUC lost without it": worth.mean, "spread": worth.spread}
        for name, worth in sorted(importance.items(), key=lambda item: -item[1].mean)
    ]
    return f"""# {TITLE}

{as_table(about)}

## How good it is

Measured on rows that it was not trained on.

{as_table(methods)}

roc_auc: the probability that a random churner is scored above a random customer who stays. pr_auc:
average precision. brier: mean squared error of the probabilities. ece: mean difference between
probabilities and shares of churners. lift_at_10: how many times more churners are in the tenth
scored highest than among all.

## What it looks at

{as_table(features)}

spread: standard deviation over shuffles and samples of the holdout. A loss of less than two spreads
is not distinguishable from zero.

## What to mind

The figures are of a model that has not seen the holdout. The model that is kept was then trained
once more, on the newest rows too, so it has no figures of its own.

Attributes of customers are as they are today, unless the customers table has a column valid_from.

The model says who is likely to leave. It does not say why, or which customers an offer would keep.
It is valid while customers are like those that it was trained on. When they change, train again and
compare."""
