"""What the data ask for, and what a network does with them: one file per check."""

from multilayer.diagnosis.proofs import CommonPoint as CommonPoint
from multilayer.diagnosis.proofs import Conflict as Conflict
from multilayer.diagnosis.separability import Separability as Separability
from multilayer.diagnosis.separability import separability as separability
