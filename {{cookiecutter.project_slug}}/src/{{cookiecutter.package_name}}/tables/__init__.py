"""Tables: their schemas and rules, and reading, checking and writing them."""

from .dialects import CSV_OPTIONS, check_csv_option
from .reading import Reading, count_rows_and_customers, read, read_with_notes
from .schemas import CUSTOMERS, USAGE, Rule, Table, any_table, quoted
from .writing import as_literal, read_written, write, write_table

__all__ = [
    "CSV_OPTIONS",
    "CUSTOMERS",
    "USAGE",
    "Reading",
    "Rule",
    "Table",
    "any_table",
    "as_literal",
    "check_csv_option",
    "count_rows_and_customers",
    "quoted",
    "read",
    "read_with_notes",
    "read_written",
    "write",
    "write_table",
]
