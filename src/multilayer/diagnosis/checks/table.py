"""The table of checks: one line a file, in the order in which causes are preferred: what explains comes first."""
# ruff: noqa: I001, F403  (the order is the order of causes; a file's __all__ tells what it adds)

from multilayer.diagnosis.checks.not_finite import *
from multilayer.diagnosis.checks.wrong_output import *
from multilayer.diagnosis.checks.leaking_inputs import *
from multilayer.diagnosis.checks.unscaled_inputs import *
from multilayer.diagnosis.checks.constant_inputs import *
from multilayer.diagnosis.checks.duplicate_inputs import *
from multilayer.diagnosis.checks.initialization import *
from multilayer.diagnosis.checks.loss_not_finite import *
from multilayer.diagnosis.checks.learning_rate_too_high import *
from multilayer.diagnosis.checks.duplicate_units import *
from multilayer.diagnosis.checks.dead_units import *
from multilayer.diagnosis.checks.saturated_units import *
from multilayer.diagnosis.checks.vanishing_gradients import *
from multilayer.diagnosis.checks.exploding_gradients import *
from multilayer.diagnosis.checks.collapsed_signal import *
from multilayer.diagnosis.checks.linear_units import *
from multilayer.diagnosis.checks.update_ratio import *
from multilayer.diagnosis.checks.oscillation import *
from multilayer.diagnosis.checks.class_imbalance import *
from multilayer.diagnosis.checks.learning_rate_too_low import *
from multilayer.diagnosis.checks.undertraining import *
from multilayer.diagnosis.checks.overfitting import *
from multilayer.diagnosis.checks.plateau_stop import *
from multilayer.diagnosis.checks.one_class import *
from multilayer.diagnosis.checks.no_better_than_constant import *
from multilayer.diagnosis.checks.linear_enough import *
