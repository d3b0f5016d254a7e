"""Remedies: the network is trained again with each, and they are ranked by their gain."""

from multilayer.diagnosis.remedies.problem import Setup
from multilayer.diagnosis.remedies.ranking import Ranking, Row
from multilayer.diagnosis.remedies.remedy import NotApplicable, Remedy, Variant
from multilayer.diagnosis.remedies.try_fixes import try_fixes

__all__ = ["NotApplicable", "Ranking", "Remedy", "Row", "Setup", "Variant", "try_fixes"]
