"""The table of activations: one line a file, in the order in which the catalogue shows them."""
# ruff: noqa: I001, F403  (the order is by family, not by alphabet; a file's __all__ tells what it adds)

from multilayer.activations.identity import *
from multilayer.activations.step import *
from multilayer.activations.sigmoid import *
from multilayer.activations.tanh import *
from multilayer.activations.relu import *
from multilayer.activations.leaky_relu import *
from multilayer.activations.relu6 import *
from multilayer.activations.thresholded_relu import *
from multilayer.activations.elu import *
from multilayer.activations.gelu import *
from multilayer.activations.silu import *
from multilayer.activations.mish import *
from multilayer.activations.softplus import *
from multilayer.activations.squareplus import *
from multilayer.activations.hard_sigmoid import *
from multilayer.activations.hard_tanh import *
from multilayer.activations.softsign import *
from multilayer.activations.shrink import *
from multilayer.activations.exponential import *
from multilayer.activations.gaussian import *
from multilayer.activations.softmax import *
from multilayer.activations.sparsemax import *
from multilayer.activations.hardmax import *
