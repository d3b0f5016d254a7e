"""The page's network as a program: in NumPy alone, in matrices or unrolled to single numbers, or with multilayer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import printable
from multilayer.activations import Activation
from multilayer.activations.table import describe
from multilayer.network import MLP
from multilayer.web.expressions import definition_of, is_along_row, needs_math

__all__ = ["Form", "Letters", "program"]

Form = Literal["matrix", "unrolled", "multilayer"]

_MOST_PARAMETERS: dict[Form, int] = {"matrix": 20_000, "unrolled": 400, "multilayer": 20_000}
_MOST_ROWS = 20


@dataclass(frozen=True)
class Letters:
    """The reader's letters, as in state.js."""

    sums: Literal["az", "za"] = "az"
    index: Literal["ij", "ji"] = "ij"
    weights: Literal["io", "oi"] = "io"

    def weight(self, layer: int, i: int, j: int) -> str:
        """Return the name of the weight from i to j."""
        first, second = (i, j) if self.index == "ij" else (j, i)
        return f"w{layer}_{first}{'_' if max(i, j) > 9 else ''}{second}"


def program(net: MLP, X: NDArray[Any], form: Form, letters: Letters, row: int = 0) -> str:
    """Return a program that prints y of the first rows of X, or of one row where it is unrolled, in 6 digits.

    Raises
    ------
    InputError
        For an activation of a user's own, and a network that is too large to be read as code.
    """
    count = sum(layer.W.size + layer.b.size for layer in net.layers)
    if count > _MOST_PARAMETERS[form]:
        raise InputError(
            "the network has {count:,} parameters, and this kind of code is written for at most {most:,}; save a "
            "file, which multilayer.load reads",
            count=count,
            most=_MOST_PARAMETERS[form],
        )
    return _FORMS[form](net, X, letters, row)


def _matrix(net: MLP, X: NDArray[Any], letters: Letters, _: int) -> str:
    a, z = letters.sums
    transposed = letters.weights == "oi"
    lines = [*_head(net), f"x = {_array(X[:_MOST_ROWS], net)}", ""]
    for n, layer in enumerate(net.layers, 1):
        shape = "(units, inputs)" if transposed else "(inputs, units)"
        W = layer.W.T if transposed else layer.W
        lines += [f"W{n} = {_array(W, net)}  # {shape}", f"b{n} = {_array(layer.b, net)}"]
    lines.append("")
    for n, layer in enumerate(net.layers, 1):
        source = "x" if n == 1 else f"{z}{n - 1}"
        lines.append(f"{a}{n} = {source} @ W{n}{'.T' if transposed else ''} + b{n}")
        lines.append(f"{z}{n} = {_call(layer.activation, f'{a}{n}')}")
    last = f"{z}{len(net.layers)}"
    lines += ["", f"for y in {last}:", '    print(*(f"{number:.6g}" for number in y))']
    return "\n".join(lines) + "\n"


def _unrolled(net: MLP, X: NDArray[Any], letters: Letters, row: int) -> str:
    a, z = letters.sums
    before = [f"x{i}" for i in range(1, net.widths[0] + 1)]
    values = ", ".join(repr(float(value)) for value in X[row].astype(net.dtype))
    lines = [*_head(net), f"# row {row + 1}", f"{', '.join(before)} = {values}", ""]
    for n, layer in enumerate(net.layers, 1):
        inputs, units = layer.W.shape
        for i in range(inputs):
            names = ", ".join(letters.weight(n, i + 1, j + 1) for j in range(units))
            lines.append(f"{names} = {', '.join(repr(float(value)) for value in layer.W[i])}")
        sums, outputs = ([f"{letter}{n}_{j}" for j in range(1, units + 1)] for letter in (a, z))
        for j, name in enumerate(sums):
            terms = (f" + {source} * {letters.weight(n, i, j + 1)}" for i, source in enumerate(before, 1))
            lines.append(f"{name} = {float(layer.b[j])!r}{''.join(terms)}")
        lines += _outputs(layer.activation, sums, outputs)
        lines.append("")
        before = outputs
    numbers = ", ".join(before) + ("," if len(before) == 1 else "")
    lines += [f"y = ({numbers})", 'print(*(f"{number:.6g}" for number in y))']
    return "\n".join(lines) + "\n"


def _outputs(activation: Activation, sums: list[str], outputs: list[str]) -> Iterator[str]:
    """Yield the lines from weighted sums to outputs, one by one or, as with softmax, together."""
    if is_along_row(activation):
        comma = "," if len(outputs) == 1 else ""
        together = _call(activation, f"np.array([{', '.join(sums)}])")
        yield f"{', '.join(outputs)}{comma} = {together}"
        return
    for j, (a, z) in enumerate(zip(sums, outputs, strict=True)):
        yield f"{z} = {_call(activation, a, j)}"


def _multilayer(net: MLP, X: NDArray[Any], _: Letters, __: int) -> str:
    layers = [
        f"        Dense(\n            {_array(layer.W, net, 12)},\n            {_array(layer.b, net, 12)},\n"
        f"            {_named(layer.activation)},\n        ),"
        for layer in net.layers
    ]
    labels = [
        f"    {name}={_literal(found)},"
        for name, found in (("classes", net.classes), ("inputs", net.input_names))
        if found is not None
    ]
    lines = [
        "import numpy as np",
        "from multilayer import MLP, Dense, activations",
        "",
        "net = MLP(",
        "    [",
        *layers,
        "    ],",
        *labels,
        ")",
        "",
        f"x = {_array(X[:_MOST_ROWS], net)}",
        "for y in net(x):",
        '    print(*(f"{number:.6g}" for number in y))',
    ]
    return "\n".join(lines) + "\n"


_FORMS: dict[Form, Callable[[MLP, NDArray[Any], Letters, int], str]] = {
    "matrix": _matrix,
    "unrolled": _unrolled,
    "multilayer": _multilayer,
}


def _head(net: MLP) -> list[str]:
    """Return the imports, and the function of each activation."""
    found = {layer.activation.facts.name: (n, layer.activation) for n, layer in enumerate(net.layers, 1)}
    definitions = [definition_of(activation, n) for n, activation in found.values()]
    imports = ["import math", ""] if any(map(needs_math, definitions)) else []
    return [*imports, "import numpy as np", "", "", *(f"{definition}\n" for definition in definitions)]


def _call(activation: Activation, argument: str, unit: int | None = None) -> str:
    """Return the call of an activation's function; of parameters with a number for each unit, one or all."""
    parameters = []
    for name in activation.parameter_names():
        value = getattr(activation, name)
        if isinstance(value, tuple):
            value = value[unit] if unit is not None else list(value)
        parameters.append(f"np.array({value})" if isinstance(value, list) else repr(value))
    return f"{activation.facts.name}({', '.join((argument, *parameters))})"


def _named(activation: Activation) -> str:
    """Return an activation as the argument of a layer."""
    name = describe(activation)
    return repr(name) if isinstance(name, str) else f"activations.{activation!r}"


def _array(array: NDArray[Any], net: MLP, indent: int = 0) -> str:
    """Return an array as code, a row per line, in the digits that give the same bits."""
    kind = ", dtype=np.float32" if net.dtype == np.float32 else ""
    numbers = array.astype(net.dtype)
    margin = " " * indent
    if numbers.ndim == 1:
        return f"np.array([{', '.join(map(_number, numbers))}]{kind})"
    rows = "".join(f"{margin}    [{', '.join(map(_number, row))}],\n" for row in numbers)
    return f"np.array([\n{rows}{margin}]{kind})"


def _number(number: Any) -> str:
    text = str(number)
    return f"np.{text}" if text in {"nan", "inf"} else "-np.inf" if text == "-inf" else text


def _literal(names: tuple[Any, ...]) -> str:
    """Return names as a list of literals; characters that are not shown are escaped."""
    return f"[{', '.join(printable(repr(name)) for name in names)}]"
