"""Tables: what they hold (schemas), how they are read and checked, and how they are written."""

from .reading import count_rows_and_customers, read
from .schemas import CUSTOMERS, USAGE, Rule, Table, any_table, quoted
from .writing import write, write_table

__all__ = [
    "CUSTOMERS",
    "USAGE",
    "Rule",
    "Table",
    "any_table",
    "count_rows_and_customers",
    "quoted",
    "read",
    "write",
    "write_table",
]
