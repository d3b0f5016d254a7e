"""From a table to a network and back to words: columns, their encoder, models, and what they are worth.

A data path is read in one direction: file or frame -> columns -> encoder -> x -> networks -> y -> target -> words.
"""

from multilayer.tables.columns import Column, Columns, ColumnSchema

__all__ = ["Column", "ColumnSchema", "Columns"]


def __dir__() -> list[str]:
    return sorted(__all__)
