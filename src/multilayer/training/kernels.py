"""The core's kernels of an activation."""

from __future__ import annotations

import numpy as np

from multilayer.activations import Activation, Surrogate
from multilayer.activations.along_axis import AlongAxis
from multilayer.activations.elementwise import Elementwise
from multilayer.backend import training as backend

__all__ = ["IDENTITY", "activation_kernels"]

IDENTITY: backend.ActivationKernel = ("identity", ())
"""The kernel of an output activation that is fused with the loss."""


def activation_kernels(
    activation: Activation,
) -> tuple[backend.ActivationKernel, backend.ActivationKernel | None] | None:
    """Return the kernel that goes forward, and the one that goes back where that is another; None if one is missing."""
    if isinstance(activation, Surrogate):
        forward, backward = _kernel(activation.forward), _kernel(activation.backward)
        return None if forward is None or backward is None else (forward, backward)
    kernel = _kernel(activation)
    return None if kernel is None else (kernel, None)


def _kernel(activation: Activation) -> backend.ActivationKernel | None:
    # Other kinds may have a derivative that does not belong to the kernel.
    if not isinstance(activation, Elementwise | AlongAxis):
        return None
    if any(np.ndim(value) for value in activation.parameters):  # a number per unit
        return None
    return backend.activation_kernel(activation.kernel, activation.parameters)
