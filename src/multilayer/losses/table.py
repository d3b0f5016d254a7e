"""The table of losses: one line a file, in the order in which the catalogue shows them."""
# ruff: noqa: I001, F403  (the order is by family, not by alphabet; a file's __all__ tells what it adds)

from multilayer.losses.squared import *
from multilayer.losses.mean_squared_error import *
from multilayer.losses.absolute import *
from multilayer.losses.mean_absolute_error import *
from multilayer.losses.huber import *
from multilayer.losses.quantile import *
from multilayer.losses.binary_cross_entropy import *
from multilayer.losses.categorical_cross_entropy import *
from multilayer.losses.poisson import *
