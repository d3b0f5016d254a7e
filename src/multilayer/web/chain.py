"""One weighted sum as the core adds it, and its activation with the numbers put in.

The partial sum after k inputs is the weighted sum of the same layer with x and W cut after k inputs, so it is computed
by `Dense` and not here. On the native core the last one is the unit's a, bit for bit (decision 0004).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from multilayer import backend
from multilayer._base.table import number_text
from multilayer._base.text import fill
from multilayer.activations import Activation
from multilayer.network import Dense, LayerRecord
from multilayer.web.formulas import put_in

__all__ = ["Chain", "Term", "chain_of", "with_numbers"]

TERMS = 24
"""How many terms are sent at a time."""


class Term(msgspec.Struct):
    """One input of the unit, counted from 1: x_i, w_ij, and the sum so far."""

    input: int
    x: str
    w: str
    sum: str


class Chain(msgspec.Struct):
    """The weighted sum of one unit for one row, and its output."""

    bias: str
    first: int
    """The first input that is here, counted from 0."""
    count: int
    """How many inputs the unit has."""
    terms: list[Term]
    last: str
    """The sum after the last input."""
    a: str
    gap: str
    """The distance of the two in units in the last place; empty where they are the same bits."""
    ending: str
    """What there is to say of the two."""
    formula: str
    """h(a) with the numbers put in."""
    z: str


def chain_of(
    record: LayerRecord, row: int, unit: int, first: int, digits: int | None, called: str = "a"
) -> Chain:
    """Return the chain of a unit for a row of a record, from an input on, counted from 0; `called` names the sum."""
    layer, x, a = record.layer, record.x[row], record.a[row]

    def partial_sum(k: int) -> Any:
        return Dense(layer.W[:k, unit : unit + 1], layer.b[unit : unit + 1]).weighted_sums(x[:k])[0]

    def text(number: Any) -> str:
        return number_text(number, digits)

    last = partial_sum(layer.inputs)
    gap = _gap(last, a[unit])
    terms = [
        Term(i + 1, text(x[i]), text(layer.W[i, unit]), text(partial_sum(i + 1)))
        for i in range(first, min(first + TERMS, layer.inputs))
    ]
    return Chain(
        text(layer.b[unit]),
        first,
        layer.inputs,
        terms,
        text(last),
        text(a[unit]),
        gap,
        _ending(called, text(a[unit]), gap),
        with_numbers(layer.activation, a, unit, text),
        text(record.z[row, unit]),
    )


def _ending(called: str, a: str, gap: str) -> str:
    if backend.info().backend == "native":
        return fill(
            "The last sum is {sum}, bit for bit: this is the order in which the core adds.", sum=called
        )
    if gap:
        return fill(
            "NumPy adds in an order of its own: its {sum} is {a}, and the last sum here differs by {gap} units in the "
            "last place.",
            sum=called,
            a=a,
            gap=gap,
        )
    return fill(
        "NumPy adds in an order of its own; here the last sum and {sum} are the same number.", sum=called
    )


def _gap(one: Any, other: Any) -> str:
    """Return how far apart two numbers are, in units in the last place of the larger; empty for the same bits."""
    if one.tobytes() == other.tobytes() or (np.isnan(one) and np.isnan(other)):
        return ""
    with np.errstate(all="ignore"):
        return number_text(abs(one - other) / np.spacing(max(abs(one), abs(other))), 3)


_SUM = re.compile(r"\(?sum_j ([a-z]+\(-?a_j\))(\)?)")
_SHOWN = 3
"""How many terms of a sum over the units are written, beside the last."""


def with_numbers(
    activation: Activation,
    a: NDArray[Any],
    unit: int,
    text: Callable[[Any], str] = lambda n: number_text(n, 6),
) -> str:
    """Return the formula of an activation with the numbers of one unit put in.

    >>> from multilayer.activations import leaky_relu, sigmoid, softmax
    >>> with_numbers(sigmoid, np.array([-0.6]), 0), with_numbers(leaky_relu, np.array([0.6]), 0)
    ('1 / (1 + exp(-(-0.6)))', '0.6 if 0.6 > 0 else 0.01 * 0.6')
    >>> with_numbers(softmax, np.array([0.5, -1.0]), 1)
    'exp(-1) / (exp(0.5) + exp(-1))'
    """
    formula = _SUM.sub(lambda found: _written_sum(found[1], list(map(text, a))), activation.facts.formula)
    numbers = {"a": text(a[unit]), "a_i": text(a[unit])}
    for name in activation.parameter_names():
        value = getattr(activation, name)
        numbers[name] = text(value[unit] if isinstance(value, Sequence) else value)
    return put_in(formula, numbers)


def _written_sum(term: str, a: list[str]) -> str:
    """Return the sum over all units, the middle of a long one left out."""
    shown = a if len(a) <= _SHOWN + 1 else [*a[:_SHOWN], "", a[-1]]
    return f"({' + '.join(put_in(term, {'a_j': number}) if number else '…' for number in shown)})"
