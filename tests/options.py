"""Write docs/options.md, the page on the template's questions, from cookiecutter.json."""

from template import QUESTIONS, ROOT

PAGE = ROOT / "docs" / "options.md"
HEAD = """# The questions

After this page you know what cookiecutter asks, in this order. Enter accepts the first answer. The
command `nox -s options` makes the page from cookiecutter.json.

| question | answers |
|---|---|
"""
DERIVED = {
    "project_slug": "the project's name, in lower case with hyphens",
    "package_name": "the folder's name, with underscores",
}
"""Descriptions of the defaults that are computed from earlier answers."""


def page() -> str:
    """Return the content of the page."""
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
    """Return the description of a choice, without its name."""
    return prompt[choice].removeprefix(f"{choice}: ")


if __name__ == "__main__":
    PAGE.write_text(page())
