"""Activations as short NumPy programs, for the page's network as code: one entry for each activation.

An entry is the body of a function of `a` and the activation's parameters, by their names. Formulas are short before
they are exact: stable where the textbook's overflow, with six digits to trust, and not every last one.
"""

from __future__ import annotations

from multilayer._base.errors import InputError
from multilayer._base.text import quoted
from multilayer.activations import Activation, AlongAxis

__all__ = ["definition_of", "is_along_row", "needs_math"]

_ERF = "erfc = np.vectorize(math.erfc, otypes=[float])"

_BODIES: dict[str, str] = {
    "identity": "return a",
    "step": "return np.where(a > 0, 1.0, 0.0)",
    "sigmoid": "return 1 / (1 + np.exp(-a))",
    "tanh": "return np.tanh(a)",
    "relu": "return np.maximum(a, 0)",
    "leaky_relu": "return np.where(a > 0, a, slope * a)",
    "prelu": "return np.where(a > 0, a, slope * a)",
    "relu6": "return np.clip(a, 0, 6)",
    "thresholded_relu": "return np.where(a > theta, a, 0.0)",
    "celu": "return np.where(a > 0, a, alpha * np.expm1(np.minimum(a, 0) / alpha))",
    "elu": "return np.where(a > 0, a, alpha * np.expm1(np.minimum(a, 0)))",
    "selu": (
        "scale, alpha = 1.0507009873554805, 1.6732632423543772\n"
        "return scale * np.where(a > 0, a, alpha * np.expm1(np.minimum(a, 0)))"
    ),
    "gelu": f"{_ERF}\nreturn a * erfc(-a / np.sqrt(2)) / 2",
    "gelu_tanh": "v = 2 * np.sqrt(2 / np.pi) * (a + 0.044715 * a**3)\nreturn a / (1 + np.exp(-v))",
    "silu": "return a / (1 + np.exp(-beta * a))",
    "mish": "return a * np.tanh(np.logaddexp(0, a))",
    "log_sigmoid": "return -np.logaddexp(0, -a)",
    "softplus": "return np.logaddexp(0, beta * a) / beta",
    "squareplus": (
        "root = np.sqrt(a * a + b)\n"
        "return np.where(a > 0, (a + root) / 2, b / 2 / np.maximum(root - a, np.finfo(float).tiny))"
    ),
    "hard_sigmoid": "return np.clip(alpha * a + beta, 0, 1)",
    "hard_swish": "return np.where(a > -3, a * np.minimum(a + 3, 6) / 6, 0.0)",
    "hard_tanh": "return np.clip(a, low, high)",
    "softsign": "return a / (1 + np.abs(a))",
    "hard_shrink": "return np.where(np.abs(a) > threshold, a, 0.0)",
    "soft_shrink": "return a - np.clip(a, -threshold, threshold)",
    "tanh_shrink": (
        "series = a**3 / 3 - 2 * a**5 / 15 + 17 * a**7 / 315 - 62 * a**9 / 2835\n"
        "return np.where(np.abs(a) < 0.1, series, a - np.tanh(a))"
    ),
    "exponential": "return np.exp(a)",
    "gaussian": "return np.exp(-a * a)",
    "log_softmax": (
        "a = a - a.max(axis=-1, keepdims=True)\nreturn a - np.log(np.exp(a).sum(axis=-1, keepdims=True))"
    ),
    "softmax": (
        "e = np.exp(a - a.max(axis=-1, keepdims=True))  # without the maximum it overflows\n"
        "return e / e.sum(axis=-1, keepdims=True)"
    ),
    "softmin": "e = np.exp(a.min(axis=-1, keepdims=True) - a)\nreturn e / e.sum(axis=-1, keepdims=True)",
    "sparsemax": (
        "s = -np.sort(-a, axis=-1)\n"
        "k = np.arange(1, a.shape[-1] + 1)\n"
        "total = np.cumsum(s, axis=-1)\n"
        "support = (1 + k * s > total).sum(axis=-1, keepdims=True)\n"
        "tau = (np.take_along_axis(total, support - 1, axis=-1) - 1) / support\n"
        "return np.maximum(a - tau, 0)"
    ),
    "hardmax": "return np.eye(a.shape[-1])[a.argmax(axis=-1)]",
}


def definition_of(activation: Activation, layer: int) -> str:
    """Return a function of `a` and the parameters that computes an activation, as lines of Python.

    Raises
    ------
    InputError
        For an activation of a user's own, whose code the studio does not have.
    """
    name = activation.facts.name
    if name not in _BODIES:
        raise InputError(
            "layer {layer}: {activation} is an activation of your own, so there is no program for it",
            layer=layer,
            activation=quoted(name),
        )
    body = "".join(f"    {line}\n" for line in _BODIES[name].split("\n"))
    return f"def {name}({', '.join(('a', *activation.parameter_names()))}):\n{body}"


def needs_math(definition: str) -> bool:
    """Whether a definition uses the module `math` of Python's own library."""
    return "math." in definition


def is_along_row(activation: Activation) -> bool:
    """Whether an output depends on the whole row, as with softmax."""
    return isinstance(activation, AlongAxis)
