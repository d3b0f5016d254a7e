"""Elementwise formulas in one normal form, so that the many ways of writing a function are the same.

A formula of x is a polynomial over atoms: x itself, and operators applied to formulas. 0.5 x (1 + erf(x / sqrt 2)) and
x (0.5 erf(0.7071 x) + 0.5) are both 0.5 [x] + 0.5 [x, erf(0.7071 [x])]. Division multiplies by the atom 1/(...), whose
constant term is made 1. Clip, Relu, Min and Max with a constant are one operator, and so are comparisons.

The skeleton of a form is all of it but its numbers; formulas that differ in their parameters alone share one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from multilayer.exchange.onnx.data_types import FLOATS, KINDS
from multilayer.exchange.onnx.forms import Atom, Form, Monomial, NoForm, atom_form, made, number, order

__all__ = ["apply"]

_MOST_PRODUCTS = 24


def _add(a: Form, b: Form) -> Form:
    terms = dict(a.terms)
    for atoms, value in b.terms:
        terms[atoms] = terms.get(atoms, 0.0) + value
    return made(terms)


def _scaled(a: Form, factor: float) -> Form:
    return made({atoms: value * factor for atoms, value in a.terms})


def _multiply(a: Form, b: Form) -> Form:
    if len(a.terms) * len(b.terms) > _MOST_PRODUCTS:
        raise NoForm
    terms: dict[Monomial, float] = {}
    for (left, first), (right, second) in product(a.terms, b.terms):
        atoms = tuple(sorted((*left, *right), key=order))
        terms[atoms] = terms.get(atoms, 0.0) + first * second
    return made(terms)


def _divide(a: Form, b: Form) -> Form:
    by = b.constant
    if by is not None:
        if by == 0.0:
            raise NoForm
        return made({atoms: value / by for atoms, value in a.terms})
    leading = dict(b.terms).get((), b.terms[0][1])
    return _multiply(a, _scaled(atom_form("Reciprocal", _scaled(b, 1.0 / leading)), 1.0 / leading))


def _power(a: Form, exponent: Form) -> Form:
    n = exponent.constant
    if n == 0.5:
        return atom_form("Sqrt", a)
    if n not in (1.0, 2.0, 3.0):
        raise NoForm
    result = a
    for _ in range(int(n) - 1):
        result = _multiply(result, a)
    return result


def _is_negative(a: Form) -> bool:
    """Whether the first coefficient of x is below 0: of a and -a, one is."""
    return next((value for atoms, value in a.terms if atoms), 0.0) < 0.0


def _abs(a: Form) -> Form:
    if a.constant is not None:
        raise NoForm
    return atom_form("Abs", _scaled(a, -1.0) if _is_negative(a) else a)


def _clip(a: Form, low: float, high: float) -> Form:
    """Return a held between two numbers; a clip of a clip is one, and so is that of -a, as minus that of a."""
    if -low == high == math.inf:
        return a
    if _is_negative(a):
        return _scaled(_clip(_scaled(a, -1.0), -high, -low), -1.0)
    if len(a.terms) == 1 and a.terms[0][1] == 1.0 and len(a.terms[0][0]) == 1:
        atom = a.terms[0][0][0]
        if atom.operator == "Clip":
            inner_low, inner_high = atom.numbers
            low, high = max(low, min(inner_low, high)), min(high, max(inner_high, low))
            return atom_form("Clip", *atom.inputs, numbers=(low, high))
    return atom_form("Clip", a, numbers=(low, high))


def _bound(a: Form, b: Form, *, lower: bool) -> Form:
    for one, other in ((a, b), (b, a)):
        value = other.constant
        if value is not None:
            return _clip(one, value, math.inf) if lower else _clip(one, -math.inf, value)
    first, second = sorted((a, b), key=lambda form: (repr(form.skeleton), form.holes))
    return atom_form("Max" if lower else "Min", first, second)


def _above(a: Form, b: Form, *, strictly: bool) -> Form:
    """Return whether a > b, or a >= b: as the sign of a - b, with 1 as the first coefficient of x."""
    difference = _add(a, _scaled(b, -1.0))
    leading = next((value for atoms, value in difference.terms if atoms), 0.0)
    if leading == 0.0:
        raise NoForm
    of_sign = _scaled(difference, 1.0 / leading)
    if leading > 0.0:
        return atom_form("Positive" if strictly else "NotNegative", of_sign)
    return _not(atom_form("NotNegative" if strictly else "Positive", of_sign))


def _truth(a: Form) -> Atom | None:
    """Return the atom of a truth value, None for a number."""
    if len(a.terms) == 1 and len(a.terms[0][0]) == 1 and a.terms[0][1] == 1.0:
        atom = a.terms[0][0][0]
        return atom if atom.operator in ("Positive", "NotNegative", "Not", "Or") else None
    return None


def _equal(a: Form, b: Form) -> Form:
    """Return that a number is itself: what is so for all but nan is written to find that."""
    if a != b:
        raise NoForm
    return number(1.0)


def _not(a: Form) -> Form:
    if a.constant in (0.0, 1.0):
        return number(1.0 - a.constant)
    atom = _truth(a)
    if atom is None:
        raise NoForm
    return atom.inputs[0] if atom.operator == "Not" else atom_form("Not", a)


def _or(a: Form, b: Form) -> Form:
    if _truth(a) is None or _truth(b) is None:
        raise NoForm
    first, second = sorted((a, b), key=lambda form: (repr(form.skeleton), form.holes))
    return atom_form("Or", first, second)


def _where(condition: Form, a: Form, b: Form) -> Form:
    if condition.constant in (0.0, 1.0):
        return a if condition.constant else b
    atom = _truth(condition)
    if atom is None:
        raise NoForm
    if atom.operator == "Not":
        condition, a, b = atom.inputs[0], b, a
    return atom_form("Where", condition, _known(a, condition, 1), _known(b, condition, 2))


def _known(a: Form, condition: Form, branch: int) -> Form:
    """Return a formula where a condition is known: a choice by the same one is one of its branches."""
    total = number(0.0)
    for atoms, coefficient in a.terms:
        product = number(coefficient)
        for atom in atoms:
            product = _multiply(product, _known_atom(atom, condition, branch))
        total = _add(total, product)
    return total


def _known_atom(atom: Atom, condition: Form, branch: int) -> Form:
    if atom.operator == "Where" and atom.inputs[0] == condition:
        return atom.inputs[branch]
    inputs = tuple(_known(one, condition, branch) for one in atom.inputs)
    return Form((((Atom(atom.operator, inputs, atom.numbers),), 1.0),))


def _cast(a: Form, to: int) -> Form:
    """Return a truth value as a number; all else stays as it is."""
    truth, kind = _truth(a) is not None, KINDS.get(to)
    if kind in FLOATS:
        return _where(a, number(1.0), number(0.0)) if truth else a
    if kind == "bool" and truth:
        return a
    raise NoForm


def _sum(*forms: Form) -> Form:
    total = forms[0]
    for one in forms[1:]:
        total = _add(total, one)
    return total


_RULES: dict[str, Callable[..., Form]] = {
    "Add": _add,
    "Sum": _sum,
    "Sub": lambda a, b: _add(a, _scaled(b, -1.0)),
    "Neg": lambda a: _scaled(a, -1.0),
    "Mul": _multiply,
    "Div": _divide,
    "Reciprocal": lambda a: _divide(number(1.0), a),
    "Pow": _power,
    "Mean": lambda *forms: _scaled(_sum(*forms), 1.0 / len(forms)),
    "Abs": _abs,
    "Equal": _equal,
    "Max": lambda a, b: _bound(a, b, lower=True),
    "Min": lambda a, b: _bound(a, b, lower=False),
    "Relu": lambda a: _clip(a, 0.0, math.inf),
    "Greater": lambda a, b: _above(a, b, strictly=True),
    "GreaterOrEqual": lambda a, b: _above(a, b, strictly=False),
    "Less": lambda a, b: _above(b, a, strictly=True),
    "LessOrEqual": lambda a, b: _above(b, a, strictly=False),
    "Where": _where,
    "Or": _or,
    "Not": _not,
    "Identity": lambda a: a,
    # Over the units of a row, see `over_units`.
    "RowMin": lambda a: _scaled(atom_form("RowMax", _scaled(a, -1.0)), -1.0),
    "RowLogSumExp": lambda a: apply("Log", apply("RowSum", apply("Exp", a))),
}

# Operators with attributes: these in the order in which they are numbers of the atom, and what they are unless given.
_ATTRIBUTES: dict[str, dict[str, float]] = {
    "Elu": {"alpha": 1.0},
    "Celu": {"alpha": 1.0},
    "Selu": {"alpha": 1.67326319217681884765625, "gamma": 1.05070102214813232421875},
    "LeakyRelu": {"alpha": 0.01},
    "ThresholdedRelu": {"alpha": 1.0},
    "HardSigmoid": {"alpha": 0.2, "beta": 0.5},
    "Shrink": {"lambd": 0.5, "bias": 0.0},
    "Swish": {"alpha": 1.0},
}
# fmt: off
_PLAIN = {
    "Erf", "Exp", "HardSwish", "Hardmax", "Log", "LogSoftmax", "Mish", "RowMax", "RowSum", "Sigmoid", "Softmax",
    "Softplus", "Sign", "Softsign", "SparsemaxThreshold", "Sqrt", "Tanh",
}
# fmt: on


def apply(operator: str, *inputs: Form | None, **attributes: Any) -> Form:
    """Return the formula of an operator of formulas.

    Raises
    ------
    NoForm
        For another operator, other inputs or attributes, and too long formulas.
    """
    if operator != "Clip" and None in inputs:  # one of its bounds may be left out
        raise NoForm
    try:
        return _applied(operator, inputs, attributes)
    except (TypeError, ValueError, OverflowError):
        raise NoForm from None


def _applied(operator: str, inputs: tuple[Any, ...], attributes: Mapping[str, Any]) -> Form:
    if operator == "Clip":
        return _clip_operator(*inputs, **attributes)
    if operator == "Cast":
        return _cast(inputs[0], **attributes)
    if operator in _RULES:
        return _RULES[operator](*inputs)
    if operator == "Gelu":
        return atom_form(f"Gelu {attributes.get('approximate', 'none')}", *inputs)
    defaults = _ATTRIBUTES.get(operator, {})
    if len(inputs) != 1 or not (defaults or operator in _PLAIN) or set(attributes) - set(defaults):
        raise NoForm
    numbers = tuple(float(attributes.get(name, default)) for name, default in defaults.items())
    if inputs[0].constant is not None:
        raise NoForm
    return atom_form(operator, *inputs, numbers=numbers)


def _clip_operator(a: Form, *bounds: Form | None, min: float | None = None, max: float | None = None) -> Form:  # noqa: A002
    low = -math.inf if min is None else float(min)
    high = math.inf if max is None else float(max)
    given = [None if one is None else one.constant for one in (*bounds, None, None)[:2]]
    if any(one is not None and value is None for one, value in zip(bounds, given, strict=False)):
        raise NoForm
    low = low if given[0] is None else given[0]
    high = high if given[1] is None else given[1]
    return _clip(a, low, high)
