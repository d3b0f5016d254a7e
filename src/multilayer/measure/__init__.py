"""What can be measured of an activation."""

from multilayer.measure.measured import PROPERTIES, Properties, comparison, document, measure
from multilayer.measure.property import Effort, NoFigure, Property

__all__ = ["PROPERTIES", "Effort", "NoFigure", "Properties", "Property", "comparison", "document", "measure"]


def __dir__() -> list[str]:
    return sorted(__all__)
