"""Where arithmetic happens: the native core, or the NumPy reference as a fallback.

Nothing outside this package depends on which of the two is in use.
"""

from multilayer.backend.choice import (
    along_axis,
    elementwise,
    from_python,
    get_threads,
    info,
    set_threads,
    threads,
    with_parameters,
)
from multilayer.backend.forward import affine, compile_network

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
