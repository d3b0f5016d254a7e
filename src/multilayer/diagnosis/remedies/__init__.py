"""Remedies: the network is trained again with each, and they are ranked by their gain."""

from multilayer.diagnosis.remedies.ranking import Ranking, Row
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.diagnosis.remedies.try_fixes import try_fixes
from multilayer.diagnosis.remedies.variant import NotApplicable, Remedy, Variant

__all__ = ["NotApplicable", "Ranking", "Remedy", "Row", "Setup", "Variant", "try_fixes"]
