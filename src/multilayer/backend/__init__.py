"""Where arithmetic happens: the native core, and the NumPy twin that stands in for it.

Nothing outside this package knows which of the two is at work.
"""

from multilayer.backend.choice import along_axis, elementwise, from_python, info, with_parameters
from multilayer.backend.forward import affine, compile_network
from multilayer.backend.threads import get_threads, set_threads, threads

__all__ = [
    "affine",
    "along_axis",
    "compile_network",
    "elementwise",
    "from_python",
    "get_threads",
    "info",
    "set_threads",
    "threads",
    "with_parameters",
]
