"""Activations in PyTorch: a class of torch.nn, or a formula where it has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from multilayer import activations as act
from multilayer._base.errors import InputError
from multilayer.activations import Activation

__all__ = ["code_of"]

_SORTED = "torch.sort(a, dim=-1, descending=True).values.cumsum(-1)"
_COUNT = "torch.arange(1, a.shape[-1] + 1, dtype=a.dtype)"

_CLASSES: dict[type[Activation], Callable[[Any], str]] = {
    act.ReLU: lambda h: "nn.ReLU()",
    act.LeakyReLU: lambda h: f"nn.LeakyReLU({h.slope!r})",
    act.ReLU6: lambda h: "nn.ReLU6()",
    act.ThresholdedReLU: lambda h: f"nn.Threshold({h.theta!r}, 0.0)",
    act.ELU: lambda h: f"nn.ELU({h.alpha!r})",
    act.CELU: lambda h: f"nn.CELU({h.alpha!r})",
    act.SELU: lambda h: "nn.SELU()",
    act.GELU: lambda h: "nn.GELU()",
    act.GELUTanh: lambda h: 'nn.GELU(approximate="tanh")',
    act.Mish: lambda h: "nn.Mish()",
    act.Softplus: lambda h: f"nn.Softplus({h.beta!r}, 40.0)",
    act.LogSigmoid: lambda h: "nn.LogSigmoid()",
    act.Sigmoid: lambda h: "nn.Sigmoid()",
    act.Tanh: lambda h: "nn.Tanh()",
    act.HardSwish: lambda h: "nn.Hardswish()",
    act.HardTanh: lambda h: f"nn.Hardtanh({h.low!r}, {h.high!r})",
    act.Softsign: lambda h: "nn.Softsign()",
    act.SoftShrink: lambda h: f"nn.Softshrink({h.threshold!r})",
    act.HardShrink: lambda h: f"nn.Hardshrink({h.threshold!r})",
    act.TanhShrink: lambda h: "nn.Tanhshrink()",
    act.Softmax: lambda h: "nn.Softmax(-1)",
    act.LogSoftmax: lambda h: "nn.LogSoftmax(-1)",
    act.Softmin: lambda h: "nn.Softmin(-1)",
}
_FORMULAS: dict[type[Activation], Callable[[Any], str]] = {
    act.SiLU: lambda h: f"a * torch.sigmoid({h.beta!r} * a)",
    act.HardSigmoid: lambda h: f"torch.clamp({h.alpha!r} * a + {h.beta!r}, 0.0, 1.0)",
    act.Squareplus: lambda h: f"torch.relu(a) + {h.b / 2.0!r} / (a.abs() + torch.sqrt(a * a + {h.b!r}))",
    act.BinaryStep: lambda h: "(a > 0).to(a.dtype)",
    act.Exponential: lambda h: "torch.exp(a)",
    act.Gaussian: lambda h: "torch.exp(-a * a)",
    act.Hardmax: lambda h: "nn.functional.one_hot(a.argmax(-1), a.shape[-1]).to(a.dtype)",
    act.Sparsemax: lambda h: f"torch.relu(a - (({_SORTED} - 1) / {_COUNT}).amax(-1, keepdim=True))",
}


def code_of(activation: Activation) -> tuple[str, str]:
    """Return the construction of a module, or "" and a formula of a.

    Raises
    ------
    InputError
        For an activation of the user's own.
    """
    if activation == act.silu:
        return "nn.SiLU()", ""
    if activation == act.hard_sigmoid:
        return "nn.Hardsigmoid()", ""
    kind = type(activation)
    if kind in _CLASSES:
        return _CLASSES[kind](activation), ""
    if kind in _FORMULAS:
        return "", _FORMULAS[kind](activation)
    raise InputError(
        "PyTorch has no activation {name}; write the network as .safetensors or .json",
        name=activation.facts.name,
    )
