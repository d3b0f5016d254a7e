"""The table of measured properties: one line a file, in the order in which a card shows them."""
# ruff: noqa: I001, F403  (a file's __all__ tells what it adds)

from multilayer.properties.range_reached import *
from multilayer.properties.saturation import *
from multilayer.properties.zero_derivative import *
from multilayer.properties.lipschitz import *
from multilayer.properties.centre import *
from multilayer.properties.signal import *
from multilayer.properties.depth import *
from multilayer.properties.update_direction import *
from multilayer.properties.centring import *
from multilayer.properties.cost import *
from multilayer.properties.accuracy import *
