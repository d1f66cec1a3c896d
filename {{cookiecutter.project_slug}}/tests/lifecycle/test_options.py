"""A model is named alike in all jobs; what 0.1.0 called otherwise still works, and is told."""

from argparse import ArgumentParser

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.lifecycle import options


def chosen(*typed: str, version: bool = True) -> tuple[str, str]:
    parser = ArgumentParser()
    options.add_arguments(parser, version)
    return options.chosen(parser.parse_args(typed))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ("churn", "champion")),
        ("--model main.shop.churn", ("main.shop.churn", "champion")),  # of Unity Catalog
        ("--version 7", ("churn", "7")),
        ("--model shop --version challenger", ("shop", "challenger")),
        ("--model champion --version 7", ("champion", "7")),
    ],
)
def test_a_model_and_its_version_are_named(typed, found, capsys):
    assert chosen(*typed.split()) == found
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("--name shop", ("shop", "champion")),
        ("--name shop --model 7", ("shop", "7")),
        ("--name shop --model newest", ("shop", "newest")),
        ("--model challenger", ("churn", "challenger")),
        ("--model 7", ("churn", "7")),
        ("--model runs:/1/model", ("churn", "runs:/1/model")),
    ],
)
def test_old_spellings_work_and_the_new_ones_are_told(typed, found, capsys):
    assert chosen(*typed.split()) == found
    said = capsys.readouterr().out
    assert all(line.startswith("note: --") for line in said.splitlines())
    assert ("--version " in said) == ("--model" in typed)


def test_a_job_that_loads_no_version_takes_any_name():
    assert chosen("--model", "7", version=False).name == "7"


def test_two_names_are_refused():
    with pytest.raises(BadInputError, match=r"--model \(b\) and --name \(a\)"):
        chosen("--name", "a", "--model", "b", version=False)
