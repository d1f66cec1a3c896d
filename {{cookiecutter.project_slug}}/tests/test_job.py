"""What scripts and schedulers rely on: exit codes, and one message instead of a traceback."""

from argparse import ArgumentTypeError

import pytest

from {{ cookiecutter.package_name }} import job
from {{ cookiecutter.package_name }}.java import JavaNotFoundError
from {{ cookiecutter.package_name }}.tables import BadTableError


def failing_with(error):
    def main(arguments):
        raise error

    return main


def test_a_job_that_ends_well_returns_0_and_receives_its_arguments():
    received = []
    assert job.run(received.append, ["--rows", "1"]) == 0
    assert received == [["--rows", "1"]]


def test_a_job_that_went_well_just_ends_and_another_exits_with_its_code():
    job.start(lambda arguments: None)
    with pytest.raises(SystemExit) as end:
        job.start(failing_with(BadTableError("usage is negative")))
    assert end.value.code == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [(BadTableError("usage is negative"), 2), (JavaNotFoundError("no Java\ninstall"), 1)],
)
def test_expected_errors_give_their_code_and_message_on_stderr(capsys, error, code):
    assert job.run(failing_with(error)) == code
    printed = capsys.readouterr()
    assert printed.err == f"error: {error}\n"
    assert printed.out == ""


def test_a_defect_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        job.run(failing_with(ZeroDivisionError()))


@pytest.mark.parametrize("text", ["1", "200000"])
def test_positive_numbers_are_accepted(text):
    assert job.positive(text) == int(text)


@pytest.mark.parametrize("text", ["0", "-3", "1.5", "many", ""])
def test_other_numbers_are_refused_with_what_was_typed(text):
    with pytest.raises(ArgumentTypeError, match=f"not '{text}'"):
        job.positive(text)


@pytest.mark.parametrize("text", ["1", "90", "99"])
def test_percentages_are_accepted(text):
    assert job.percentage(text) == int(text)


@pytest.mark.parametrize("text", ["0", "100", "0.9", "90%", ""])
def test_other_percentages_are_refused_with_what_was_typed(text):
    with pytest.raises(ArgumentTypeError, match=f"from 1 to 99, not '{text}'"):
        job.percentage(text)
