"""What an encoder does to the values of one column: small transforms with a readable formula each.

A transform is a frozen dataclass of numbers. It takes the values of a column, as `Column.values` holds them, and writes
its inputs of the network, float32, into a matrix. Every formula is elementwise and of operations that IEEE 754 rounds
correctly, so a row has the same bits alone and in any batch. `fitting` finds the numbers.
"""

from multilayer.tables.transforms.categories import OneHot, Ordinal, TwoValues
from multilayer.tables.transforms.dates import DatePart
from multilayer.tables.transforms.missing import Indicator
from multilayer.tables.transforms.numbers import Binned, Normal, Scaled
from multilayer.tables.transforms.transform import Transform

__all__ = [
    "Binned",
    "DatePart",
    "Indicator",
    "Normal",
    "OneHot",
    "Ordinal",
    "Scaled",
    "Transform",
    "TwoValues",
]
