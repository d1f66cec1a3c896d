"""The page on the template's questions, made from cookiecutter.json: `nox -s options` writes it."""

from template import QUESTIONS, ROOT

PAGE = ROOT / "docs" / "options.md"
HEAD = """# The questions

What cookiecutter asks, in this order; holding Enter takes the first answer. Made from
cookiecutter.json by `nox -s options`.

| question | answers |
|---|---|
"""
DERIVED = {
    "project_slug": "the project's name, in lower case with hyphens",
    "package_name": "the folder's name, with underscores",
}
"""Defaults that are computed from earlier answers, in words."""


def page() -> str:
    """The page, as it should be."""
    rows = []
    for question, default in QUESTIONS.items():
        if question.startswith("_"):
            continue
        prompt = QUESTIONS["__prompts__"][question]
        if isinstance(default, list):
            answers = "<br>".join(
                f"`{choice}`" if prompt[choice] == choice else f"`{choice}`: {said(prompt, choice)}"
                for choice in default
            )
            prompt = prompt["__prompt__"]
        else:
            answers = DERIVED.get(question, default.replace("{{ cookiecutter.project_name }}", "…"))
        rows.append(f"| `{question}`: {prompt} | {answers} |\n")
    return HEAD + "".join(rows)


def said(prompt: dict[str, str], choice: str) -> str:
    """What is said of a choice, beside its name."""
    return prompt[choice].removeprefix(f"{choice}: ")


if __name__ == "__main__":
    PAGE.write_text(page())
