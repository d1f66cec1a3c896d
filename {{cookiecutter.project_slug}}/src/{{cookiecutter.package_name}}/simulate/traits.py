"""The true parameters of each simulated customer."""

from datetime import date

from pyspark.sql import DataFrame, SparkSession

from .random_numbers import geometric, integer, logistic, normal, uniform

LAST_MONTH = date(2025, 12, 1)
PLANS = ("basic", "standard", "premium")
REGIONS = ("north", "east", "south", "west")

BUYERS = (0.75, 0.6, 0.45)
"""The share of buyers among the customers of each plan; the others have a contract."""

REGION_RISK = (0.0, 0.3, -0.3, 0.6)
"""What each region adds to the log odds of `hazard`."""

WAVE = 6
"""Months between two campaigns; half of the new customers sign up in the month of a campaign."""

DECLINING_HAZARD = 0.3
"""The probability that a declining customer leaves in the next month."""

PARAMETERS = (
    *("customer_id", "signup_month", "plan", "region", "contract", "level", "growth", "season"),
    *("peak", "noise", "buying", "pause", "pause_from", "step_month", "step", "hazard"),
)


def population(spark: SparkSession, count: int, months: int, seed: int) -> DataFrame:
    """Simulate customers: their true parameters.

    Half of the customers are there from the first month on; the others sign up over all `months`,
    the last of which is LAST_MONTH.

    Returns:
        One row per customer. What a company knows:
        customer_id; signup_month; plan; region.
        Usage:
        level (usage at sign-up); growth (per month, of the logarithm of usage); season (amplitude,
        as a share of usage); peak (month of the year, 1 to 12); noise (standard deviation of the
        logarithm of a month's usage); step_month and step (usage is multiplied by `step` from
        `step_month` on; 1 for most).
        Months without usage:
        contract (boolean; a customer without a contract is a buyer); buying (probability of any
        usage in a month; 1 with a contract); pause (months without usage in each year, 0 to 3)
        and pause_from (its first month of the year).
        End:
        hazard (probability to leave in the next month; of those who stay, the same share begins
        to decline in that month); decline_month (first month of the decline, if the customer
        still lives then); churn_month (first month after the customer's life). Both may lie
        after LAST_MONTH.
    """
    first_month = f"add_months(DATE'{LAST_MONTH}', {1 - months})"
    named = spark.range(count).selectExpr("format_string('C%08d', id) AS customer_id")
    drawn = named.selectExpr(
        "customer_id",
        f"int(floor({months} * greatest(2 * {uniform(seed, 'signup')} - 1, 0))) AS late",
        f"{integer(seed, 'plan', len(PLANS))} AS plan_rank",
        f"{integer(seed, 'region', len(REGIONS))} AS region_rank",
        f"0.015D * {normal(seed, 'growth')} AS growth",
    )
    risk = f"-4.2D - 0.5D * plan_rank - 40 * growth + {_pick(REGION_RISK, 'region_rank')}"
    # half of the customers peak with their region, the others in any month
    regional = f"if({uniform(seed, 'regional')} < 0.5D, 3 * region_rank, NULL)"
    size_of_step = f"if({uniform(seed, 'stepped')} < 0.2D, 0.5D * {normal(seed, 'step')}, 0)"
    often = f"-0.3D + 1.2D * {normal(seed, 'buying')}"
    with_parameters = drawn.selectExpr(
        "*",
        f"add_months({first_month}, late - if({uniform(seed, 'wave')} < 0.5D, late % {WAVE}, 0))"
        " AS signup_month",
        f"{_pick(PLANS, 'plan_rank')} AS plan",
        f"{_pick(REGIONS, 'region_rank')} AS region",
        f"{uniform(seed, 'contract')} >= {_pick(BUYERS, 'plan_rank')} AS contract",
        f"50 * pow(4, plan_rank) * exp(0.8D * {normal(seed, 'level')}) AS level",
        f"0.4D * {uniform(seed, 'season')} AS season",
        f"1 + coalesce({regional}, {integer(seed, 'peak', 12)}) AS peak",
        f"0.15D * exp(0.4D * {normal(seed, 'noisiness')}) AS noise",
        f"add_months({first_month}, {integer(seed, 'step month', months)}) AS step_month",
        f"exp({size_of_step}) AS step",
        f"if({uniform(seed, 'pauses')} < 0.1D, 1 + {integer(seed, 'pause', 3)}, 0) AS pause",
        f"1 + {integer(seed, 'pause from', 12)} AS pause_from",
        f"{logistic(risk)} AS hazard",
        f"{logistic(often)} AS buys",
    )
    with_end = with_parameters.selectExpr(
        "*",
        "if(contract, 1, buys) AS buying",
        f"{geometric(seed, 'churn', 'hazard')} AS sudden",
        f"{geometric(seed, 'decline', 'hazard')} AS decline",
    )
    declined = f"decline + {geometric(seed, 'declined', f'{DECLINING_HAZARD}D')}"
    return with_end.selectExpr(
        *PARAMETERS,
        "add_months(signup_month, decline) AS decline_month",
        f"add_months(signup_month, if(sudden <= decline, sudden, {declined})) AS churn_month",
    )


def customers(population: DataFrame) -> DataFrame:
    """Select what a company knows of its customers: customer_id, signup_month, plan, region."""
    return population.select("customer_id", "signup_month", "plan", "region")


def _pick(values: tuple[float | str, ...], rank: str) -> str:
    """Return the value at a rank, which counts from 0."""
    literals = (f"'{v}'" if isinstance(v, str) else f"{v}D" for v in values)
    return f"element_at(array({', '.join(literals)}), {rank} + 1)"
