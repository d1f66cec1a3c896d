"""Which customers are worth an offer, and what contacting the best of them would earn."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from .. import job

BINS = 20
"""Points of the profit curve."""


@dataclass(frozen=True)
class Point:
    """A point of the profit curve: customers contacted, the best first, and the profit."""

    customers: int
    profit: float


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of offers to a job's parser."""
    parser.add_argument(
        "--offer-cost", type=job.not_negative, help="what an offer to one customer costs"
    )
    parser.add_argument(
        "--save-rate", type=job.share, help="share of churners who stay if they get the offer"
    )
    parser.add_argument(
        "--value", type=job.not_negative, default=1.0, help="value of a unit of usage (default: 1)"
    )


def check_arguments(parser: ArgumentParser, args: Namespace) -> None:
    """End the job if an option of offers is missing, or if there is no usage."""
    if (args.offer_cost is None) != (args.save_rate is None):
        parser.error("give both --offer-cost and --save-rate, or neither")
    if args.offer_cost is not None and not args.usage:
        parser.error("--offer-cost needs --usage, to compute the usage that an offer may keep")


def expected_profit(
    churn: Column, horizon: int, cost: float, save_rate: float, value: float
) -> Column:
    """Return what an offer to a customer earns on average, within the horizon.

    It is churn_probability * save_rate * value * usage at stake - cost. At stake is the usage of a
    customer who stays: expected_usage / (1 - churn_probability), at most the mean usage in each
    period of the horizon. Null where one of them is; customers who have churned already lose
    nothing more, so an offer to them is its cost.

    Args:
        churn: the score, of rows with expected_usage and mean_usage.
        horizon: periods without usage that are churn.
        cost: of an offer.
        save_rate: share of churners who stay if they get the offer.
        value: of a unit of usage.
    """
    stays = F.try_divide(F.col("expected_usage"), 1 - churn)
    at_stake = F.least(stays, horizon * F.col("mean_usage"))
    profit = churn * save_rate * value * at_stake - cost
    return F.when(churn < 1, profit).when(churn == 1, F.lit(-float(cost)))


def profit_curve(scores: DataFrame) -> list[Point]:
    """Return points of the profit curve: the profit of contacting the best, by their number.

    Spark counts and sums within BINS quantiles of expected_profit; nothing is sorted as a whole.
    """
    known = scores.where("expected_profit IS NOT NULL AND churn_probability < 1")
    shares = [place / BINS for place in range(BINS + 1)]
    [edges] = known.agg(F.percentile_approx("expected_profit", shares, 10_000)).collect()[0]
    if not edges:
        return [Point(0, 0.0)]
    # zero is an edge too: there the curve is at its highest
    bounds = sorted({*edges, 0.0})
    place = F.size(F.filter(F.lit(bounds), lambda bound: bound < F.col("expected_profit")))
    rows = (
        known.groupBy(place.alias("bin"))
        .agg(F.count("*").alias("customers"), F.sum("expected_profit").alias("profit"))
        .orderBy(F.desc("bin"))
        .collect()
    )
    points = [Point(0, 0.0)]
    for row in rows:
        points.append(Point(points[-1].customers + row.customers, points[-1].profit + row.profit))
    return points


def as_records(points: Sequence[Point]) -> list[dict[str, float]]:
    """Return the points as records for a report."""
    return [asdict(point) for point in points]
