"""Tables in files: CSV, Parquet, Arrow and JSON lines, read and written by pyarrow, which nothing else imports."""

from multilayer.tables.files.batches import read_batches
from multilayer.tables.files.reading import read_table
from multilayer.tables.files.writing import write_rows

__all__ = ["read_batches", "read_table", "write_rows"]
