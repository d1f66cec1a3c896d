"""The project's logic: functions from DataFrames to DataFrames, for jobs and notebooks to call."""

import os

__version__ = "0.1.0"

# Threads of OpenMP, with which libraries train trees, sleep while they wait. By default they spin:
# beside other work on the same cores, a training then takes ten times as long. Libraries read the
# setting once, when they are imported.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
