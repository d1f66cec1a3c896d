"""The edits in mutants.diff are well-formed; `nox -s mutants` applies them."""

import ast
import re

import mutants
import pytest
from template import PROJECT

SRC = PROJECT / "src" / "{{cookiecutter.package_name}}"
EDITS = mutants.all_edits()


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_an_edit_changes_one_place_of_its_file_into_other_python(edit):
    source = (SRC / edit.file).read_text()
    assert source.count(edit.before) == 1
    broken = source.replace(edit.before, edit.after)
    assert ast.dump(ast.parse(broken)) != ast.dump(ast.parse(source))


def test_every_edit_of_the_list_is_read_and_has_a_name_of_its_own():
    headings = re.findall("^@@ .*", mutants.LIST.read_text(), re.M)
    assert len(headings) == len(EDITS) == len({str(edit) for edit in EDITS})
    assert len(EDITS) >= 40


def test_kinds_are_those_that_are_stated():
    assert {edit.kind for edit in EDITS} == set(re.findall("^- (.+?):", mutants.__doc__, re.M))


def test_every_module_with_a_public_function_is_broken():
    public = {
        file.relative_to(SRC).as_posix()
        for file in SRC.rglob("*.py")
        for statement in ast.parse(file.read_text()).body
        if isinstance(statement, ast.FunctionDef) and not statement.name.startswith("_")
    }
    assert public == {edit.file for edit in EDITS}
