"""Why a network does not learn: checks, their findings and a verdict; remedies; diagnosis during training.

`api.diagnose` makes a `Case` of any model, `measure` reads the data once, in blocks, and makes an `Evidence`; a check
is a pure function of it. The verdict is the most severe finding that no other explains, by the edges in `causes`.
"""

from multilayer.diagnosis.api import diagnose
from multilayer.diagnosis.check import Check, Finding, NotMeasured
from multilayer.diagnosis.checks import CHECKS
from multilayer.diagnosis.diagnosis import Diagnosis
from multilayer.diagnosis.evidence import Evidence, TrainingRecord
from multilayer.diagnosis.live import Live
from multilayer.diagnosis.remedies import Ranking, Setup, try_fixes
from multilayer.separable import CommonPoint, Conflict, Separability, separability

__all__ = [
    "CHECKS",
    "Check",
    "CommonPoint",
    "Conflict",
    "Diagnosis",
    "Evidence",
    "Finding",
    "Live",
    "NotMeasured",
    "Ranking",
    "Separability",
    "Setup",
    "TrainingRecord",
    "diagnose",
    "separability",
    "try_fixes",
]


def __dir__() -> list[str]:
    return sorted(__all__)
