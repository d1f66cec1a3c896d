"""Remove what was not chosen."""

import json
import shutil
from pathlib import Path

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")

# What each option brings: a path is removed unless one of its options was chosen.
BROUGHT_BY = {
    "ci": {
        "github": [".github"],
        "gitlab": [".gitlab-ci.yml"],
    },
}

for question, brought in BROUGHT_BY.items():
    for option, paths in brought.items():
        for path in map(Path, paths):
            if option != ANSWERS[question] and path.is_dir():
                shutil.rmtree(path)
            elif option != ANSWERS[question]:
                path.unlink(missing_ok=True)
