"""PyTorch's `nn.Sequential`, as it predicts in evaluation mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from multilayer.activations import Activation, identity
from multilayer.conversion.contract import Conversion
from multilayer.conversion.torch_activations import ACTIVATIONS
from multilayer.errors import InputError
from multilayer.network import MLP, Dense
from multilayer.wording import located

__all__ = ["torch_sequential"]


class _Part(NamedTuple):
    """A module in the chain, with the path that PyTorch's own messages give it: "0.2"."""

    path: str
    kind: str
    module: Any


def _recognizes(model: Any) -> bool:
    return all(hasattr(model, name) for name in ("named_children", "state_dict", "forward"))


def _convert(model: Any) -> MLP:
    if not _is_sequential(model):
        raise InputError(
            f"a PyTorch {type(model).__name__} is no nn.Sequential, so what it computes is code; "
            "give nn.Sequential of its layers"
        )
    layers: list[Dense] = []
    linear: _Part | None = None
    _refuse_hooks("the nn.Sequential", model)
    for part in _parts(model, ""):
        with located(f"module {part.path} ({part.kind})"):
            if part.kind == "Linear":
                if linear is not None:
                    layers.append(_dense(linear.module, identity))
                linear = part
            elif part.kind in ACTIVATIONS:
                if linear is None:
                    raise InputError("an activation needs a Linear of its own before it")
                layers.append(_dense(linear.module, ACTIVATIONS[part.kind](part.module)))
                linear = None
            elif part.kind in _WITHOUT_EFFECT:
                _WITHOUT_EFFECT[part.kind](part.module)
            else:
                known = ", ".join(("Linear", *_WITHOUT_EFFECT, *ACTIVATIONS))
                raise InputError(f"a network has no such layer; it can represent {known}")
    if linear is not None:
        layers.append(_dense(linear.module, identity))
    if not layers:
        raise InputError("the nn.Sequential has no Linear, so there is no layer to convert")
    return MLP(layers)


def _parts(sequential: Any, above: str) -> Iterator[_Part]:
    """Yield the modules of a chain in order, those of chains within it in their place."""
    for name, module in sequential.named_children():
        path = f"{above}{name}"
        _refuse_hooks(f"module {path}", module)
        if _is_sequential(module):
            yield from _parts(module, f"{path}.")
        else:
            yield _Part(path, type(module).__name__, module)


def _is_sequential(module: Any) -> bool:
    """Whether it runs its children in a row: a Sequential, or a class of it that has no forward of its own."""
    for ancestor in type(module).__mro__:
        if ancestor.__name__ == "Sequential":
            return True
        if "forward" in vars(ancestor):
            return False
    return False


def _refuse_hooks(where: str, module: Any) -> None:
    if any(getattr(module, hooks, None) for hooks in ("_forward_hooks", "_forward_pre_hooks")):
        raise InputError(f"{where} has hooks, which may change its numbers; remove them first")


def _nothing(module: Any) -> None:
    pass


def _flatten(module: Any) -> None:
    if module.start_dim != 1 or module.end_dim not in (-1, 1):
        raise InputError(
            f"start_dim is {module.start_dim} and end_dim {module.end_dim}; samples are rows, which stay as they are "
            "only with 1 and -1"
        )


# Samples are rows here, so that there is nothing to flatten; and dropout leaves nothing out when it predicts.
_WITHOUT_EFFECT: dict[str, Callable[[Any], None]] = {
    "Identity": _nothing,
    "Dropout": _nothing,
    "AlphaDropout": _nothing,
    "Flatten": _flatten,
}
"""What is left out of the network; each refuses a module that does have an effect."""


def _dense(linear: Any, activation: Activation) -> Dense:
    bias = None if linear.bias is None else _array(linear.bias)
    return Dense(_array(linear.weight).T, bias, activation)  # PyTorch's weight is (units, inputs)


def _array(tensor: Any) -> Any:
    on_host = tensor.detach().cpu()
    try:
        return on_host.numpy()
    except TypeError:  # bfloat16, which NumPy does not have; every one of its numbers is a float32
        return on_host.float().numpy()


torch_sequential = Conversion("a PyTorch nn.Sequential", _recognizes, _convert)
