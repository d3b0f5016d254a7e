"""Predictions for tables in files: one at a time, or a folder of fragments in this process or on a cluster."""

from multilayer.tables.scoring.answers import Answers
from multilayer.tables.scoring.fragments import Fragment, fragments_of
from multilayer.tables.scoring.score import Fault, Scored, score

__all__ = ["Answers", "Fault", "Fragment", "Scored", "fragments_of", "score"]
