"""What can be measured of an activation."""

from multilayer.measure.measured import PROPERTIES, Properties, comparison, document, measure
from multilayer.measure.property import Effort, NotMeasured, Property

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
