"""The checks: one file each, table.py lists them."""

from multilayer.diagnosis.checks import table
from multilayer.diagnosis.finding import Check

__all__ = ["checks"]

checks: tuple[Check, ...] = tuple(entry for entry in vars(table).values() if isinstance(entry, Check))
