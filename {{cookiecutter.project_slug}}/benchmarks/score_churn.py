"""What score_churn keeps for later months, against the same job that keeps nothing.

The job writes a vintage with the columns of its run, the shares of features that monitor_churn
compares, and a row of the run log. The baseline writes its scores only, in place of the earlier
ones. Both run in one process, in alternation, and score the same customers.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, chdir, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pyspark.sql import DataFrame, SparkSession

from {{ cookiecutter.package_name }} import job, tables
from {{ cookiecutter.package_name }}.measuring import interleave, median_cost, median_ratio
from {{ cookiecutter.package_name }}.reporting.files import as_table
from {{ cookiecutter.package_name }}.run_log import Row
from {{ cookiecutter.package_name }}.spark.session import get_spark
from {{ cookiecutter.package_name }}.tables.destinations import Output
from {{ cookiecutter.package_name }}.training.columns import Kind
from {{ cookiecutter.package_name }}.training.drift import check_columns
from {{ cookiecutter.package_name }}.training.shares import Share

from benchmarks import _report
from jobs import promote_model, score_churn, simulate_usage, train_churn

TABLES = ("--usage", "usage", "--customers", "customers")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=job.positive, default=20_000, help="to score")
    parser.add_argument("--rounds", type=job.positive, default=5, help="runs of each")
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder to write to")
    args = parser.parse_args(arguments)

    get_spark("benchmark", own=True)
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        simulate_usage.main(["--customers", str(args.customers), "--output", "."])
        train_churn.main([*TABLES, "--horizon", "3"])
        promote_model.main([])
        contenders = {"job": partial(run, "vintages"), "scores only": partial(run_bare, "scores")}
        turns = interleave(contenders, args.rounds + 1)[1:]
    records = [
        {"contender": who, **median_cost([turn[who] for turn in turns])} for who in contenders
    ]
    ratio = median_ratio(turns, "job", "scores only")
    _report.tell(args.reports, "score_churn", {"job / scores only": ratio}, as_table(records))


def run(output: str) -> None:
    """Run the job; raise an error unless it succeeds."""
    code = job.run(score_churn.main, [*TABLES, "--output", output])
    if code:
        raise RuntimeError(f"score_churn ended with exit code {code}")


def run_bare(output: str) -> None:
    """Run the job without what it keeps."""
    with keeping_nothing():
        run(output)


@contextmanager
def keeping_nothing() -> Iterator[None]:
    """Let the job write neither vintages, nor shares of features, nor a row of the run log."""
    with ExitStack() as patches:
        for target, name, without in (
            (tables, "write_vintage", write_whole),
            (tables, "read_vintage", read_whole),
            (score_churn, "check_columns", without_shares),
            (Row, "end", lambda *_: None),
        ):
            patches.enter_context(patch.object(target, name, without))
        yield


def write_whole(
    rows: DataFrame, output: Output, run: tables.Run, keep: int | None, check: Callable[[], None]
) -> None:
    """Replace the table."""
    tables.write_table(rows, output, check)


def read_whole(spark: SparkSession, output: Output, as_of: date) -> DataFrame:
    """Read the table."""
    return tables.read_written(spark, output)


def without_shares(
    rows: DataFrame, kinds: Mapping[str, Kind], profile: Mapping[str, Mapping[str, Any]], where: str
) -> tuple[list[str], list[Share]]:
    """Check the columns against a profile as it was before shares were kept."""
    fields = {
        name: {key: value for key, value in before.items() if key != "shares"}
        for name, before in profile.items()
    }
    return check_columns(rows, kinds, fields, where)


if __name__ == "__main__":
    main()
