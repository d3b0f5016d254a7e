"""What the data ask for, and what a network does with them: why it does not learn."""

from multilayer.diagnosis.diagnosis import Diagnosis
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured
from multilayer.diagnosis.separable import CommonPoint, Conflict, Separability, separability

__all__ = [
    "Check",
    "CommonPoint",
    "Conflict",
    "Diagnosis",
    "Evidence",
    "Finding",
    "NotMeasured",
    "Separability",
    "separability",
]
