"""Remove the files of options that were not chosen."""

import json
import shutil
from pathlib import Path

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")
SOURCE = Path("src", ANSWERS["package_name"])

MONTHLY = [
    "docs/monitoring.md",
    "jobs/check_usage.py",
    "production/alert.py",
    "production/airflow",
    "production/monthly.py",
    "production/planning.py",
    "production/processes.py",
    "production/steps.py",
    "tests/jobs/test_check_usage.py",
    "tests/production/test_monthly.py",
    "tests/years",
]
"""The monthly run of any use case."""

# Question -> option -> the paths that it needs. A path that no chosen option needs is removed.
BROUGHT_BY = {
    "use_cases": {
        "growth-forecasting": [
            SOURCE / "growth",
            SOURCE / "monitoring",
            *MONTHLY,
            "benchmarks/arrow_batches.py",
            "benchmarks/accuracy.py",
            "benchmarks/forecast_growth.py",
            "benchmarks/monitor_growth.py",
            "docs/forecasting.md",
            "jobs/backtest_growth.py",
            "jobs/forecast_growth.py",
            "jobs/monitor_growth.py",
            "notebooks/02-growth-forecasting.ipynb",
            "tests/cluster/test_growth_on_a_cluster.py",
            "tests/growth",
            "tests/jobs/test_backtest_growth.py",
            "tests/jobs/test_forecast_growth.py",
            "tests/jobs/test_monitor_growth.py",
            "tests/monitoring",
        ],
        "churn-prediction": [
            SOURCE / "churn",
            SOURCE / "lifecycle",
            SOURCE / "monitoring",
            *MONTHLY,
            SOURCE / "tradeoff",
            SOURCE / "training",
            "benchmarks/arrow_batches.py",
            "benchmarks/churn.py",
            "benchmarks/many_models.py",
            "benchmarks/score_churn.py",
            "docs/churn.md",
            "docs/training.md",
            "jobs/compare_training.py",
            "jobs/monitor_churn.py",
            "jobs/promote_model.py",
            "jobs/score_churn.py",
            "jobs/train_churn.py",
            "notebooks/03-churn-prediction.ipynb",
            "notebooks/04-single-node-or-distributed.ipynb",
            "tests/churn",
            "tests/cluster/test_churn_on_a_cluster.py",
            "tests/jobs/test_churn_jobs.py",
            "tests/jobs/test_compare_training.py",
            "tests/jobs/test_monitor_churn.py",
            "tests/production/test_planning.py",
            "tests/lifecycle",
            "tests/monitoring",
            "tests/tradeoff",
            "tests/training",
        ],
    },
    "deploy_to": {
        "databricks": [
            "databricks.yml",
            "docs/databricks.md",
            "tests/test_databricks.py",
            "upkeep/use_case/databricks.yml",
        ],
        "kubernetes": ["production/kubernetes", "tests/production/test_kubernetes.py"],
    },
    "scheduler": {"airflow": ["production/airflow"]},
    "ci": {
        "github": [".github"],
        "gitlab": [".gitlab-ci.yml"],
    },
}

for question, brought in BROUGHT_BY.items():
    chosen = {ANSWERS[question]} if ANSWERS[question] != "both" else set(brought)
    kept = {Path(path) for option in chosen & brought.keys() for path in brought[option]}
    for path in {Path(path) for paths in brought.values() for path in paths} - kept:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
