"""What `from_model` asks of PyTorch's modules, in NumPy, so that the suite needs no PyTorch.

Values are computed from mpmath-free textbook formulas in float64, independently of multilayer's. That PyTorch's own
modules look and compute like these, test_torch.py checks where it is installed, and `python -m benchmarks conversion`.
"""

import numpy as np
from scipy import special


class Tensor:
    """An array with the few methods of a tensor that conversion calls."""

    def __init__(self, array, has_numpy=True):
        self.array, self.has_numpy = np.asarray(array), has_numpy

    def detach(self):
        """Return the same numbers without a gradient."""
        return self

    def cpu(self):
        """Return the same numbers in the memory of the host."""
        return self

    def float(self):
        """Return them as float32."""
        return Tensor(self.array.astype(np.float32))

    def numpy(self):
        """Return the array; a bfloat16 tensor has none."""
        if not self.has_numpy:
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.array


def of_torch(kind, file="standing_in"):
    """Return a class as one that PyTorch defines, its forward and what runs it included."""
    kind.__module__ = f"torch.nn.modules.{file}"
    for name, defined in vars(kind).items():
        if name in ("forward", "__call__"):
            defined.__module__ = kind.__module__
    return kind


class Module:
    """A module: attributes and a forward."""

    def __init__(self, **attributes):
        vars(self).update(attributes)
        self._modules = {}

    def __call__(self, x):
        """Run it."""
        return self.forward(x)

    def named_children(self):
        """Yield modules within, each of them once, as PyTorch does."""
        first = {id(module): name for name, module in reversed(self._modules.items())}
        return ((name, module) for name, module in self._modules.items() if first[id(module)] == name)

    def state_dict(self):
        """Return nothing; it is asked for by name only."""
        return {}

    def forward(self, x):
        """Return x, as `Identity` and, predicting, `Dropout` do."""
        return x


of_torch(Module, "module")


@of_torch
class Sequential(Module):
    """Modules one after the other."""

    def __init__(self, *modules):
        self._modules = {str(n): module for n, module in enumerate(modules)}

    def forward(self, x):
        """Run them."""
        for module in self._modules.values():
            x = module(x)
        return x


@of_torch
class Linear(Module):
    """x W^T + b: PyTorch's weight is (units, inputs)."""

    def __init__(self, inputs, units, bias=True, dtype=np.float64, seed=0):
        super().__init__()
        rng = np.random.default_rng([seed, inputs, units])
        self.weight = Tensor(rng.standard_normal((units, inputs)).astype(dtype))
        self.bias = Tensor(rng.standard_normal(units).astype(dtype)) if bias else None

    def forward(self, x):
        """Multiply and add."""
        b = 0.0 if self.bias is None else self.bias.array
        return np.asarray(x, np.float64) @ self.weight.array.astype(np.float64).T + b


@of_torch
class BatchNorm1d(Module):
    """Columns that are centred and scaled by what training has seen."""

    def __init__(self, columns, own=True):
        rng = np.random.default_rng(columns)
        super().__init__(training=False, eps=1e-5, weight=None, bias=None)
        self.running_mean = Tensor(rng.standard_normal(columns))
        self.running_var = Tensor(rng.uniform(0.3, 3.0, columns))
        if own:
            self.weight, self.bias = (
                Tensor(rng.standard_normal(columns)),
                Tensor(rng.standard_normal(columns)),
            )

    def forward(self, x):
        """Centre, scale, shift."""
        z = (x - self.running_mean.array) / np.sqrt(self.running_var.array + self.eps)
        return z if self.weight is None else z * self.weight.array + self.bias.array


def activation(kind, function, **attributes):
    """Return a module of the class `kind` that computes `function(module, x)`."""

    def forward(self, x):
        return function(self, x)

    return of_torch(type(kind, (Module,), {"forward": forward}))(**attributes)


def _softmax(m, x):
    return special.softmax(x, axis=1)


def _selu(m, x):
    alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
    return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


ACTIVATIONS = (
    activation("ReLU", lambda m, x: np.where(x > 0, x, 0)),
    activation("LeakyReLU", lambda m, x: np.where(x > 0, x, m.negative_slope * x), negative_slope=0.2),
    activation("PReLU", lambda m, x: np.where(x > 0, x, 0.25 * x), weight=Tensor(np.float32([0.25]))),
    activation(
        "PReLU",
        lambda m, x: np.where(x > 0, x, m.weight.array.astype(float) * x),
        weight=Tensor(np.float32([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])),
    ),
    activation("RReLU", lambda m, x: np.where(x > 0, x, 0.3 * x), lower=0.2, upper=0.4),
    activation("ReLU6", lambda m, x: np.clip(x, 0, 6)),
    activation("Threshold", lambda m, x: np.where(x > 0.3, x, 0), threshold=0.3, value=0.0),
    activation("ELU", lambda m, x: np.where(x > 0, x, 0.7 * np.expm1(np.minimum(x, 0))), alpha=0.7),
    activation("CELU", lambda m, x: np.where(x > 0, x, 1.3 * np.expm1(np.minimum(x, 0) / 1.3)), alpha=1.3),
    activation("SELU", _selu),
    activation("GELU", lambda m, x: x * special.ndtr(x), approximate="none"),
    activation(
        "GELU",
        lambda m, x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
        approximate="tanh",
    ),
    activation("SiLU", lambda m, x: x * special.expit(x)),
    activation("Mish", lambda m, x: x * np.tanh(np.logaddexp(0, x))),
    activation("Softplus", lambda m, x: np.logaddexp(0, 2 * x) / 2, beta=2.0, threshold=20.0),
    activation("Sigmoid", lambda m, x: special.expit(x)),
    activation("LogSigmoid", lambda m, x: special.log_expit(x)),
    activation("Hardsigmoid", lambda m, x: np.clip(x / 6 + 0.5, 0, 1)),
    activation("Hardswish", lambda m, x: x * np.clip(x / 6 + 0.5, 0, 1)),
    activation("Tanh", lambda m, x: np.tanh(x)),
    activation("Hardtanh", lambda m, x: np.clip(x, -2, 0.5), min_val=-2.0, max_val=0.5),
    activation("Softsign", lambda m, x: x / (1 + np.abs(x))),
    activation("Softshrink", lambda m, x: np.sign(x) * np.maximum(np.abs(x) - 0.3, 0), lambd=0.3),
    activation("Hardshrink", lambda m, x: np.where(np.abs(x) > 0.4, x, 0), lambd=0.4),
    activation("Tanhshrink", lambda m, x: x - np.tanh(x)),
    activation("Softmax", _softmax, dim=1),
    activation("Softmax", _softmax, dim=None),
    activation("LogSoftmax", lambda m, x: special.log_softmax(x, axis=1), dim=-1),
    activation("Softmin", lambda m, x: special.softmax(-x, axis=1), dim=1),
)
