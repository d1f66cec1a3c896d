"""The project's logic: functions from DataFrames to DataFrames, for jobs and notebooks to call."""
