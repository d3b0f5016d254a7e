"""PyTorch, eager, without gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from numpy.typing import NDArray
from torch.nn import functional

from benchmarks.cases import Layers, TrainingCase

NAME, PACKAGE = "PyTorch", "torch"

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "identity": torch.clone,
    "step": lambda x: torch.heaviside(x, x.new_zeros(())),
    "sigmoid": torch.sigmoid,
    "softmax": lambda x: torch.softmax(x, -1),
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": functional.leaky_relu,
    "prelu": lambda x: functional.leaky_relu(x, 0.25),
    "relu6": functional.relu6,
    "thresholded_relu": lambda x: functional.threshold(x, 1.0, 0.0),
    "elu": functional.elu,
    "celu": functional.celu,
    "selu": functional.selu,
    "gelu": functional.gelu,
    "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "silu": functional.silu,
    "hard_sigmoid": functional.hardsigmoid,
    "hard_swish": functional.hardswish,
    "hard_tanh": functional.hardtanh,
    "softplus": functional.softplus,
    "softsign": functional.softsign,
    "mish": functional.mish,
    "log_sigmoid": functional.logsigmoid,
    "soft_shrink": functional.softshrink,
    "hard_shrink": functional.hardshrink,
    "tanh_shrink": functional.tanhshrink,
    "exponential": torch.exp,
    "gaussian": lambda x: torch.exp(-x * x),
    "squareplus": lambda x: (x + torch.sqrt(x * x + 4)) * 0.5,
}


def forward(layers: Layers, x: NDArray[Any]) -> Callable[[], Any]:
    """Linear layers and functions, in inference mode."""
    steps = [(torch.from_numpy(W.T.copy()), torch.from_numpy(b), h) for W, b, h in layers]
    tensor = torch.from_numpy(x)

    @torch.inference_mode()
    def run() -> Any:
        z = tensor
        for W, b, h in steps:
            z = functional.linear(z, W, b)
            if h != "identity":
                z = FUNCTIONS[h](z)
        return z.numpy()

    return run


def elementwise(name: str, x: NDArray[Any]) -> Callable[[], Any] | None:
    """The function on a tensor; what has no out= allocates, as it does for its users."""
    function, tensor = FUNCTIONS.get(name), torch.from_numpy(x)
    if function is None:
        return None

    @torch.inference_mode()
    def run() -> Any:
        return function(tensor).numpy()

    return run


def training(case: TrainingCase, compiled: bool = False) -> Callable[[], float]:
    """The usual loop, with the fused Adam; `compiled`: forward and backward through torch.compile."""
    X, y = (torch.from_numpy(array) for array in case.data())
    modules: list[torch.nn.Module] = []
    for W, b in case.parameters():
        linear = torch.nn.Linear(*W.shape, dtype=X.dtype)
        linear.weight.data, linear.bias.data = torch.from_numpy(W.T.copy()), torch.from_numpy(b)
        modules += [linear, torch.nn.ReLU()]
    net = torch.nn.Sequential(*modules[:-1])
    optimizer = torch.optim.Adam(net.parameters(), lr=case.rate, fused=True)

    def loss_of(x: Any, targets: Any) -> Any:
        return functional.cross_entropy(net(x), targets)

    loss_function = torch.compile(loss_of, dynamic=False) if compiled else loss_of
    epoch = 0

    def run() -> float:
        nonlocal epoch
        order, total = torch.from_numpy(case.order(epoch)), torch.zeros((), dtype=X.dtype)
        for rows in order.split(case.batch):
            optimizer.zero_grad()
            loss = loss_function(X[rows], y[rows])
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows)
        epoch += 1
        return float(total) / case.rows

    return run
