"""PyTorch's `nn.Sequential`: its layers, and the activations of `torch.nn` with their parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from multilayer import activations as act
from multilayer._base.errors import InputError, located
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.activations import Activation, identity
from multilayer.interop.containers import Affine, Floats, Weights
from multilayer.interop.torch_modules import children_of, computes, is_module, kind_of, refuse_changes
from multilayer.network import MLP, Dense

__all__ = ["ACTIVATIONS", "is_module", "network_of"]

_BEHIND = N_(
    "a BatchNorm1d of {own} columns, but the Linear behind takes {columns}; the model itself does not run"
)
_BEFORE = N_(
    "a BatchNorm1d of {own} columns, but the Linear before has {columns}; the model itself does not run"
)


def network_of(model: Any) -> MLP:
    """Return the network of an `nn.Sequential`, as it predicts in evaluation mode."""
    model = getattr(model, "_orig_mod", model)  # of torch.compile: it computes the same
    if any(computes(model, kind) for kind in (*_PARTS, *ACTIVATIONS)):
        raise InputError(
            "a PyTorch {kind} is not an nn.Sequential but one layer; give "
            "nn.Sequential(model), or the whole model",
            kind=type(model).__name__,
        )
    if not computes(model, "Sequential"):
        inner = [f"model.{name}" for name, child in children_of(model) if computes(child, "Sequential")]
        such = N_(", such as {module}, where the model runs nothing else")
        hint = fill(such, module=inner[0]) if inner else ""
        raise InputError(
            "a PyTorch {kind} is not an nn.Sequential, so its computation is code; give "
            "nn.Sequential of its layers{hint}",
            kind=type(model).__name__,
            hint=hint,
        )
    with located(fill("the nn.Sequential")):
        refuse_changes(model)
    chain, known = _Chain(), (*_PARTS, *ACTIVATIONS)
    for path, module in _modules(model, ""):
        with located(fill("module {path} ({kind})", path=path, kind=type(module).__name__)):
            kind = kind_of(module, known)
            if kind in _PARTS:
                _PARTS[kind](chain, module)
            else:
                chain.activation(ACTIVATIONS[kind](module))
    return MLP(chain.whole())


class _Chain:
    """The layers so far, and what awaits the next module: a Linear its activation, or scaled columns a Linear."""

    # Each BatchNorm1d is folded for itself, with its centre subtracted first, and rounded. `exchange.chain` folds by
    # the same `Affine`, but has factors and shifts alone, which are composed first: the last bits may differ.

    def __init__(self) -> None:
        self.layers: list[Dense] = []
        self._open: Weights | None = None
        self._scaled: list[Affine] = []

    def linear(self, module: Any) -> None:
        """Open a Linear, and fold the scaling of its inputs into it."""
        self.close()
        W = _array_of(module, "weight").T  # PyTorch's weight is (units, inputs)
        b = np.zeros(W.shape[1], W.dtype) if module.bias is None else _array_of(module, "bias")
        self._open = W, b
        for affine in reversed(self._scaled):
            _check_columns(affine, W.shape[0], _BEHIND)
            self._fold(affine.before)
        self._scaled = []

    def batch_norm(self, module: Any) -> None:
        """Fold it into the Linear beside it: in evaluation mode it scales and shifts every column."""
        affine, dtype = _normalization(module)
        if self._open is not None:
            _check_columns(affine, self._open[0].shape[1], _BEFORE)
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
        assert self._open is not None  # noqa: S101  (checked by the callers)
        W, b = self._open
        new_W, new_b = folded(W.astype(np.float64), b.astype(np.float64))
        self._open = new_W.astype(W.dtype), new_b.astype(W.dtype)


def _check_columns(affine: Affine, columns: int, template: str) -> None:
    own = len(affine.centre)
    if own != columns:
        raise InputError(template, own=own, columns=columns)


def _normalization(module: Any) -> tuple[Affine, np.dtype[Any]]:
    """Return the function of a BatchNorm1d in evaluation mode, and the type of its numbers."""
    if module.training:
        raise InputError("it is in training mode, where each batch has its own mean; call model.eval() first")
    if module.running_mean is None or module.running_var is None:
        raise InputError(
            "it has no running statistics, so each batch has its own mean; train it with track_running_stats=True"
        )
    mean, variance = _array_of(module, "running_mean"), _array_of(module, "running_var")
    zeros, ones = np.zeros(len(mean)), np.ones(len(mean))
    return Affine(
        centre=mean.astype(np.float64),
        std=np.sqrt(variance.astype(np.float64) + module.eps),
        scale=ones if module.weight is None else _array_of(module, "weight").astype(np.float64),
        shift=zeros if module.bias is None else _array_of(module, "bias").astype(np.float64),
    ), mean.dtype


def _nothing(chain: _Chain, module: Any) -> None:
    pass


def _flatten(chain: _Chain, module: Any) -> None:
    if module.start_dim != 1 or module.end_dim not in (-1, 1):
        raise InputError(
            "start_dim is {start_dim} and end_dim {end_dim}; samples are rows, which "
            "stay as they are only with 1 and -1",
            start_dim=module.start_dim,
            end_dim=module.end_dim,
        )


# Samples are rows, so that there is nothing to flatten, and dropout does nothing in evaluation mode.
_PARTS: dict[str, Callable[[_Chain, Any], None]] = {
    "Linear": _Chain.linear,
    "BatchNorm1d": _Chain.batch_norm,
    "Identity": _nothing,
    "Dropout": _nothing,
    "AlphaDropout": _nothing,
    "Flatten": _flatten,
}
"""How each class that is not an activation changes the chain; settings that a network cannot have are refused."""


def _modules(sequential: Any, above: str) -> Iterator[tuple[str, Any]]:
    """Yield the modules of a chain and its inner chains in order, each with its path as PyTorch writes it: "0.2"."""
    for name, module in children_of(sequential):
        path = f"{above}{name}"
        if computes(module, "Sequential"):
            with located(fill("module {path} ({kind})", path=path, kind=type(module).__name__)):
                refuse_changes(module)
            yield from _modules(module, f"{path}.")
        else:
            yield path, module


def _array_of(module: Any, name: str) -> Any:
    """Return a tensor of a module as an array, of its type or one that represents all of its numbers.

    Raises
    ------
    InputError
        When it has no numbers to read, as without storage, or when it is sparse or of another type.
    """
    try:
        on_host = getattr(module, name).detach().cpu()
        try:
            array = on_host.numpy()
        except TypeError:  # bfloat16, which NumPy does not have; every one of its numbers is a float32
            array = on_host.float().numpy()
    except (AttributeError, RuntimeError, TypeError) as error:
        raise InputError(
            "its {name} cannot be read ({error}); expected a dense tensor with numbers in it",
            name=name,
            error=error,
        ) from None
    return array.astype(np.float32) if array.dtype == np.float16 else array


def _gelu(module: Any) -> Activation:
    kinds: dict[str, Activation] = {"none": act.GELU(), "tanh": act.GELUTanh()}
    if module.approximate not in kinds:
        raise InputError(
            "approximate is {approximate!r}; expected 'none' or 'tanh'", approximate=module.approximate
        )
    return kinds[module.approximate]


def _softplus(module: Any) -> Activation:
    # Where beta a is above the threshold, PyTorch returns a: at 20 that changes the result by 1e-10 of it at most, and
    # not at all in float32; with a threshold far below it is another function, with a step.
    if module.threshold < 20:
        raise InputError(
            "threshold is {threshold:g}, where the function has a step; softplus has "
            "none (20 or more will do)",
            threshold=module.threshold,
        )
    return act.Softplus(float(module.beta))


def _threshold(module: Any) -> Activation:
    if module.value != 0:
        raise InputError(
            "value is {value:g}; a thresholded relu is 0 below its threshold", value=module.value
        )
    return act.ThresholdedReLU(float(module.threshold))


def _prelu(module: Any) -> Activation:
    slopes = _array_of(module, "weight").astype(np.float64).tolist()
    return act.PReLU(slopes[0] if len(slopes) == 1 else tuple(slopes))


def _along_units(activation: Activation) -> Callable[[Any], Activation]:
    def build(module: Any) -> Activation:
        # Without a dim PyTorch takes the second axis of a matrix.
        if module.dim not in (None, 1, -1):
            raise InputError("dim is {dim}; samples are rows, so it must be 1 or -1", dim=module.dim)
        return activation

    return build


def _plain(activation: Activation) -> Callable[[Any], Activation]:
    return lambda module: activation


ACTIVATIONS: dict[str, Callable[[Any], Activation]] = {
    "ReLU": _plain(act.ReLU()),
    "LeakyReLU": lambda module: act.LeakyReLU(float(module.negative_slope)),
    "PReLU": _prelu,
    # Its slope is random in training only; predictions use the mean.
    "RReLU": lambda module: act.LeakyReLU((module.lower + module.upper) / 2),
    "ReLU6": _plain(act.ReLU6()),
    "Threshold": _threshold,
    "ELU": lambda module: act.ELU(float(module.alpha)),
    "CELU": lambda module: act.CELU(float(module.alpha)),
    "SELU": _plain(act.SELU()),
    "GELU": _gelu,
    "SiLU": _plain(act.SiLU()),
    "Mish": _plain(act.Mish()),
    "Softplus": _softplus,
    "Sigmoid": _plain(act.Sigmoid()),
    "LogSigmoid": _plain(act.LogSigmoid()),
    "Hardsigmoid": _plain(act.HardSigmoid()),
    "Hardswish": _plain(act.HardSwish()),
    "Tanh": _plain(act.Tanh()),
    "Hardtanh": lambda module: act.HardTanh(float(module.min_val), float(module.max_val)),
    "Softsign": _plain(act.Softsign()),
    "Softshrink": lambda module: act.SoftShrink(float(module.lambd)),
    "Hardshrink": lambda module: act.HardShrink(float(module.lambd)),
    "Tanhshrink": _plain(act.TanhShrink()),
    "Softmax": _along_units(act.Softmax()),
    "LogSoftmax": _along_units(act.LogSoftmax()),
    "Softmin": _along_units(act.Softmin()),
}
"""From the name of a class of `torch.nn` to the function that makes an activation of the module."""
