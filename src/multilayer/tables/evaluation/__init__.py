"""Is this model any good: scores with intervals beside simple models, calibration, coverage, and what is suspicious."""

from multilayer.tables.evaluation.baselines import CONSTANT, Baseline, Problem
from multilayer.tables.evaluation.evaluation import evaluate
from multilayer.tables.evaluation.result import Coverage, Evaluation, Scored
from multilayer.tables.evaluation.verdict import Comparison, Figure

__all__ = [
    "CONSTANT",
    "Baseline",
    "Comparison",
    "Coverage",
    "Evaluation",
    "Figure",
    "Problem",
    "Scored",
    "evaluate",
]


def __dir__() -> list[str]:
    return sorted(__all__)
