"""Activation functions: value and derivative, right to the last digit."""

from multilayer.activations.along_axis import AlongAxis as AlongAxis
from multilayer.activations.catalogue import catalogue as catalogue
from multilayer.activations.catalogue import get as get
from multilayer.activations.contract import Activation as Activation
from multilayer.activations.contract import Facts as Facts
from multilayer.activations.contract import Interval as Interval
from multilayer.activations.custom import Custom as Custom
from multilayer.activations.elementwise import Elementwise as Elementwise
from multilayer.activations.surrogate import Surrogate as Surrogate
from multilayer.activations.table import *  # noqa: F403  (every activation, by the table alone)
