"""Bring a newer version of the template, or other answers to its questions, into the project.

uv run nox -s update                      the newest version
uv run nox -s update -- v1.2.0            a version: a tag, a branch or a commit
uv run nox -s update -- use_cases=none    this version, asked again with another answer

cruft makes the project as it was made, and as it would be made now, and merges the difference into
what the team has made of it since. Nothing is committed.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

STATE = Path(".cruft.json")
UNDO = "To undo it all: git reset --hard && git clean -d --force"


class RefusedError(ValueError):
    """An update that cannot be made. The message is one line: what, why, and what to do."""


def main(arguments: Sequence[str]) -> int:
    try:
        state = read_state()
        version, answers = parse(arguments, state)
        check_clean()
        update(state, version, answers)
    except RefusedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    remove_empty_folders()
    return report()


def read_state() -> dict:
    """What cruft knows of the project: its template, the commit, the answers."""
    if not STATE.exists():
        raise RefusedError(
            "there is no .cruft.json, so the project does not know its template. Tell it once: "
            "uvx cruft link ADDRESS (docs/updating.md)"
        )
    return json.loads(STATE.read_text(encoding="utf-8"))


def parse(arguments: Sequence[str], state: dict) -> tuple[str | None, dict[str, str]]:
    """The version to take, if one is given, and the answers that are to change."""
    answers = dict(word.split("=", 1) for word in arguments if "=" in word)
    versions = [word for word in arguments if "=" not in word]
    if len(versions) > 1 or any(version.startswith("-") for version in versions):
        raise RefusedError(
            f"{' '.join(versions)} is no version: give one tag, branch or commit at most. For "
            "example v1.2.0"
        )
    asked = [name for name in state["context"]["cookiecutter"] if not name.startswith("_")]
    if unknown := [name for name in answers if name not in asked]:
        raise RefusedError(
            f"{unknown[0]} is no question of the template. It asks {', '.join(asked)}"
        )
    # other answers alone are not to bring a newer version along
    return (versions[0] if versions else state["commit"] if answers else None), answers


def check_clean() -> None:
    """What an update changes must be all that git shows, so that it can be undone."""
    status = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True)
    if status.returncode or not git("ls-files", str(STATE)):
        raise RefusedError(
            "the project is not in git, without which an update could not be looked at nor undone. "
            "Commit it first: git init && git add . && git commit"
        )
    if changed := status.stdout.splitlines():
        raise RefusedError(
            f"{len(changed)} changes are not committed, for example {changed[0][3:]}. Commit them, "
            "or git stash --include-untracked, and try again"
        )


def update(state: dict, version: str | None, answers: dict[str, str]) -> None:
    """Merge the difference. Conflicts stay in the files, between markers."""
    with TemporaryDirectory() as folder:
        template, made_at = state["template"], f"--checkout={state['commit']}"
        given = {k: v for k, v in state["context"]["cookiecutter"].items() if k[0] != "_"}
        options = [f"--extra-context={json.dumps(given)}", f"--output-dir={folder}", "--no-input"]
        if state.get("directory"):
            options.append(f"--directory={state['directory']}")
        cruft("create", template, made_at, *options)
        # git merges by the file as it was made; without it in its store it would only reject
        made = [str(path) for path in Path(folder).rglob("*") if path.is_file()]
        git("hash-object", "-w", "--no-filters", "--", *made)
    checkout = [f"--checkout={version}"] if version else []
    cruft("update", "--skip-apply-ask", f"--extra-context={json.dumps(answers)}", *checkout)


def cruft(*arguments: str) -> None:
    """Run cruft, which says much; where it fails, what matters is one line."""
    command = [sys.executable, "-m", "cruft", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode:
        said = [line for line in (answer.stdout + answer.stderr).splitlines() if line.strip()]
        refusals = [line.removeprefix("ERROR: ") for line in said if line.startswith("ERROR: ")]
        raise RefusedError((refusals or said)[-1])


def git(*arguments: str) -> str:
    """Run git and return what it says."""
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def remove_empty_folders() -> None:
    """Remove what is left of folders whose files are gone: Python's caches."""
    for name in git("diff", "HEAD", "--name-only", "--diff-filter=D", "--relative").splitlines():
        folder = Path(name).parent
        if folder.is_dir() and {path.name for path in folder.iterdir()} == {"__pycache__"}:
            shutil.rmtree(folder)


def report() -> int:
    """Show what has changed, and say what is next; 1 when somebody must decide first."""
    shown = ("diff", "HEAD", "--relative", "--", ".", f":!{STATE}")
    subprocess.run(["git", "--no-pager", *shown], check=True)
    changed = git("status", "--short", ".")
    if not changed:
        print("Nothing to do: the project is up to date.")
        return 0
    print(f"\n{changed}")
    unmerged = git("diff", "--name-only", "--diff-filter=U", "--relative").split()
    if open_files := [*unmerged, *map(str, Path().rglob("*.rej"))]:
        print(
            f"error: in conflict: {', '.join(open_files)}. Team and template changed the same "
            f"lines: look for <<<<<<<, decide, and git add each. {UNDO}",
            file=sys.stderr,
        )
        return 1
    print(f"Updated. Look at it, run `uv run nox`, commit. {UNDO}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
