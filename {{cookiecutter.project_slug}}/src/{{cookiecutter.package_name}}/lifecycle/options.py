"""The options by which every job names a model: `--model NAME`, and `--version` to load one."""

import argparse
import re
from typing import NamedTuple

from ..errors import BadInputError
from .store import CHALLENGER, CHAMPION

OLD_VERSION = re.compile(rf"{CHAMPION}|{CHALLENGER}|\d+|.*[/:].*", re.DOTALL)
"""What `--model` was given in 0.1.0 to choose a version; no model has such a name."""


class Chosen(NamedTuple):
    """A model's name, and an alias or a version of it."""

    name: str
    version: str


def add_arguments(parser: argparse.ArgumentParser, version: bool = False) -> None:
    """Let a job take a model's name, and which version of it if it loads one."""
    parser.add_argument("--model", metavar="NAME", help="name of the model (default: churn)")
    parser.add_argument("--name", help=argparse.SUPPRESS)  # as two jobs called it in 0.1.0
    if version:
        told = f"{CHAMPION}, {CHALLENGER} or a number (default: {CHAMPION})"
        parser.add_argument("--version", help=f"version of the model: {told}")


def chosen(args: argparse.Namespace) -> Chosen:
    """Return the model that was asked for; the spellings of 0.1.0 work, with a line about each.

    Raises:
        BadInputError: when a model is named twice.
    """
    name, version = args.model, getattr(args, "version", None)
    loads = hasattr(args, "version")
    if loads and version is None and name and (args.name or OLD_VERSION.fullmatch(name)):
        print(f"note: --model {name} is now --version {name}; 0.3.0 will not take the old option")
        name, version = None, name
    if args.name:
        if name:
            raise BadInputError(f"--model ({name}) and --name ({args.name}): give --model only.")
        print(f"note: --name is now --model {args.name}; 0.3.0 will not take the old option")
        name = args.name
    return Chosen(name or "churn", version or CHAMPION)
