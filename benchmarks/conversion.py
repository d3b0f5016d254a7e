"""`from_model` beside PyTorch itself: every activation of the table, in a chain with what has no effect.

The suite checks the same on stand-ins, so that it needs no PyTorch; this checks that PyTorch is what they stand for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from multilayer import from_model
from multilayer.interop.torch import ACTIVATIONS


def largest_errors() -> dict[str, tuple[float, str]]:
    """Return the largest difference over the largest output, and whose it is, for float32 and float64."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    modules = [*_modules(nn)]
    missing = set(ACTIVATIONS) - {type(module).__name__ for module in modules}
    assert not missing, f"nothing is known of {missing}"
    worst = {}
    for kind in (torch.float32, torch.float64):
        errors = []
        for module in modules:
            inner = nn.Sequential(nn.Linear(7, 6, bias=False), nn.Tanh())
            model = nn.Sequential(
                nn.Flatten(), nn.Linear(5, 7), module, nn.Dropout(0.5), inner, nn.Identity(), nn.Linear(6, 3)
            )
            model = model.to(kind).eval()
            x = 3.0 * torch.randn(500, 5, dtype=kind)
            with torch.no_grad():
                wanted = model(x).numpy()
            found = from_model(model)(x.numpy())
            assert found.dtype == wanted.dtype
            errors.append((float(np.abs(found - wanted).max() / np.abs(wanted).max()), repr(module)))
        worst[str(kind).removeprefix("torch.")] = max(errors)
    return worst


def _modules(nn: Any) -> list[Any]:
    plain = ("ReLU", "RReLU", "ReLU6", "SELU", "GELU", "SiLU", "Mish", "Softplus", "Sigmoid", "LogSigmoid")
    more = ("Hardsigmoid", "Hardswish", "Tanh", "Softsign", "Tanhshrink", "PReLU")
    return [
        *[getattr(nn, name)() for name in (*plain, *more)],
        nn.LeakyReLU(0.2),
        nn.PReLU(7),
        nn.Threshold(0.1, 0.0),
        nn.ELU(0.7),
        nn.CELU(1.3),
        nn.GELU(approximate="tanh"),
        nn.Softplus(2.0, 25.0),
        nn.Hardtanh(-2.0, 0.5),
        nn.Softshrink(0.3),
        nn.Hardshrink(0.4),
        nn.Softmax(dim=1),
        nn.LogSoftmax(dim=-1),
        nn.Softmin(dim=1),
    ]
