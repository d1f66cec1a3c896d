"""The project's logic: functions from DataFrames to DataFrames, for jobs and notebooks to call."""

__version__ = "0.1.0"
