"""Make the challenger the champion if it is better, or restore the previous champion."""

import argparse
from collections.abc import Sequence

from {{ cookiecutter.package_name }} import job, lifecycle
from {{ cookiecutter.package_name }}.lifecycle import options
from {{ cookiecutter.package_name }}.reporting.console import print_answer, print_notes


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(description=__doc__, parents=[job.LOG_FORMAT])
    options.add_arguments(parser)
    parser.add_argument(
        "--version",
        dest="candidate",
        metavar="VERSION",
        help="version to promote (default: the one trained last)",
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--force", action="store_true", help="promote it without comparing it")
    way.add_argument("--rollback", action="store_true", help="restore the previous champion")
    parser.add_argument(
        "--keep",
        type=job.positive,
        metavar="N",
        help="afterwards, delete all but the newest N versions, with their holdouts; the champion, "
        "the one before it and the challenger stay",
    )
    args = job.parse(parser, arguments)
    name, _ = options.chosen(args)
    if args.rollback and args.candidate:
        parser.error("--rollback restores the previous champion; --version does not go with it")

    if args.rollback:
        left, champion = lifecycle.roll_back(name)
        print_answer(f"version {champion} is the champion again, instead of version {left}")
        rows = 0
    else:
        champion, rows = promote(name, args.candidate, args.force)
    if args.keep:
        deleted = lifecycle.delete_old(name, args.keep)
        print_notes([f"deleted: versions {', '.join(deleted) or 'none'}"])
    return job.Summary(rows, rows_out=0, model_version=champion)


def promote(name: str, version: str | None, force: bool) -> tuple[str | None, int]:
    """Promote a version if it is to be the champion, and say why.

    Returns:
        The champion's version, if there is one, and how many rows models were compared on.
    """
    verdict = lifecycle.judge(name, version, force)
    champion, found = verdict.champion, verdict.comparison
    if verdict.promoted:
        champion = lifecycle.promote(name, verdict.version)
        told = f"{':' if verdict.champion else ','} {verdict.reason}"
        answer = f"version {champion} is the champion{told}"
    elif champion:
        answer = f"version {champion} stays the champion: {verdict.reason}"
    else:
        answer = f"there is no champion yet: {verdict.reason}"
    print_answer(answer, notes=compared(found) if found else [])
    return champion, found.rows if found else 0


def compared(found: lifecycle.Comparison) -> list[str]:
    """Return lines on how two models differ on the newest holdout."""
    challenger, champion = f"version {found.challenger}", f"version {found.champion}"
    return [
        f"holdout: {found.rows:,} rows, the newest",
        f"ROC AUC: {found.challenger_auc:.4f} challenger ({challenger}), "
        f"{found.champion_auc:.4f} champion ({champion}); difference {found.difference:+.4f}",
        f"interval: {found.lower:+.4f} to {found.upper:+.4f} of the difference, in "
        f"{lifecycle.LEVEL:.0%} of resamples",
        f"Brier score: {found.challenger_brier:.4f} challenger, {found.champion_brier:.4f} "
        f"champion (lower is better); difference {found.brier_difference:+.4f}, interval "
        f"{found.brier_lower:+.4f} to {found.brier_upper:+.4f}",
    ]


if __name__ == "__main__":
    job.start(main)
