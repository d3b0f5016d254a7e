"""The table of measured properties: one line a file, in the order in which a card shows them."""
# ruff: noqa: I001, F403  (a file's __all__ tells what it adds)

from multilayer.measure.range_reached import *
from multilayer.measure.saturation import *
from multilayer.measure.zero_derivative import *
from multilayer.measure.lipschitz import *
from multilayer.measure.centre import *
from multilayer.measure.signal import *
from multilayer.measure.depth import *
from multilayer.measure.update_direction import *
from multilayer.measure.centring import *
from multilayer.measure.cost import *
from multilayer.measure.accuracy import *
