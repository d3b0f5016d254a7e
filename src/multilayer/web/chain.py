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
from multilayer.activations import Activation
from multilayer.network import Dense, LayerRecord

__all__ = ["Chain", "Term", "chain_of", "put_in"]

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
    native: bool
    """Whether the native core computes, which promises that they are."""
    formula: str
    """h(a) with the numbers put in."""
    z: str


def chain_of(record: LayerRecord, row: int, unit: int, first: int, digits: int | None) -> Chain:
    """Return the chain of a unit for a row of a record, from an input on, all counted from 0."""
    layer, x, a = record.layer, record.x[row], record.a[row]

    def partial_sum(k: int) -> Any:
        return Dense(layer.W[:k, unit : unit + 1], layer.b[unit : unit + 1]).weighted_sums(x[:k])[0]

    def text(number: Any) -> str:
        return number_text(number, digits)

    last = partial_sum(layer.inputs)
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
        _gap(last, a[unit]),
        backend.info().backend == "native",
        put_in(layer.activation, a, unit, text),
        text(record.z[row, unit]),
    )


def _gap(one: Any, other: Any) -> str:
    """Return how far apart two numbers are, in units in the last place of the larger; empty for the same bits."""
    if one.tobytes() == other.tobytes() or (np.isnan(one) and np.isnan(other)):
        return ""
    with np.errstate(all="ignore"):
        return number_text(abs(one - other) / np.spacing(max(abs(one), abs(other))), 3)


_TOKEN = re.compile(r"\s+|[A-Za-z_]\w*|[0-9.]+|.")
_SUM = re.compile(r"\(?sum_j ([a-z]+\(-?a_j\))(\)?)")
_WORDS = {"if", "else", "such", "that", "the", "is", "at"}
_SHOWN = 3
"""How many terms of a sum over the units are written, beside the last."""


def put_in(
    activation: Activation,
    a: NDArray[Any],
    unit: int,
    text: Callable[[Any], str] = lambda n: number_text(n, 6),
) -> str:
    """Return the formula of an activation with the numbers of one unit put in.

    >>> from multilayer.activations import leaky_relu, sigmoid, softmax
    >>> put_in(sigmoid, np.array([-0.6]), 0), put_in(leaky_relu, np.array([-0.6]), 0)
    ('1 / (1 + exp(-(-0.6)))', '-0.6 if -0.6 > 0 else 0.01 * (-0.6)')
    >>> put_in(softmax, np.array([0.5, -1.0]), 1)
    'exp(-1) / (exp(0.5) + exp(-1))'
    """
    formula = _SUM.sub(lambda found: _written_sum(found[1], a, text), activation.facts.formula)
    values = {"a": text(a[unit]), "a_i": text(a[unit])}
    for name in activation.parameter_names():
        value = getattr(activation, name)
        values[name] = text(value[unit] if isinstance(value, Sequence) else value)
    tokens = _TOKEN.findall(formula)
    return "".join(
        _number(values[token], tokens[:place], tokens[place + 1 :]) if token in values else token
        for place, token in enumerate(tokens)
    )


def _number(number: str, before: list[str], after: list[str]) -> str:
    """Return a number as it stands in a formula: in parentheses, or behind a dot, where it would be misread."""
    left = next((token for token in reversed(before) if not token.isspace()), "(")
    right = next((token for token in after if not token.isspace()), ")")
    if left not in _WORDS and (left[-1].isalnum() or left == ")"):
        return f"· {number}" if number[0] != "-" else f"· ({number})"
    return f"({number})" if number[0] == "-" and (left in "+-*/" or right == "^") else number


def _written_sum(term: str, a: NDArray[Any], text: Callable[[Any], str]) -> str:
    """Return the sum over all units, the middle of a long one left out."""
    places = range(len(a)) if len(a) <= _SHOWN + 1 else [*range(_SHOWN), None, len(a) - 1]
    terms = ["…" if j is None else term.replace("a_j", text(a[j])).replace("--", "") for j in places]
    return f"({' + '.join(terms)})"
