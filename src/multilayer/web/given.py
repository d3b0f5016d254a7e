"""What is pasted or dropped: a network, or a table; decided by written rules, and read as data alone.

1. A name that ends in .safetensors or .json is a network file; so is text that starts with {.
2. Text that gives a value to names such as W1, b1, w(1) or network['W1'] is a network: `W1 = np.array([[0.1, 0.3]])`.
   Its matrices are (inputs, units). Numbers from 0 on are counted from 1.
3. Text of numbers alone, or with brackets, is rows as NumPy prints them.
4. Any other text is a CSV file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, quoted
from multilayer.activations import Activation, get
from multilayer.io.networks import is_network_file, network_in, refuse_disguise
from multilayer.network import MLP, Dense
from multilayer.web.draft import Draft
from multilayer.web.opening import TextTable, table_in
from multilayer.web.typed import typed

__all__ = ["MAX_LAYERS", "given"]

MAX_LAYERS = 100

_ASSIGNED = re.compile(r"^[ \t]*([^\W\d][^\n=]*?)[ \t]*=(?!=)", re.MULTILINE)
_NAME = re.compile(
    r"""(?:.*[\["'.])?(w|weights?|b|bias(?:es)?)[ _(\["']*([0-9]{1,4})[)\]"']*""", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+")
_NUMBERS = frozenset(("e", "E", "nan", "inf", "infinity"))

Array = NDArray[np.float64]


def given(
    data: bytes, name: str, hidden: str | Activation = "sigmoid", output: str | Activation = "sigmoid"
) -> MLP | TextTable:
    """Return the network or the table in a file of this name, or in pasted text, which has an empty name.

    The activations are for a network that is pasted as matrices.

    Raises
    ------
    InputError
        Where it is neither; one line with the place, what was expected and what was found.
    """
    where = name or fill("the text")
    if name and is_network_file(name):
        return _bounded(network_in(data, name))
    if data.lstrip()[:1] == b"{":
        with located(where):
            return _bounded(network_in(data, "network.json"))
    if name:
        refuse_disguise(data, name)
        return table_in(data, where)
    text = data.decode("utf-8", "replace")
    matrices = _matrices(text)
    if matrices:
        return _network(matrices, hidden, output)
    words = set(_WORD.findall(text))
    if "[" in text or (words <= _NUMBERS and any(map(str.isdigit, text))):
        return table_in(_as_csv(text), where)
    return table_in(data, where)


def _matrices(text: str) -> dict[tuple[str, int], str]:
    """Return the text of each W and b, by its letter and its number."""
    found = list(_ASSIGNED.finditer(text))
    matrices = {}
    for match, end in zip(found, [*(match.start() for match in found[1:]), len(text)], strict=False):
        name = _NAME.fullmatch(match[1].strip())
        if name:
            matrices[name[1][0].upper(), int(name[2])] = text[match.end() : end]
    return matrices


def _network(matrices: dict[tuple[str, int], str], hidden: str | Activation, output: str | Activation) -> MLP:
    numbers = sorted({number for _, number in matrices})
    first = numbers[0]
    if first > 1 or numbers != list(range(first, first + len(numbers))):
        raise InputError(
            "expected W1, W2, ... with a number for each layer, found {found}",
            found=", ".join(f"{letter}{number}" for letter, number in matrices),
        )
    if len(numbers) > MAX_LAYERS:
        raise InputError("expected at most {most} layers, found {count}", most=MAX_LAYERS, count=len(numbers))
    layers = []
    for place, number in enumerate(numbers, 1):
        if ("W", number) not in matrices:
            raise InputError("layer {layer}: W{number} is missing", layer=place, number=number)
        W = _array(matrices["W", number], f"W{number}")
        bias = matrices.get(("B", number))
        b = None if bias is None else _array(bias, f"b{number}").ravel()
        with located(fill("layer {layer}", layer=place)):
            layers.append(Dense(W, b, get(output if number == numbers[-1] else hidden)))
    return _bounded(MLP(layers))


def _array(text: str, name: str) -> Array:
    """Return the numbers of a matrix; comments behind # are left out."""
    with located(name):
        found = typed(re.sub(r"#[^\n]*", "", text))
        if found.shape is None:
            raise _ragged([len(row) for row in found.rows])
        bad = next((number.text for number in found.numbers if not math.isfinite(number.value)), None)
        if bad is not None:
            raise InputError("expected finite numbers, found {found}", found=quoted(bad))
        return found.values.reshape(found.shape)


def _as_csv(text: str) -> bytes:
    """Return rows of numbers in any layout as CSV, in digits that are read back bit for bit."""
    found = typed(text)
    if found.shape is None:
        raise _ragged([len(row) for row in found.rows])
    return "\n".join(",".join(repr(number.value) for number in row) for row in found.rows).encode()


def _ragged(lengths: Sequence[int]) -> InputError:
    row = next(place for place, length in enumerate(lengths, 1) if length != lengths[0])
    return InputError(
        "row {row}: expected {expected} numbers, as in row 1, found {found}",
        row=row,
        expected=lengths[0],
        found=lengths[row - 1],
    )


def _bounded(net: MLP) -> MLP:
    Draft.check_size(sum(layer.W.size + layer.b.size for layer in net.layers))
    if len(net.layers) > MAX_LAYERS:
        raise InputError(
            "expected at most {most} layers, found {count}", most=MAX_LAYERS, count=len(net.layers)
        )
    return net
