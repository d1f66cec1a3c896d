"""Merge a newer version of the template, or other answers to its questions, into the project.

uv run nox -s update                      the newest release (or commit, if made from one)
uv run nox -s update -- v1.2.0            a version: a tag, a branch or a commit
uv run nox -s update -- use_cases=none    this version, with another answer

cruft makes the project from the recorded version and from the new one; git merges the difference
into the project. Nothing is committed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

STATE = Path(".cruft.json")
RELEASE = re.compile(r"v\d+(\.\d+)*")
UNDO = "To undo the update: git reset --hard"


class RefusedError(ValueError):
    """The update cannot be made. The message is one line: what is wrong, and what helps."""


def main(arguments: Sequence[str]) -> int:
    try:
        state = read_state()
        version, answers = parse(arguments, state)
        check_clean()
        with TemporaryDirectory() as folder:
            earlier, _ = make(Path(folder, "earlier"), state, state["commit"], {})
            if answers and not version:  # changed answers alone keep the version
                wanted, asked_for = state["commit"], state.get("checkout")
            else:
                wanted = asked_for = version or newest(state)
            later, made = make(Path(folder, "later"), state, wanted, answers)
        merge(earlier, later)
    except RefusedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    known = json.dumps(state | made | {"checkout": asked_for}, ensure_ascii=False, indent=2)
    STATE.write_text(f"{known}\n", encoding="utf-8")
    return report()


def read_state() -> dict:
    """Return cruft's record of the project: its template, commit and answers."""
    if not STATE.exists():
        raise RefusedError(
            "there is no .cruft.json, which records the project's template. Create it once: "
            "uvx cruft link ADDRESS (docs/updating.md)"
        )
    return json.loads(STATE.read_text(encoding="utf-8"))


def parse(arguments: Sequence[str], state: dict) -> tuple[str | None, dict[str, str]]:
    """Return the requested version (None if there is none), and the answers to change."""
    answers = dict(word.split("=", 1) for word in arguments if "=" in word)
    versions = [word for word in arguments if "=" not in word]
    if len(versions) > 1 or any(version.startswith("-") for version in versions):
        raise RefusedError(
            f"{' '.join(versions)} is not a version: give one tag, branch or commit. For example "
            "v1.2.0"
        )
    if unknown := [name for name in answers if name not in given(state)]:
        raise RefusedError(
            f"{unknown[0]} is not a question of the template. It asks {', '.join(given(state))}"
        )
    return (versions[0] if versions else None), answers


def given(state: dict) -> dict[str, str]:
    """Return the answers that the project was made with."""
    answers = next(iter(state["context"].values()))
    return {name: answer for name, answer in answers.items() if not name.startswith("_")}


def newest(state: dict) -> str | None:
    """Return the newest release; None, the newest commit, if the project was not made from one."""
    if not RELEASE.fullmatch(state.get("checkout") or ""):
        return None
    listed = git("ls-remote", "--tags", "--refs", "--sort=version:refname", state["template"])
    tags = [name.rpartition("/")[2] for name in listed.split()]
    return [tag for tag in tags if RELEASE.fullmatch(tag)][-1]


def check_clean() -> None:
    """Raise RefusedError unless all changes are committed, so that an update can be undone."""
    command = ["git", "status", "--porcelain", "--untracked-files=normal"]
    status = subprocess.run(command, capture_output=True, text=True)
    if status.returncode or not git("ls-files", str(STATE)):
        raise RefusedError(
            "the project is not in git, which is needed to review and undo an update. Commit it "
            "first: git init && git add . && git commit"
        )
    if changed := status.stdout.splitlines():
        raise RefusedError(
            f"{len(changed)} changes are not committed, for example {changed[0][3:]}. Commit them "
            "or run git stash --include-untracked, and retry"
        )


def make(
    folder: Path, state: dict, version: str | None, answers: dict[str, str]
) -> tuple[str, dict]:
    """Make the project with cruft; return the id of its git tree, and cruft's record of it."""
    options = {
        "checkout": version,
        "directory": state.get("directory"),
        "extra-context": json.dumps(given(state) | answers),
        "output-dir": str(folder),
    }
    folder.mkdir()
    words = [f"--{name}={value}" for name, value in options.items() if value]
    command = [sys.executable, "-m", "cruft", "create", state["template"], "--no-input", *words]
    readable = os.environ | {"COLUMNS": "1000", "PYTHONUTF8": "1"}
    answer = subprocess.run(command, env=readable, capture_output=True, encoding="utf-8")
    if answer.returncode:
        # show one line only: the template's message, or the last one of cruft's traceback
        refused = re.search(r"^ERROR: (.+)$", answer.stderr, flags=re.MULTILINE)
        said = refused[1] if refused else answer.stderr.rpartition("╯")[2]
        raise RefusedError(re.sub(r"^\w+: ", "", " ".join(said.split())))

    [project] = folder.iterdir()
    known = json.loads((project / STATE).read_text(encoding="utf-8"))
    for pattern in (str(STATE), *skipped(state)):
        for path in list(project.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    index = {"GIT_INDEX_FILE": str(folder / "index")}
    repository = f"--git-dir={git('rev-parse', '--absolute-git-dir').strip()}"
    git(repository, f"--work-tree={project}", "add", "--all", "--force", cwd=project, **index)
    tree = git("write-tree", **index).strip()
    return tree, {name: known[name] for name in ("commit", "context")}


def skipped(state: dict) -> list[str]:
    """Return the paths that the team has excluded from updates."""
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    in_settings = settings.get("tool", {}).get("cruft", {}).get("skip", [])
    return [*state.get("skip", []), *in_settings]


def merge(earlier: str, later: str) -> None:
    """Merge the difference between two trees; files that the team deleted stay deleted."""
    template = ("-c", "user.name=template", "-c", "user.email=template")
    base = git(*template, "commit-tree", earlier, "-m", "the template before").strip()
    new = git(*template, "commit-tree", later, "-p", base, "-m", "the template").strip()
    place = git("rev-parse", "--show-prefix").strip()
    inside = [f"--strategy-option=subtree={place}"] if place else []
    settings = (*template, "-c", "merge.directoryRenames=false")
    pick = ["git", *settings, "cherry-pick", "--no-commit", *inside, new]
    picked = subprocess.run(pick, capture_output=True, text=True)
    if picked.returncode and not names("--diff-filter=U"):
        raise RefusedError(" ".join(picked.stderr.split()))
    for line in git("status", "--porcelain", "-z").split("\0"):
        if line.startswith("DU "):
            git("rm", "--quiet", "--force", "--", f":/{line[3:]}")
    for name in names("HEAD", "--diff-filter=D"):
        folder = Path(name).parent
        if folder.is_dir() and {path.name for path in folder.iterdir()} == {"__pycache__"}:
            shutil.rmtree(folder)


def report() -> int:
    """Print the changes and the next step; return 1 if there are conflicts, else 0."""
    subprocess.run(
        ["git", "--no-pager", "diff", "HEAD", "--relative", "--", ".", f":!{STATE}"], check=True
    )
    changed = git("status", "--short", ".")
    if not changed:
        print("The project is up to date.")
        return 0
    print(f"\n{changed}")
    if conflicts := names("--diff-filter=U"):
        print(
            f"error: in conflict: {', '.join(conflicts)}. Team and template changed the lines "
            "between <<<<<<< and >>>>>>>. A file without these marks was changed by the team and "
            f"deleted by the template. Resolve each, then git add or git rm it. {UNDO}",
            file=sys.stderr,
        )
        return 1
    print(f"Updated. Review the changes, run `uv run nox`, and commit. {UNDO}")
    return 0


def names(*changed: str) -> list[str]:
    """Return the changed files of the project, as paths from its folder."""
    listed = git("diff", "--name-only", "--relative", "-z", *changed)
    return list(dict.fromkeys(listed.split("\0")[:-1]))


def git(*arguments: str, cwd: Path | None = None, **environment: str) -> str:
    """Run git; return its output."""
    answer = subprocess.run(
        ["git", *arguments],
        cwd=cwd,
        env=os.environ | environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return answer.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
