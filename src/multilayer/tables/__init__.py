"""From a table to a network and back to words: columns, their encoder, models, and what they are worth.

A data path is read in one direction: file or frame -> columns -> encoder -> x -> networks -> y -> target -> words.
"""

from multilayer.tables.columns import Column, Columns, ColumnSchema
from multilayer.tables.conform import conform
from multilayer.tables.files import read_table
from multilayer.tables.frames import columns_of
from multilayer.tables.kinds import Reading

__all__ = ["Column", "ColumnSchema", "Columns", "Reading", "columns_of", "conform", "read_table"]


def __dir__() -> list[str]:
    return sorted(__all__)
