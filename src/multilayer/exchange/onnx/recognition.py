"""Which activation a formula is: the table of formulas, searched by skeleton, and checked by its numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from multilayer._base.errors import InputError
from multilayer.activations import Activation
from multilayer.exchange.onnx.algebra import apply
from multilayer.exchange.onnx.forms import Form, X, number
from multilayer.exchange.onnx.formulas import FORMULAS, Formula

__all__ = ["form_of", "odd_ones", "recognized", "with_values"]

_ODD = 0.3711
"""Stands for a parameter, to find its place among the numbers of a form; no formula has it as a number of its own."""
_CLOSE = 1e-6
"""How far numbers of a form may be from those of the formula: graphs hold them in float32."""


def form_of(formula: Formula, h: Activation) -> Form:
    """Return an activation, written by a formula, in its normal form."""

    def o(name: str, *inputs: Any, **attributes: Any) -> Form:
        forms = [number(one) if isinstance(one, float) else one for one in inputs]
        return apply(name, *forms, **attributes)

    found: Form = formula.build(o, X, h)
    return found


@cache
def _by_skeleton() -> dict[Any, list[tuple[Formula, Activation, tuple[float, ...]]]]:
    """Return the formulas of each skeleton, each with its activation of odd parameters and the numbers of those."""
    found: dict[Any, list[tuple[Formula, Activation, tuple[float, ...]]]] = {}
    for formula in FORMULAS:
        for odd in [formula.only] if formula.only else odd_ones(formula.kind):
            form = form_of(formula, odd)
            found.setdefault(form.skeleton, []).append((formula, odd, form.holes))
    return found


def odd_ones(kind: type[Activation]) -> Iterator[Activation]:
    """Yield the activation with parameters that are found again among numbers; the defaults may be simpler."""
    names = kind.parameter_names()
    default = kind()
    odd = {name: _ODD * (place + 1) for place, name in enumerate(names)}
    for values in [odd, *(odd | {name: 0.0} for name in names)] if names else ():
        with suppress(InputError):  # a parameter that may not be 0
            yield with_values(default, values)
    yield default


def with_values(activation: Activation, values: Mapping[str, Any]) -> Activation:
    """Return an activation with other parameters; each is a dataclass."""
    changed: Activation = replace(activation, **values)  # type: ignore[type-var]
    return changed


def recognized(form: Form) -> Activation | None:
    """Return the activation that a formula is, or None."""
    holes = form.holes
    for formula, odd, marks in _by_skeleton().get(form.skeleton, ()):
        candidate = formula.only or _with_parameters(odd, marks, holes)
        if candidate is None:
            continue
        expected = form_of(formula, candidate)
        if expected.skeleton == form.skeleton and _alike(expected.holes, holes):
            return candidate
    return None


def _inverse(value: float) -> float:
    return 1.0 / value if value else math.nan


_CHANGES: tuple[Callable[[float], float], ...] = (float, operator.neg, _inverse)
"""How a parameter may stand in a formula; each is its own inverse."""


def _with_parameters(
    odd: Activation, marks: tuple[float, ...], holes: tuple[float, ...]
) -> Activation | None:
    """Return the activation with the parameters that stand in the holes; None where they are no parameters of it."""
    found = {}
    for name in odd.parameter_names():
        mark = float(getattr(odd, name))
        if mark == 0.0:  # a term that is not there
            continue
        for change in _CHANGES:
            place = next(
                (i for i, one in enumerate(marks) if math.isclose(one, change(mark), rel_tol=1e-12)), None
            )
            if place is not None:
                found[name] = change(holes[place])
                break
        else:
            return None
    try:
        return with_values(odd, found)
    except InputError:
        return None


def _alike(expected: tuple[float, ...], found: tuple[float, ...]) -> bool:
    return len(expected) == len(found) and bool(
        all(
            one == two or abs(one - two) <= _CLOSE * abs(one) < math.inf
            for one, two in zip(expected, found, strict=True)
        )
    )
