"""Tables: their schemas and rules, and reading, checking and writing them."""

from .casting import visible
from .checking import example_of
from .column_names import names_for
from .columns import check_columns
from .dialects import CSV_OPTIONS, check_csv_option
from .ids import id_counts, with_comparable_ids
from .opening import Stored, open_source
from .reading import Reading, count_rows_and_customers, read, read_with_notes
from .rules import whole_rules
from .schemas import CUSTOMERS, USAGE, Rule, Table, any_table, quoted
from .vintages import Run, read_vintage, read_vintages, vintages, write_vintage
from .writing import as_literal, read_written, write, write_table

__all__ = [
    "CSV_OPTIONS",
    "CUSTOMERS",
    "USAGE",
    "Reading",
    "Rule",
    "Run",
    "Stored",
    "Table",
    "any_table",
    "as_literal",
    "check_columns",
    "check_csv_option",
    "count_rows_and_customers",
    "example_of",
    "id_counts",
    "names_for",
    "open_source",
    "quoted",
    "read",
    "read_vintage",
    "read_vintages",
    "read_with_notes",
    "read_written",
    "vintages",
    "visible",
    "whole_rules",
    "with_comparable_ids",
    "write",
    "write_table",
    "write_vintage",
]
