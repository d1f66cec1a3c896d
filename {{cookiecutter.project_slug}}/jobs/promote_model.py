"""Make the challenger the champion if it is better; or return to the champion before."""

import argparse
from collections.abc import Sequence

from {{ cookiecutter.package_name }} import job, lifecycle
from {{ cookiecutter.package_name }}.lifecycle import options


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(description=__doc__, parents=[job.LOG_FORMAT])
    options.add_arguments(parser)
    parser.add_argument("--rollback", action="store_true", help="return to the champion before")
    args = job.parse(parser, arguments)
    name, _ = options.chosen(args)

    if args.rollback:
        left, champion = lifecycle.roll_back(name)
        print(f"version {champion} is the champion again, instead of version {left}")
        return job.Summary(rows_in=0, rows_out=0, model_version=champion)

    found = lifecycle.compare(name)
    if found is None:
        champion = lifecycle.promote(name)
        print(f"version {champion} is the champion, the first one")
        return job.Summary(rows_in=0, rows_out=0, model_version=champion)
    print(
        f"ROC AUC on the newest holdout ({found.rows:,} rows): challenger "
        f"(version {found.challenger}) {found.challenger_auc:.4f}, "
        f"champion (version {found.champion}) {found.champion_auc:.4f}"
    )
    print(
        f"difference {found.difference:+.4f}, between {found.lower:+.4f} and {found.upper:+.4f} "
        f"in {lifecycle.LEVEL:.0%} of resamples"
    )
    if found.better:
        champion = lifecycle.promote(name)
        print(f"version {champion} is the champion: better by more than chance")
    else:
        champion = found.champion
        print(f"version {champion} stays the champion: not better by more than chance")
    return job.Summary(found.rows, rows_out=0, model_version=champion)


if __name__ == "__main__":
    job.start(main)
