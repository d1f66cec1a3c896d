"""Train a churn model, measure it, and register it as the challenger."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from {{ cookiecutter.package_name }} import job, lifecycle, tables
from {{ cookiecutter.package_name }}.churn import charts, evaluation, source
from {{ cookiecutter.package_name }}.churn.card import TITLE, card
from {{ cookiecutter.package_name }}.churn.importance import importance
from {{ cookiecutter.package_name }}.churn.scores import measure
from {{ cookiecutter.package_name }}.lifecycle import options
from {{ cookiecutter.package_name }}.reporting.console import print_answer
from {{ cookiecutter.package_name }}.reporting.files import write_files
from {{ cookiecutter.package_name }}.spark.session import get_spark
from {{ cookiecutter.package_name }}.training import TRAINERS, check_installed


def main(arguments: Sequence[str] | None = None) -> job.Summary:
    parser = argparse.ArgumentParser(description=__doc__, parents=[job.LOG_FORMAT, job.READING])
    source.add_arguments(parser)
    options.add_arguments(parser)
    parser.add_argument("--trainer", choices=TRAINERS, default="sklearn", help="library to use")
    parser.add_argument(
        "--no-holdout",
        action="store_true",
        help="keep no customers' rows with the model; otherwise up to 50,000 rows, without ids, "
        "are kept in the model store, and promote_model compares models on them",
    )
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same model")
    parser.add_argument("--reports", default="reports", help="folder or URL to write to")
    args = job.parse(parser, arguments)
    source.check_arguments(parser, args, "label")
    check_installed(args.trainer)
    name, _ = options.chosen(args)

    spark = get_spark("train_churn", needs=args.needs)
    if args.usage:
        read, customers = source.read_usage(spark, args)
        table = read.rows
        trained = evaluation.on_latest_cutoff(
            table, customers, args.horizon, args.trainer, args.seed, read.frequency
        )
    else:
        csv = dict(args.csv_options)
        table = source.read_features(spark, args.features, args.id, args.label, csv)
        read = tables.Reading(table)
        labelled = source.with_label(table, args.label, args.positive, args.features)
        trained = evaluation.cross_validated(labelled, args.trainer, args.seed)

    scores = {name: asdict(measure(rows)) for name, rows in trained.predicted.items()}
    worth = importance(trained.holdout, trained.measured, trained.keys, args.seed)
    methods = [{"method": name, **values} for name, values in scores.items()]
    parameters = {
        "source": args.usage or args.features,
        "horizon": args.horizon,
        "frequency": read.frequency.name if args.usage else None,
        "trainer": args.trainer,
        "seed": args.seed,
        "protocol": trained.protocol,
        "trained_on_rows": trained.rows,
        "kept_model_trained_on_rows": trained.kept_rows,
        "data_fingerprint": lifecycle.fingerprint(trained.data),
    }
    picture = charts.evaluation(trained.predicted, worth, TITLE)
    text = card(parameters, methods, worth)
    metrics = next(iter(scores.values()))
    others = {name: values["roc_auc"] for name, values in scores.items()}
    baseline = {lifecycle.BASELINE: others["recency"]} if "recency" in others else {}
    version = lifecycle.register(
        name,
        trained.model,
        source.predicted(args.horizon, read.frequency),
        parameters,
        metrics | baseline,
        None if args.no_holdout else trained.holdout,
        trained.keys,
        text,
        picture,
        trained.measured,
        data=trained.data,
    )
    figures = {**metrics, **parameters, "model_version": version, "methods": methods}
    figures["weights"] = dict(trained.weights)
    figures["importance"] = {name: value._asdict() for name, value in worth.items()}
    warnings = [*read.warnings, *trained.warnings]
    figures["warnings"] = warnings
    page = write_files(args.reports, "churn", figures, text, picture, warnings)
    print_answer(
        f"Version {version} of {name} is the challenger. {charts.finding(trained.predicted)}",
        methods,
        notes=[
            *(f"warning: {warning}" for warning in trained.warnings),
            f"measured: {trained.protocol}",
            f"page: {page}",
        ],
    )
    rows, known = tables.count_rows_and_customers(table)
    _, used = tables.count_rows_and_customers(trained.data)
    return job.Summary(
        rows,
        len(methods),
        known - used,
        version,
        left_out=read.left_out,
        rejected_by_reason=read.reasons,
        warnings=len(warnings),
    )


if __name__ == "__main__":
    job.start(main)
