"""Remove what was not chosen."""

import json
import shutil
from pathlib import Path

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")
SOURCE = Path("src", ANSWERS["package_name"])

# What each option brings: a path is removed unless one of its options was chosen.
BROUGHT_BY = {
    "use_cases": {
        "growth-forecasting": [
            SOURCE / "growth",
            "benchmarks/forecast_growth.py",
            "jobs/backtest_growth.py",
            "jobs/forecast_growth.py",
            "notebooks/02-growth-forecasting.ipynb",
            "tests/growth",
            "tests/jobs/test_backtest_growth.py",
            "tests/jobs/test_forecast_growth.py",
        ],
        "churn-prediction": [
            SOURCE / "churn",
            SOURCE / "lifecycle.py",
            SOURCE / "sampling.py",
            SOURCE / "training",
            "benchmarks/churn.py",
            "jobs/promote_model.py",
            "jobs/score_churn.py",
            "jobs/train_churn.py",
            "notebooks/03-churn-prediction.ipynb",
            "tests/churn",
            "tests/jobs/test_churn_jobs.py",
            "tests/test_lifecycle.py",
            "tests/test_sampling.py",
            "tests/training",
        ],
    },
    "ci": {
        "github": [".github"],
        "gitlab": [".gitlab-ci.yml"],
    },
}

for question, brought in BROUGHT_BY.items():
    for option, paths in brought.items():
        if ANSWERS[question] in (option, "both"):
            continue
        for path in map(Path, paths):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
