"""Make the challenger the champion if it is better; or return to the champion before."""

import argparse
from collections.abc import Sequence

from {{ cookiecutter.package_name }} import job, lifecycle
from {{ cookiecutter.package_name }}.lifecycle import options


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
    way.add_argument("--rollback", action="store_true", help="return to the champion before")
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
        parser.error("--rollback returns to the champion before; --version does not go with it")

    if args.rollback:
        left, champion = lifecycle.roll_back(name)
        print(f"version {champion} is the champion again, instead of version {left}")
        rows = 0
    else:
        champion, rows = promote(name, args.candidate, args.force)
    if args.keep:
        deleted = lifecycle.delete_old(name, args.keep)
        print(f"versions deleted: {', '.join(deleted) or 'none'}")
    return job.Summary(rows, rows_out=0, model_version=champion)


def promote(name: str, version: str | None, force: bool) -> tuple[str | None, int]:
    """Promote a version if it is to be the champion, and say why.

    Returns:
        The champion's version, if there is one, and how many rows models were compared on.
    """
    verdict = lifecycle.judge(name, version, force)
    found = verdict.comparison
    if found:
        print(
            f"ROC AUC on the newest holdout ({found.rows:,} rows): challenger "
            f"(version {found.challenger}) {found.challenger_auc:.4f}, "
            f"champion (version {found.champion}) {found.champion_auc:.4f}"
        )
        print(
            f"difference {found.difference:+.4f}, between {found.lower:+.4f} and "
            f"{found.upper:+.4f} in {lifecycle.LEVEL:.0%} of resamples"
        )
    rows = found.rows if found else 0
    if verdict.promoted:
        champion = lifecycle.promote(name, verdict.version)
        told = f"{':' if verdict.champion else ','} {verdict.reason}"
        print(f"version {champion} is the champion{told}")
        return champion, rows
    if verdict.champion:
        print(f"version {verdict.champion} stays the champion: {verdict.reason}")
    else:
        print(f"there is no champion yet: {verdict.reason}")
    return verdict.champion, rows


if __name__ == "__main__":
    job.start(main)
