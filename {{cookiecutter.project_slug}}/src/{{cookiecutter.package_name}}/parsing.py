"""Parse a job's arguments, and refuse places where data would be lost or cannot be written."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from . import run_log
from .errors import BadInputError
from .inputs import place_of_rejected
from .spark.connectors import needed
from .spark.session import get_spark
from .tables import places
from .tables.destinations import PARQUET, Destination, check_apart, destination, folder_or_url
from .tables.folders import open_remote
from .tables.transactions import check_format, with_format, with_version
from .tables.writing import parquet_folder

INPUTS = ("usage", "customers", "features", "events", "forecasts", "scores", "future")
"""The options that name a table to read: a path, a URL or a catalog table."""

ADDED_TO = {"reports": "--reports", "run_log": "--run-log"}
"""The options that name a folder, or its URL, to which small files are added."""

MODELS = Path("models")
"""The model store of this machine: no job writes tables or reports into it."""


def parse(
    parser: ArgumentParser,
    arguments: Sequence[str] | None,
    tables: Sequence[str] = ("",),
    beside: Sequence[str] = (),
    has_vintages: bool = False,
) -> Namespace:
    """Parse a job's arguments, and refuse an output or reports where an input would be lost.

    Nothing is read yet. Spark starts here only to try a URL of ADDED_TO. In what is returned,
    `output` is a Destination, `scratch` is a path, `reports` and `run_log` are Folders, and `needs`
    names the connectors that Spark needs.

    Args:
        parser: of the job. INPUTS are its options for what is read; `--output`, `--reports` and
            `--scratch` those for what is written. It has those that it needs.
        arguments: what was typed, if it is not sys.argv.
        tables: the names in `--output` that will be replaced; by default `--output` itself.
        beside: endings of the names of further tables that stand beside `--output`.
        has_vintages: whether the job adds a vintage to its tables, and replaces no other.

    Raises:
        BadInputError: when a place is an input's too, cannot be written, or is no folder.
        UnavailableError: when the server of a URL of ADDED_TO does not answer.
    """
    args = parser.parse_args(arguments)
    scratch = getattr(args, "scratch", None)
    if scratch is not None:
        args.scratch = scratch = places.folder_of("--scratch", scratch)
    added = {
        name: folder_or_url(option, getattr(args, name))
        for name, option in ADDED_TO.items()
        if getattr(args, name, None) is not None
    }
    vars(args).update(added)
    reports = added.get("reports")
    inputs = {f"--{name}": getattr(args, name, None) for name in INPUTS}
    read = {option: value for option, value in inputs.items() if isinstance(value, str)}
    replaced: list[Destination] = []
    if getattr(args, "output", None) is not None:
        args.output = destination("--output", args.output, getattr(args, "format", None))
        replaced += [args.output / name if name else args.output for name in tables]
        replaced += [args.output.beside(ending) for ending in beside]
    if getattr(args, "max_rejected", None) is not None:
        replaced.append(place_of_rejected(args))
    local = [table.place for table in replaced if isinstance(table.place, Path)]
    local_reports = reports if isinstance(reports, Path) else None
    places.check_places(read, local, local_reports, scratch, MODELS)
    check_apart(read, replaced, reports)
    keeps_some = has_vintages and getattr(args, "keep", None) is not None
    if keeps_some and parquet_folder(args.output) is None:
        parser.error("--keep goes with Parquet in a folder of this machine; delete rows in SQL")
    for table in replaced:
        check_format(table)
        if isinstance(table.place, Path):
            parts = places.VINTAGE_PART if has_vintages else places.PARQUET_PART
            is_replaced = table.format == PARQUET
            places.check_writable("--output", table.place, is_replaced, parts)
    if local_reports is not None:
        places.check_writable("--reports", local_reports)
    if scratch is not None:
        if not scratch.is_dir():
            raise BadInputError(f"--scratch ({scratch}): there is no such folder. Name another.")
        places.check_writable("--scratch", scratch)
    opened = [with_format(with_version(value)[0]) for value in read.values()]
    formatted = [place for place in (*replaced, *opened) if place]
    named = map(str, (*read.values(), *formatted, *added.values()))
    args.needs = needed(named, {place.format for place in formatted if place.format})
    for name, place in added.items():
        if isinstance(place, str):
            spark = get_spark(run_log.current().job or parser.prog, needs=args.needs)
            vars(args)[name] = open_remote(spark, ADDED_TO[name], place)
    run_log.current().accept(args, read)
    return args
