"""Models of Keras, told from others and refused."""

from __future__ import annotations

from typing import Any

from multilayer._base.errors import InputError

__all__ = ["refuse_keras"]

_PACKAGES = {"keras", "tf_keras", "tensorflow"}


def refuse_keras(model: Any) -> None:
    """Refuse a model of Keras, which is a module of PyTorch too where Keras runs on PyTorch.

    Raises
    ------
    InputError
        Saying how to make a network of it.
    """
    packages = {kind.__module__.partition(".")[0] for kind in type(model).__mro__}
    if hasattr(model, "get_weights") and packages & _PACKAGES:
        raise InputError(
            f"a Keras {type(model).__name__} is not converted; make the network of its Dense layers: "
            "MLP([Dense(*layer.get_weights(), layer.activation.__name__) for layer in model.layers])"
        )
