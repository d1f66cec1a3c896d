"""From raw events (transactions, log lines, meter readings) to a usage table.

The steps of an ETL in Spark, each a function from DataFrames to DataFrames: `events` reads and
casts, and states the rules that rows must follow; `completeness` decides which period is the last
complete one; `usage` sums by period and fills the gaps. jobs/prepare_usage.py connects them.
"""
