"""Tables that need not fit into memory, as training data."""

from multilayer.tables.streaming.row_blocks import RowBlocks, row_blocks

__all__ = ["RowBlocks", "row_blocks"]
