"""PyTorch's `nn.Sequential`, as it predicts in evaluation mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from multilayer._base.errors import InputError, located
from multilayer.activations import Activation, identity
from multilayer.interop.affine import Affine, Floats, Weights
from multilayer.interop.contract import Conversion
from multilayer.interop.torch_activations import ACTIVATIONS
from multilayer.interop.torch_modules import children_of, computes, is_module, kind_of, refuse_changes
from multilayer.interop.torch_tensors import array_of
from multilayer.network import MLP, Dense

__all__ = ["torch_sequential"]


class _Chain:
    """The layers so far, and what is open: a Linear without its activation, or scaled columns without a Linear."""

    def __init__(self) -> None:
        self.layers: list[Dense] = []
        self._open: Weights | None = None
        self._scaled: list[Affine] = []

    def linear(self, module: Any) -> None:
        """Open a Linear, with what was done to its inputs."""
        self.close()
        W = array_of(module, "weight").T  # PyTorch's weight is (units, inputs)
        b = np.zeros(W.shape[1], W.dtype) if module.bias is None else array_of(module, "bias")
        self._open = W, b
        for affine in reversed(self._scaled):
            _check_columns(affine, W.shape[0], "the Linear behind takes")
            self._fold(affine.before)
        self._scaled = []

    def batch_norm(self, module: Any) -> None:
        """Fold it into the Linear beside it: in evaluation mode it scales and shifts every column."""
        affine, dtype = _normalization(module)
        if self._open is not None:
            _check_columns(affine, self._open[0].shape[1], "the Linear before has")
            self._fold(affine.after)
        else:
            affine.check_before(dtype)
            self._scaled.append(affine)

    def activation(self, activation: Activation) -> None:
        """Make the open Linear a layer."""
        if self._open is None:
            raise InputError("an activation needs a Linear of its own before it")
        self.layers.append(Dense(*self._open, activation))
        self._open = None

    def close(self) -> None:
        """Make the open Linear a layer without an activation, if there is one."""
        if self._open is not None:
            self.activation(identity)

    def whole(self) -> list[Dense]:
        """Return all layers."""
        self.close()
        if self._scaled:
            raise InputError("the last BatchNorm1d has no Linear beside it to be folded into")
        if not self.layers:
            raise InputError("the nn.Sequential has no Linear, so there is no layer to convert")
        return self.layers

    def _fold(self, folded: Callable[[Floats, Floats], Weights]) -> None:
        """Compute in float64, and round once to the type of the Linear."""
        assert self._open is not None  # noqa: S101  (whoever folds has looked)
        W, b = self._open
        new_W, new_b = folded(W.astype(np.float64), b.astype(np.float64))
        self._open = new_W.astype(W.dtype), new_b.astype(W.dtype)


def _check_columns(affine: Affine, columns: int, beside: str) -> None:
    own = len(affine.centre)
    if own != columns:
        raise InputError(
            f"a BatchNorm1d of {own} columns, but {beside} {columns}; the model itself does not run"
        )


def _normalization(module: Any) -> tuple[Affine, np.dtype[Any]]:
    """Return what a BatchNorm1d does in evaluation mode, and the type of its numbers."""
    if module.training:
        raise InputError("it is in training mode, where each batch has its own mean; call model.eval() first")
    if module.running_mean is None or module.running_var is None:
        raise InputError(
            "it has no running statistics, so each batch has its own mean; train it with track_running_stats=True"
        )
    mean, variance = array_of(module, "running_mean"), array_of(module, "running_var")
    zeros, ones = np.zeros(len(mean)), np.ones(len(mean))
    return Affine(
        centre=mean.astype(np.float64),
        spread=np.sqrt(variance.astype(np.float64) + module.eps),
        scale=ones if module.weight is None else array_of(module, "weight").astype(np.float64),
        shift=zeros if module.bias is None else array_of(module, "bias").astype(np.float64),
    ), mean.dtype


def _nothing(chain: _Chain, module: Any) -> None:
    pass


def _flatten(chain: _Chain, module: Any) -> None:
    if module.start_dim != 1 or module.end_dim not in (-1, 1):
        raise InputError(
            f"start_dim is {module.start_dim} and end_dim {module.end_dim}; samples are rows, which stay as they are "
            "only with 1 and -1"
        )


# Samples are rows here, so that there is nothing to flatten; and dropout leaves nothing out when it predicts.
_PARTS: dict[str, Callable[[_Chain, Any], None]] = {
    "Linear": _Chain.linear,
    "BatchNorm1d": _Chain.batch_norm,
    "Identity": _nothing,
    "Dropout": _nothing,
    "AlphaDropout": _nothing,
    "Flatten": _flatten,
}
"""Of what is no activation: what it adds to the chain. It refuses a module that is not what it has to be."""


def _convert(model: Any) -> MLP:
    model = getattr(model, "_orig_mod", model)  # what torch.compile holds, which computes the same
    if any(computes(model, kind) for kind in (*_PARTS, *ACTIVATIONS)):
        raise InputError(
            f"a PyTorch {type(model).__name__} is no nn.Sequential but one layer; give nn.Sequential(model), or the "
            "whole model"
        )
    if not computes(model, "Sequential"):
        inner = [f"model.{name}" for name, child in children_of(model) if computes(child, "Sequential")]
        hint = f", such as {inner[0]}, where the model runs nothing else" if inner else ""
        raise InputError(
            f"a PyTorch {type(model).__name__} is no nn.Sequential, so what it computes is code; "
            f"give nn.Sequential of its layers{hint}"
        )
    with located("the nn.Sequential"):
        refuse_changes(model)
    chain, known = _Chain(), (*_PARTS, *ACTIVATIONS)
    for path, module in _modules(model, ""):
        with located(f"module {path} ({type(module).__name__})"):
            kind = kind_of(module, known)
            if kind in _PARTS:
                _PARTS[kind](chain, module)
            else:
                chain.activation(ACTIVATIONS[kind](module))
    return MLP(chain.whole())


def _modules(sequential: Any, above: str) -> Iterator[tuple[str, Any]]:
    """Yield the modules of a chain in order, with the path that PyTorch's own messages give them: "0.2".

    Those of chains within it stand in their place.
    """
    for name, module in children_of(sequential):
        path = f"{above}{name}"
        if computes(module, "Sequential"):
            with located(f"module {path} ({type(module).__name__})"):
                refuse_changes(module)
            yield from _modules(module, f"{path}.")
        else:
            yield path, module


torch_sequential = Conversion("a PyTorch nn.Sequential", is_module, _convert, ends_in_sums=True)
