"""Tensors of PyTorch as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from multilayer._base.errors import InputError

__all__ = ["array_of"]


def array_of(module: Any, name: str) -> Any:
    """Return a tensor of a module as an array, of its type or one that holds all its numbers.

    Raises
    ------
    InputError
        When it has no numbers to read: a tensor without storage, sparse, or of a kind of its own.
    """
    try:
        on_host = getattr(module, name).detach().cpu()
        try:
            array = on_host.numpy()
        except TypeError:  # bfloat16, which NumPy does not have; every one of its numbers is a float32
            array = on_host.float().numpy()
    except (AttributeError, RuntimeError, TypeError) as error:
        raise InputError(
            f"its {name} cannot be read ({error}); expected a dense tensor with numbers in it"
        ) from None
    return array.astype(np.float32) if array.dtype == np.float16 else array
