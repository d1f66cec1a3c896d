"""The months that simulated customers live through: their usage and its truth."""

import math
from datetime import date

from pyspark.sql import DataFrame

from .random_numbers import normal, uniform
from .traits import DECLINING_HAZARD, LAST_MONTH

SHOCK = {date(2023, 9, 1): 0.7, date(2023, 10, 1): 0.8, date(2023, 11, 1): 0.9}
"""Factors of every customer's usage in the months of the shock."""

PRICE_MONTH, PRICE_PLAN, PRICE_STEP = date(2024, 7, 1), "standard", 0.85
"""Usage of the plan's customers is multiplied by PRICE_STEP from PRICE_MONTH on."""

FADE = 0.8
"""Usage of a declining customer is multiplied by FADE in each month."""

DECLINING_BUYING = 0.6
"""The probability that a buyer buys is multiplied by this while the buyer declines."""


def usage(population: DataFrame, seed: int) -> DataFrame:
    """Simulate the usage of customers.

    Returns:
        One row per customer and month, from sign-up to LAST_MONTH: customer_id, month, usage.
        Months without usage have rows too, with 0: pauses, and all months after a customer's life.
    """
    return truth(population, seed).select("customer_id", "month", "usage")


def truth(population: DataFrame, seed: int) -> DataFrame:
    """Simulate usage, with the true expected values of each month.

    Returns:
        One row per customer and month, from sign-up to LAST_MONTH: customer_id; month; usage;
        expected (mean of usage, given whether the customer lives and declines in the month);
        active_probability (of any usage, given the same); leave_probability (in the next month,
        given the same; null after the customer's life).
    """
    every_month = f"sequence(signup_month, DATE'{LAST_MONTH}', INTERVAL 1 MONTH)"
    lived = population.selectExpr("*", f"posexplode({every_month}) AS (age, month)").selectExpr(
        "*", "month < churn_month AS lives", "month >= decline_month AS declines"
    )
    # exp(noise * z) has the mean exp(noise * noise / 2)
    noise = f"exp(noise * {normal(seed, 'noise', 'month')} - noise * noise / 2)"
    bought = f"{uniform(seed, 'bought', 'month')} < {_buying('month', 'declines')}"
    return lived.selectExpr(
        "customer_id",
        "month",
        f"if(lives AND {bought}, {_mean()} * {noise}, 0) AS usage",
        f"if(lives, {_mean()} * {_buying('month', 'declines')}, 0) AS expected",
        f"if(lives, {_buying('month', 'declines')}, 0) AS active_probability",
        f"if(lives, if(declines, {DECLINING_HAZARD}D, hazard), NULL) AS leave_probability",
    )


def churn_probability(population: DataFrame, cutoff: date, horizon: int) -> DataFrame:
    """Compute the true probability that a customer uses nothing for a horizon after the cutoff.

    It is computed from all parameters, and from whether a customer lives and declines at the
    cutoff. No model can rank better.

    Returns:
        One row per customer that signed up by the cutoff: customer_id, churn_probability.
    """
    # from the last month of the horizon back to the first: the probability of no usage from that
    # month on, for a customer that declines, and one that does not (yet), in the month before
    month = f"add_months(DATE'{cutoff}', ahead)"
    healthy = f"(1 - {_buying(month, 'false')}) * later.healthy"
    declining = f"(1 - {_buying(month, 'true')}) * later.declining"
    earlier = (
        "named_struct("
        f"'healthy', hazard + (1 - hazard) * (hazard * {declining} + (1 - hazard) * {healthy}), "
        f"'declining', {DECLINING_HAZARD}D + {1 - DECLINING_HAZARD}D * {declining})"
    )
    silent = (
        f"aggregate(sequence({horizon}, 1, -1), named_struct('healthy', 1D, 'declining', 1D), "
        f"(later, ahead) -> {earlier})"
    )
    signed_up = population.where(f"signup_month <= DATE'{cutoff}'")
    return signed_up.selectExpr("*", f"{silent} AS silent").selectExpr(
        "customer_id",
        f"""CASE WHEN DATE'{cutoff}' >= churn_month THEN 1
        WHEN DATE'{cutoff}' >= decline_month THEN silent.declining
        ELSE silent.healthy END AS churn_probability""",
    )


def _buying(month: str, declines: str) -> str:
    """Return the probability of any usage in a month of a customer's life."""
    pauses = f"pmod(month({month}) - pause_from, 12) < pause"
    usual = f"if({declines} AND NOT contract, {DECLINING_BUYING}D, 1) * buying"
    return f"(CASE WHEN {month} = signup_month THEN 1 WHEN {pauses} THEN 0 ELSE {usual} END)"


def _mean() -> str:
    """Return the mean usage of a month in which the customer uses anything."""
    declined = "if(declines, 1 + months_between(month, decline_month), 0)"
    wave = f"cos((month(month) - peak) * {math.pi / 6!r}D)"
    step = "if(month >= step_month, step, 1)"
    dearer = f"plan = '{PRICE_PLAN}' AND month >= DATE'{PRICE_MONTH}'"
    price = f"if({dearer}, {PRICE_STEP}D, 1)"
    shocks = " ".join(f"WHEN DATE'{month}' THEN {left}D" for month, left in SHOCK.items())
    shock = f"CASE month {shocks} ELSE 1 END"
    trend = f"level * exp(growth * age + {math.log(FADE)!r}D * {declined})"
    return f"({trend} * (1 + season * {wave}) * {step} * {price} * {shock})"
