"""docs/options.md describes the questions in cookiecutter.json."""

from options import PAGE, page
from template import QUESTIONS


def test_the_page_is_made_of_the_questions_as_they_are():
    assert PAGE.read_text() == page(), "run: nox -s options"


def test_it_tells_of_every_question_and_every_answer():
    told = PAGE.read_text()
    for question, default in QUESTIONS.items():
        if not question.startswith("_"):
            assert f"`{question}`" in told
            for choice in default if isinstance(default, list) else ():
                assert f"`{choice}`" in told
