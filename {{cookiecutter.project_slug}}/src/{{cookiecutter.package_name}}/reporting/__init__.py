"""Reports: the charts, tables and JSON that jobs write."""
