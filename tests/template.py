"""What the tests know of the template: its questions, and how to make a project of it."""

import itertools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from allpairspy import AllPairs
from cookiecutter.main import cookiecutter

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "{{cookiecutter.project_slug}}"
QUESTIONS = json.loads((ROOT / "cookiecutter.json").read_text())
CHOICES = {
    question: default
    for question, default in QUESTIONS.items()
    if isinstance(default, list) and not question.startswith("_")
}


def bake(output: Path, **answers: str) -> Path:
    """Make a project in a folder, answering what is not given with the default."""
    unknown = answers.keys() - QUESTIONS.keys()
    assert not unknown, f"cookiecutter would ignore these silently: {unknown}"
    output.mkdir(parents=True, exist_ok=True)
    return Path(
        cookiecutter(
            str(ROOT),
            no_input=True,
            extra_context=answers,
            output_dir=str(output / "projects"),
            config_file=str(config_in(output)),
        )
    )


def config_in(folder: Path) -> Path:
    """Write a configuration with which cookiecutter stores its files in a folder, not in ~."""
    config = folder / "cookiecutter.yaml"
    kept = {"cookiecutters_dir": str(folder / "cloned"), "replay_dir": str(folder / "replay")}
    config.write_text(json.dumps(kept))  # which is YAML too
    return config


def full_product() -> list[dict[str, str]]:
    """Return every combination of the choices that add or remove files or sections."""
    # another Spark changes numbers only; a scheduler adds files, whatever most answers are
    most = CHOICES | {name: CHOICES[name][:1] for name in ("spark_version", "scheduler")}
    rest = {name: [choices[0]] for name, choices in CHOICES.items()} | {
        "use_cases": CHOICES["use_cases"],
        "deploy_to": CHOICES["deploy_to"],
        "scheduler": CHOICES["scheduler"][1:],
    }
    return [
        dict(zip(choices, values, strict=True))
        for choices in (most, rest)
        for values in itertools.product(*choices.values())
    ]


def covering_set() -> list[dict[str, str]]:
    """Return combinations that cover each pair of choices; the first one is the default."""
    return [dict(zip(CHOICES, values, strict=True)) for values in AllPairs(list(CHOICES.values()))]


def readme_commands(readme: Path) -> list[str]:
    """Return the commands in a README's bash blocks, in order."""
    blocks = re.findall(r"^```bash\n(.*?)^```", readme.read_text(), flags=re.S | re.M)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.split("  #")[0].strip() for line in lines if line.strip()]


def as_typed() -> dict[str, str]:
    """Return the environment without variables of nox, uv, pytest and this template."""
    ours = re.compile("VIRTUAL_ENV|PYTHONPATH|CI$|UV_PROJECT_ENVIRONMENT|UV_PYTHON$|NOX_|PYTEST_")
    return {name: value for name, value in os.environ.items() if not ours.match(name)}


def run(command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command in a project."""
    return subprocess.run(
        command, shell=True, cwd=cwd, env=as_typed() | environment, text=True, capture_output=True
    )


def type_in(
    command: str, cwd: Path, code: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a shell command in a project, and check its exit code."""
    result = run(command, cwd, **environment)
    assert result.returncode == code, f"$ {command}\n{result.stdout[-8000:]}{result.stderr[-8000:]}"
    return result


def git(folder: Path, *words: str) -> str:
    """Run git in a folder, with an author."""
    team = ("-c", "user.name=team", "-c", "user.email=team@team.example")
    command = ["git", *team, *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path) -> None:
    """Commit all files in a folder; create a repository if there is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=a step")


def clone(folder: Path) -> None:
    """Clone what is committed here into a folder."""
    git(ROOT, "clone", "--quiet", str(ROOT), str(folder))


def release(folder: Path, version: str) -> None:
    """Clone what is committed here into a folder, as the release of a version."""
    clone(folder)
    git(folder, "tag", "--force", version)


def copy_template(target: Path) -> None:
    """Copy the template's files that git does not ignore."""
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
