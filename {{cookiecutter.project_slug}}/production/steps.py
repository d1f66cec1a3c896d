"""The monthly run: which jobs, in which order, with which options. It is described here only.

`nox -s monthly` runs it, and the descriptions for schedulers are made from it or tested against it.
This file needs the standard library only, so that any scheduler can read it.
"""

from typing import NamedTuple

BAD_INPUT, ACT, NOT_DUE = 2, 3, 99
"""Exit codes of a step; the last one says that it has nothing to do this month."""


class Step(NamedTuple):
    """A job of the monthly run.

    options: its command line, with the PLACES and {as_of}.
    needs: the jobs that must have ended before it, where they are part of the run.
    retrains: whether the step is part of a training, which is not needed each month.
    takes_version: whether the step predicts with a model, whose `--version` may be named.
    """

    job: str
    options: tuple[str, ...]
    needs: tuple[str, ...] = ()
    retrains: bool = False
    takes_version: bool = False


CHECK = Step("check_usage", ("--usage={usage}", "--as-of={as_of}", "--reports={reports}"))

STEPS = (
    CHECK,
{% if cookiecutter.use_cases != "churn-prediction" %}
    Step(
        "forecast_growth",
        (
            "--usage={usage}",
            "--horizon=12",
            "--as-of={as_of}",
            "--output={outputs}/forecasts",
            "--reports={reports}",
        ),
        needs=("check_usage",),
    ),
    Step(
        "monitor_growth",
        (
            "--usage={usage}",
            "--forecasts={outputs}/forecasts",
            "--as-of={as_of}",
            "--reports={reports}",
        ),
        needs=("forecast_growth",),
    ),
{% endif %}
{% if cookiecutter.use_cases != "growth-forecasting" %}
    Step(
        "train_churn",
        (
            "--usage={usage}",
            "--customers={customers}",
            "--horizon=3",
            "--as-of={as_of}",
            "--reports={reports}",
        ),
        needs=("check_usage",),
        retrains=True,
    ),
    Step(
        "promote_model",
        ("--run-log={reports}/runs",),
        needs=("train_churn",),
        retrains=True,
    ),
    Step(
        "score_churn",
        (
            "--usage={usage}",
            "--customers={customers}",
            "--as-of={as_of}",
            "--output={outputs}/churn",
            "--reports={reports}",
        ),
        needs=("check_usage", "promote_model"),
        takes_version=True,
    ),
    Step(
        "monitor_churn",
        (
            "--usage={usage}",
            "--scores={outputs}/churn",
            "--as-of={as_of}",
            "--reports={reports}",
        ),
        needs=("score_churn",),
    ),
{% endif %}
)
"""The steps of a month, in their order."""

QUARTER = 3
"""Months after which a model is trained again, if no monitor asks for it earlier."""

{% if cookiecutter.use_cases == "growth-forecasting" %}
AFTER_ACT: dict[str, tuple[str, ...]] = {}
{% else %}
AFTER_ACT = {"monitor_churn": ("train_churn", "promote_model", "score_churn")}
{% endif %}
"""Job -> what runs after it if it says act, unless the month has had a training."""
