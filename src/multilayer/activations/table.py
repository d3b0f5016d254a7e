"""The table of activations: one line a file, in the order in which the catalogue shows them."""
# ruff: noqa: I001  (the order is by family, not by alphabet)

from multilayer.activations.identity import Identity as Identity, identity as identity
from multilayer.activations.step import Step as Step, step as step
from multilayer.activations.sigmoid import Sigmoid as Sigmoid, sigmoid as sigmoid
from multilayer.activations.leaky_relu import LeakyReLU as LeakyReLU, leaky_relu as leaky_relu
from multilayer.activations.softmax import Softmax as Softmax, softmax as softmax
