"""Networks with a known fault, and healthy ones: what a diagnosis is scored on.

A scenario is a function of a seed. Thresholds were chosen on the seeds of `DEVELOPMENT`. Tests and benchmarks score the
seeds of `SCORED`, on which nothing was chosen.
"""

from tests.diagnosis.scenarios import faults_of_data, faults_of_network, faults_of_training  # noqa: F401
from tests.diagnosis.scenarios.faults import FAULTY
from tests.diagnosis.scenarios.healthy import HEALTHY
from tests.diagnosis.scenarios.subject import Scenario, Subject

DEVELOPMENT = range(0, 10)
SCORED = range(100, 110)

__all__ = ["DEVELOPMENT", "FAULTY", "HEALTHY", "SCORED", "Scenario", "Subject"]
