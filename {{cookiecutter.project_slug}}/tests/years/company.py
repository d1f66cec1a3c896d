"""A simulated company that lives for five years: its usage by month, and what happens to it."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

MONTHS = [date(2021 + month // 12, month % 12 + 1, 1) for month in range(60)]
BEFORE = 24
"""Months of usage that are there before the first run."""
RUNS = MONTHS[BEFORE:]

PARTS = 4
"""Files in which a month of usage arrives."""

AT_FIRST, NEW, SEED = 500, 10, 0
"""Customers of the first month, and those who come in each later one."""

PLANS = {"basic": (50, 0.03), "standard": (100, 0.02), "premium": (200, 0.01)}
"""Plan -> usage of a month, and the probability to leave in it."""

PRICE, PRICE_PLAN, PRICE_STEP = 10, "premium", 0.7
SEASON, SEASON_SIZE = 30, 0.15
PLAN, PLAN_CUSTOMERS = 34, 60
"""Runs of three events, and how large these are."""


class Event(NamedTuple):
    """What happens in a month.

    run: number of the run that meets it, from 1.
    noticed: what has to tell of it: the check, or words of the run's error or warning.
    mends: whether the input has to be corrected before the run can go on.
    """

    name: str
    run: int
    noticed: str
    mends: bool = False


EVENTS = (
    Event("month comes late", 2, "before --as-of", mends=True),
    Event("month comes twice", 3, "stand more than once", mends=True),
    Event("unit error", 4, "usage act", mends=True),
    Event("one more column", 5, "columns watch"),
    Event("lost file", 6, "rows act", mends=True),
    Event("killed run", 14, "exit code 137"),
    Event("full disk", 18, "its disk is full"),
{% if cookiecutter.use_cases != "churn-prediction" %}
    Event("price change", PRICE, "bias act"),
    Event("forecasts know the price", PRICE + 12, "bias act"),
    Event("other season", SEASON, "bias act"),
{% else %}
    Event("price change", PRICE, "usage watch"),
    Event("other season", SEASON, "usage act"),
{% endif %}
    Event("new plan", PLAN, "new act"),
)
{% if cookiecutter.use_cases != "churn-prediction" %}
"""Forecasts repeat the year before, so their errors change again a year after the price."""
{% endif %}


class Company:
    """The tables of the company, which arrive month by month in a folder."""

    def __init__(self, folder: Path) -> None:
        """Let the customers live, and deliver the months before the first run."""
        self.folder = folder
        self.customers, self.usage = _lives(np.random.default_rng(SEED))
        for name in ("usage", "customers"):
            (folder / name).mkdir(parents=True)
        for month in range(BEFORE):
            self.deliver(month)

    def deliver(
        self,
        month: int,
        parts: Iterable[int] = range(PARTS),
        change: Callable[[pd.DataFrame], pd.DataFrame] = lambda rows: rows,
        ending: str = "",
    ) -> None:
        """Write a month's files, or some of them, and the customers of that month."""
        rows = self.usage[self.usage["month"] == MONTHS[month]]
        for part in parts:
            file = self.folder / "usage" / f"{MONTHS[month]}-{part}{ending}.parquet"
            change(rows[rows["part"] == part].drop(columns="part")).to_parquet(file, index=False)
        known = self.customers[self.customers["signup_month"] <= MONTHS[month]]
        known.to_parquet(self.folder / "customers" / "all.parquet", index=False)

    def arrive(self, run: int, event: str | None) -> None:
        """Let a month's usage arrive, as its event has it."""
        month = BEFORE + run - 1
        if event == "unit error":
            self.deliver(month, change=lambda rows: rows.assign(usage=rows["usage"] * 1000))
        elif event == "one more column":
            self.deliver(month, change=lambda rows: rows.assign(currency="EUR"))
        elif event != "month comes late":
            self.deliver(month, range(PARTS - (event == "lost file")))
        if event == "month comes twice":
            self.deliver(month, ending="-again")

    def correct(self, run: int) -> None:
        """Correct a month's input."""
        for doubled in (self.folder / "usage").glob("*-again.parquet"):
            doubled.unlink()
        self.deliver(BEFORE + run - 1)


def _lives(random: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the customers, and their usage in the months in which they use anything.

    Usage falls in the last three months of a customer's life. Every third customer uses the product
    in three of four months only.
    """
    first = [0] * AT_FIRST + [month for month in range(1, len(MONTHS)) for _ in range(NEW)]
    plans = [*random.choice(list(PLANS), len(first)), *["flat"] * PLAN_CUSTOMERS]
    first += [BEFORE + PLAN - 1] * PLAN_CUSTOMERS
    rows = []
    for number, (start, plan) in enumerate(zip(first, plans, strict=True)):
        mean, risk = PLANS.get(plan, PLANS["standard"])
        level, often = mean * random.lognormal(0, 0.4), random.choice([0.75, 1, 1])
        end = start + random.geometric(risk)
        for month in range(start, min(end, len(MONTHS))):
            falls = 0.7 ** max(0, 3 - (end - month) + 1)
            usage = level * falls * random.lognormal(0, 0.15) * _season(month)
            if plan == PRICE_PLAN and month >= BEFORE + PRICE - 1:
                usage *= PRICE_STEP
            if month == start or random.random() < often:
                rows.append((f"C{number:05}", MONTHS[month], usage, number % PARTS))
    signed_up = [MONTHS[start] for start in first]
    ids = [f"C{number:05}" for number in range(len(first))]
    customers = pd.DataFrame({"customer_id": ids, "plan": plans, "signup_month": signed_up})
    return customers, pd.DataFrame(rows, columns=["customer_id", "month", "usage", "part"])


def _season(month: int) -> float:
    """Return a month's usage as a multiple of its year's: most in December, later in June."""
    wave = np.cos((month + 1) * np.pi / 6)
    return float(1 + SEASON_SIZE * (-wave if month >= BEFORE + SEASON - 1 else wave))
