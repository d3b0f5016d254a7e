"""The table of remedies: one line a file, in the order in which they are tried."""

from multilayer.diagnosis.remedies.activation import activation
from multilayer.diagnosis.remedies.initialization import initialization
from multilayer.diagnosis.remedies.patience import patience
from multilayer.diagnosis.remedies.rate import rate
from multilayer.diagnosis.remedies.remedy import Remedy
from multilayer.diagnosis.remedies.solver import solver
from multilayer.diagnosis.remedies.standardize import standardize

__all__ = ["remedies"]

remedies: tuple[Remedy, ...] = (standardize, activation, initialization, rate, patience, solver)
