"""Which layer of `torch.nn` a module computes: recognized by its forward function, never by its name.

PyTorch is not imported. A subclass with another forward (an adapter, a user-defined activation) computes something else
than the class it inherits from, and hooks and parametrizations change the numbers of a module. All of these are
refused, with a way to make the module plain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer._base.translation import N_

__all__ = ["children_of", "computes", "is_module", "kind_of", "refuse_changes"]

_LAYERS, _RUN = "torch.nn.modules.", "torch.nn.modules.module"
"""The modules in which PyTorch defines its layers, and the function that runs the forward of one."""

_CALLS_TO_UNHOOK = {
    "torch.nn.utils.weight_norm": "torch.nn.utils.remove_weight_norm(module)",
    "torch.nn.utils.spectral_norm": "torch.nn.utils.remove_spectral_norm(module)",
    "torch.nn.utils.prune": "torch.nn.utils.prune.remove(module, '{tensor}')",
}
"""The call that removes a hook, by the module that defines it."""
_OTHER_WAYS = {
    "torch.ao.quantization.quantize": N_("give the model as it was before it was prepared for quantization")
}


def _way(hook: Any) -> str:
    """Return how to remove a hook."""
    where = _defined_in(hook)
    if where in _CALLS_TO_UNHOOK:
        return _CALLS_TO_UNHOOK[where].format(tensor=getattr(hook, "_tensor_name", ""))
    return fill(_OTHER_WAYS.get(where, N_("call remove() of what registered them")))


def is_module(model: Any) -> bool:
    """Whether a model is a module of PyTorch, by its attributes."""
    return all(hasattr(model, name) for name in ("named_children", "state_dict", "forward", "_modules"))


def children_of(module: Any) -> Iterator[tuple[str, Any]]:
    """Yield all children by name, a module that is used twice in both places (unlike `named_children`)."""
    yield from module._modules.items()


def computes(module: Any, kind: str) -> bool:
    """Whether a module runs the forward of `torch.nn`'s class `kind`, which it is or inherits from."""
    return kind in _ancestors(module)


def kind_of(module: Any, known: Collection[str]) -> str:
    """Return the class of `torch.nn` whose forward a module runs, one of those that are known.

    Raises
    ------
    InputError
        When its forward is another one, or its numbers are changed by something else.
    """
    if not is_module(module):
        raise InputError("it is not a PyTorch module, so the model itself does not run; remove it")
    refuse_changes(module)
    for kind in _ancestors(module):
        if kind in known:
            return kind
    raise InputError(_unknown(module, known))


def refuse_changes(module: Any) -> None:
    """Refuse a module whose numbers are not those of its class and weights.

    Raises
    ------
    InputError
        Naming what changes them, and how to make it a plain module.
    """
    is_lazy = getattr(module, "has_uninitialized_params", None)
    if is_lazy is not None and is_lazy():
        raise InputError("its weights are not initialized; run a batch through the model first")
    parametrized = list(getattr(module, "parametrizations", None) or ())
    if parametrized:
        raise InputError(
            "its {parametrized} is parametrized; make it plain first: "
            "torch.nn.utils.parametrize.remove_parametrizations(module, {parametrized!r})",
            parametrized=parametrized[0],
        )
    for name in ("_forward_pre_hooks", "_forward_hooks"):
        for hook in (getattr(module, name, None) or {}).values():
            raise InputError(
                "it has hooks, which may change its numbers; remove them first: {way}", way=_way(hook)
            )
    if "forward" in vars(module):
        raise InputError(
            "its forward was replaced on the object, so its computation is code; del module.forward"
        )


def _ancestors(module: Any) -> Iterator[str]:
    """Yield the names of the classes in `torch.nn` that a module shares its forward with, the nearest first."""
    forward, call = _functions(module)
    if _defined_in(forward).startswith(_LAYERS) and _defined_in(call) == _RUN:
        for ancestor in type(module).__mro__:
            if ancestor.__module__.startswith(_LAYERS) and getattr(ancestor, "forward", None) is forward:
                yield ancestor.__qualname__


def _functions(module: Any) -> tuple[Any, Any]:
    """Return the forward of a module's class, if it has one, and the function that runs it."""
    return getattr(type(module), "forward", None), type(module).__call__


def _defined_in(function: Any) -> str:
    return getattr(function, "__module__", None) or ""


def _unknown(module: Any, known: Collection[str]) -> str:
    """Return why a module computes none of the known layers."""
    forward, call = _functions(module)
    where = _defined_in(forward)
    if "quantized" in where.split("."):
        return fill("its weights are quantized; give the model as it was before quantization")
    if where.startswith(_LAYERS) and _defined_in(call) == _RUN:
        return fill("a network has no such layer; it can represent {known}", known=", ".join(known))
    own = forward if _defined_in(call) == _RUN else call
    return fill(
        "its forward is code of its own ({function}); replace it by the layers of torch.nn that compute the same, "
        "adapters by the Linear they are merged into",
        function=f"{_defined_in(own)}.{getattr(own, '__qualname__', '')}",
    )
