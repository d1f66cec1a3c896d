"""Make the default project in build/demo, run the jobs of its README, and list the charts.

These are the steps of a team's first day.
"""

import shutil
import subprocess
import sys
from time import perf_counter

from template import ROOT, as_typed, bake, readme_commands


def main() -> None:
    start = perf_counter()
    build = ROOT / "build" / "demo"
    shutil.rmtree(build, ignore_errors=True)
    project = bake(build)
    print(f"made the default project: {project.relative_to(ROOT)}\n")
    commands = [
        command
        for command in readme_commands(project / "README.md")
        if command.startswith("uv run python jobs/")
    ]
    for number, command in enumerate(commands, start=1):
        print(f"step {number} of {len(commands)}: {command}", flush=True)
        if subprocess.run(command, shell=True, cwd=project, env=as_typed()).returncode:
            sys.exit(f"error: failed in {project}: {command}")
        print(f"({perf_counter() - start:.0f} seconds so far)\n", flush=True)
    pictures = sorted(project.glob("reports/*.png"))
    print(f"{perf_counter() - start:.0f} seconds in all. The charts:")
    for picture in pictures:
        print(f"  {picture.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
