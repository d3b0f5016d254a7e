"""What every rule is written with, for the file of a check to import in one line.

`check` makes a check of a function, `needs` says what that reads of the `Evidence`, `finding` words what it yields.
"""

from multilayer._base.text import fill, percent
from multilayer._base.translation import N_
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import NotMeasured, Outcomes, Severity, check
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import finding

__all__ = [
    "N_",
    "Evidence",
    "NotMeasured",
    "Outcomes",
    "Severity",
    "check",
    "fill",
    "finding",
    "needs",
    "percent",
]
