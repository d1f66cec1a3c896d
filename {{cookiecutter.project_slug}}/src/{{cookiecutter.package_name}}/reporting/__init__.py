"""Reports: the pictures, tables and JSON that jobs write."""
