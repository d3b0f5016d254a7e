"""Networks that are sick in a known way, and healthy ones: what a diagnosis is scored on.

A case is a function of a seed. Thresholds were chosen on the seeds of `DEVELOPMENT`; tests and benchmarks score others,
`SCORED`, whose failures were not looked at to choose anything.
"""

from benchmarks.diagnosis_cases.healthy import HEALTHY
from benchmarks.diagnosis_cases.sick import SICK
from benchmarks.diagnosis_cases.subject import Case, Subject

DEVELOPMENT = range(0, 10)
SCORED = range(100, 110)

__all__ = ["DEVELOPMENT", "HEALTHY", "SCORED", "SICK", "Case", "Subject"]
