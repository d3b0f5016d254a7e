"""Tables in files: CSV, Parquet, Arrow and JSON lines, read and written by pyarrow, which nothing else imports."""

from multilayer.tables.files.reading import read_table

__all__ = ["read_table"]
