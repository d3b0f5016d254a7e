"""What matters to a model: permutation importance, partial dependence, integrated gradients."""

from multilayer.tables.explanation.attribution import Attributions
from multilayer.tables.explanation.explanation import Explanation, explain
from multilayer.tables.explanation.importance import Dependence, Importance

__all__ = ["Attributions", "Dependence", "Explanation", "Importance", "explain"]


def __dir__() -> list[str]:
    return sorted(__all__)
