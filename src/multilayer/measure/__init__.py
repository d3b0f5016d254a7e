"""What can be measured of an activation, one file per property."""

from multilayer.measure.comparison import comparison, document
from multilayer.measure.contract import Effort, NotMeasured, Property
from multilayer.measure.measured import PROPERTIES, Properties, measure
from multilayer.measure.table import *  # noqa: F403  (every property, by the table alone)

__all__ = [
    "PROPERTIES",
    "Effort",
    "NotMeasured",
    "Properties",
    "Property",
    "comparison",
    "document",
    "measure",
]


def __dir__() -> list[str]:
    return sorted(__all__)
