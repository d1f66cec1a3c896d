"""Bring a newer version of the template, or other answers to its questions, into the project.

uv run nox -s update                      the newest release (commit, if made from a commit)
uv run nox -s update -- v1.2.0            a version: a tag, a branch or a commit
uv run nox -s update -- use_cases=none    this version, with another answer

cruft makes the project as it was made, and as it would be made now; git merges the difference into
what the team has made of it since. Nothing is committed.
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
UNDO = "To undo it all: git reset --hard"


class RefusedError(ValueError):
    """An update that cannot be made. The message is one line: what, why, and what to do."""


def main(arguments: Sequence[str]) -> int:
    try:
        state = read_state()
        version, answers = parse(arguments, state)
        check_clean()
        with TemporaryDirectory() as folder:
            earlier, _ = make(Path(folder, "earlier"), state, state["commit"], {})
            if answers and not version:  # they alone are not to bring a newer version along
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
            f"{' '.join(versions)} is no version: give one tag, branch or commit. For example "
            "v1.2.0"
        )
    if unknown := [name for name in answers if name not in given(state)]:
        raise RefusedError(
            f"{unknown[0]} is no question of the template. It asks {', '.join(given(state))}"
        )
    return (versions[0] if versions else None), answers


def given(state: dict) -> dict[str, str]:
    """The answers that the project was made with."""
    answers = next(iter(state["context"].values()))
    return {name: answer for name, answer in answers.items() if not name.startswith("_")}


def newest(state: dict) -> str | None:
    """The last release, for a project that was made from one; None, the last commit, for others."""
    if not RELEASE.fullmatch(state.get("checkout") or ""):
        return None
    listed = git("ls-remote", "--tags", "--refs", "--sort=version:refname", state["template"])
    tags = [name.rpartition("/")[2] for name in listed.split()]
    return [tag for tag in tags if RELEASE.fullmatch(tag)][-1]


def check_clean() -> None:
    """What an update changes must be all that git shows, so that it can be undone."""
    command = ["git", "status", "--porcelain", "--untracked-files=normal"]
    status = subprocess.run(command, capture_output=True, text=True)
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


def make(
    folder: Path, state: dict, version: str | None, answers: dict[str, str]
) -> tuple[str, dict]:
    """Let cruft make the project into a folder; return git's tree of it, and what cruft knows."""
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
        # what matters is one line: the template's own, or that below the traceback's frame
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
    """The paths that the team has told cruft to leave alone."""
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    in_settings = settings.get("tool", {}).get("cruft", {}).get("skip", [])
    return [*state.get("skip", []), *in_settings]


def merge(earlier: str, later: str) -> None:
    """Merge what changed between two trees. What the team has deleted stays so."""
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
    """Show what has changed, and say what is next; 1 when somebody must decide first."""
    subprocess.run(
        ["git", "--no-pager", "diff", "HEAD", "--relative", "--", ".", f":!{STATE}"], check=True
    )
    changed = git("status", "--short", ".")
    if not changed:
        print("Nothing to do: the project is up to date.")
        return 0
    print(f"\n{changed}")
    if conflicts := names("--diff-filter=U"):
        print(
            f"error: in conflict: {', '.join(conflicts)}. Between <<<<<<< and >>>>>>> team and "
            "template changed the same lines; a file without them is one that the team changed "
            f"and the template has no more. Decide, and git add or git rm each. {UNDO}",
            file=sys.stderr,
        )
        return 1
    print(f"Updated. Look at it, run `uv run nox`, commit. {UNDO}")
    return 0


def names(*changed: str) -> list[str]:
    """The files of the project that have changed in some way."""
    listed = git("diff", "--name-only", "--relative", "-z", *changed)
    return list(dict.fromkeys(listed.split("\0")[:-1]))


def git(*arguments: str, cwd: Path | None = None, **environment: str) -> str:
    """Run git and return what it says."""
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
