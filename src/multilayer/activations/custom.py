"""User-defined activations, from two array functions."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from multilayer import backend
from multilayer._base.errors import InputError
from multilayer._base.fields import Limits, checked_flag
from multilayer._base.text import one_line
from multilayer._base.translation import N_, translated
from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.activations.table import registry

__all__ = ["Custom"]

# No round numbers, for kinks are at round numbers; none so large that differences of exp drown in rounding.
_POINTS = np.array([0.0173, 0.1291, 0.4142, 0.7391, 1.3247, 2.2361, 3.8317, 6.7823])
_STEP = 2.0**-10
_TOLERANCE = 1e-6
_SHAPES = ((), (3,), (2, 3), (0, 3))
_GIVEN = tuple(field.name for field in dataclasses.fields(Facts) if field.name not in ("name", "derivative"))
"""The facts that a caller may give."""

_VALUE, _DERIVATIVE = N_("value"), N_("derivative")

Function = Callable[[Any], Any]


@final
@dataclass(frozen=True, init=False, repr=False)
class Custom(Elementwise):
    """A user-defined activation, from two array functions: h and its derivative.

    The derivative is checked against differences of the value. Both functions are called with float64 arrays of any
    shape, which they may change, and return arrays of the same shape; float16 and float32 inputs are computed through
    float64. Instances are pickled by reference to the two functions, which therefore have to be importable.

    Parameters
    ----------
    name : str
        The name in files; no other activation may have it.
    value, derivative : callable
        h and h' of an array.
    **facts
        Fields of `Facts`, such as `kinks=(0.0,)` where the derivative jumps at 0.

    Examples
    --------
    >>> cube = Custom("cube", lambda a: a**3, lambda a: 3 * a**2)
    >>> cube(2.0), cube.derivative(2.0)
    (np.float64(8.0), np.float64(12.0))

    Raises
    ------
    InputError
        If the derivative does not belong to the value, or a function changes the shape of its input.
    """

    known: Facts
    value: Function
    gradient: Function

    def __init__(self, name: str, value: Function, derivative: Function, **facts: Any) -> None:
        for role, function in ((_VALUE, value), (_DERIVATIVE, derivative)):
            if not callable(function):
                raise InputError(
                    "Custom: {role} must be a function; got {function}",
                    role=translated(role),
                    function=one_line(repr(function), 60),
                )
        object.__setattr__(self, "known", _checked_facts(name, facts))
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "gradient", derivative)
        self._check_shapes()
        self._check_derivative()

    def __repr__(self) -> str:
        return f"Custom({self.known.name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.known, self.value, self.gradient)

    @property
    def facts(self) -> Facts:
        """The given facts; the others are left at what holds of any function."""
        return self.known

    def formula(self, x: Array, /) -> Array:  # type: ignore[override]
        """Return the value for a float64 array."""
        return self._called(_VALUE, self.value, x)

    def derivative_formula(self, x: Array, /) -> Array:  # type: ignore[override]
        """Return the derivative for a float64 array."""
        return self._called(_DERIVATIVE, self.gradient, x)

    def _ufunc(self, name: str, formula: Callable[..., Array]) -> Callable[..., Any]:
        return backend.from_python(name, formula)

    def _called(self, role: str, function: Function, x: Array) -> Array:
        # A copy, so that a function that works in place does not change the caller's array.
        result = np.asarray(function(np.array(x)), dtype=np.float64)
        if result.shape != x.shape:
            raise InputError(
                "activation {name}: the {role} function must keep the shape of its "
                "input; expected {shape}, got {result_shape}",
                name=self.known.name,
                role=translated(role),
                shape=x.shape,
                result_shape=result.shape,
            )
        return result

    def _check_shapes(self) -> None:
        for role, function in ((_VALUE, self.value), (_DERIVATIVE, self.gradient)):
            for shape in _SHAPES:
                try:
                    with np.errstate(all="ignore"):
                        self._called(role, function, np.full(shape, 0.4142))
                except InputError:
                    raise
                except (TypeError, ValueError) as error:
                    raise InputError(
                        "activation {name}: the {role} function must take an array of "
                        "shape {shape} and return one of floats, but raised {kind}: "
                        "{error}; use np.where in place of if",
                        name=self.known.name,
                        role=translated(role),
                        shape=shape,
                        kind=type(error).__name__,
                        error=error,
                    ) from error

    def _check_derivative(self) -> None:
        kinks = np.array(self.known.kinks, dtype=np.float64).reshape(-1, 1)
        points = np.concatenate([-_POINTS[::-1], _POINTS])
        points = points[np.all(np.abs(points - kinks) > 2 * _STEP, axis=0)]
        with np.errstate(all="ignore"):
            found = self.derivative_formula(points)
            # Differences at two steps, extrapolated to step 0 (Richardson): the error is of fourth order.
            wide, narrow = (
                (self.formula(points + h) - self.formula(points - h)) / (2 * h) for h in (_STEP, _STEP / 2)
            )
            expected = (4 * narrow - wide) / 3
            size = np.abs(self.formula(points)) + np.abs(expected) + 1.0
        defined = np.isfinite(expected)
        if not defined.any():
            raise InputError(
                "activation {name}: the value is finite at none of {points}",
                name=self.known.name,
                points=points.tolist(),
            )
        for at in np.flatnonzero(defined & ~(np.abs(found - expected) <= _TOLERANCE * size)):
            raise InputError(
                "activation {name}: derivative({point:g}) should be {expected:.7g}, by "
                "differences of the value, but is {found:.7g}; at a kink, give "
                "kinks=({point:g},)",
                name=self.known.name,
                point=points[at],
                expected=expected[at],
                found=found[at],
            )


def _rebuild(known: Facts, value: Function, gradient: Function) -> Custom:
    given = {field: getattr(known, field) for field in _GIVEN}
    return Custom(known.name, value, gradient, **given)


def _checked_facts(name: str, given: Mapping[str, Any]) -> Facts:
    """Return the facts; those that are not given say no more than holds of any function."""
    if not isinstance(name, str) or not name or not name.isprintable():
        raise InputError("Custom: name must be printable text; got {name!r}", name=name)
    for unknown in sorted(given.keys() - set(_GIVEN)):
        raise InputError(
            "Custom: no fact is called {unknown!r}; expected {given}",
            unknown=unknown,
            given=", ".join(_GIVEN),
        )
    facts: dict[str, Any] = {
        "formula": f"{name}(a)",
        "latex": rf"\operatorname{{{name}}}(a)",
        "range": Interval(-math.inf, math.inf, (True, True)),
        **given,
    }
    facts["kinks"] = tuple(
        Limits().checked("Custom: kinks", kink) for kink in _sequence(facts.get("kinks", ()))
    )
    facts["aliases"] = _sequence(facts.get("aliases", ()))
    if not all(isinstance(alias, str) and alias for alias in facts["aliases"]):
        raise InputError(
            "Custom: aliases must be text; got {facts}", facts=one_line(repr(facts["aliases"]), 60)
        )
    for fact in ("formula", "latex", "source"):
        if not isinstance(facts.get(fact, ""), str):
            raise InputError(
                "Custom: {fact} must be text; got {facts}", fact=fact, facts=one_line(repr(facts[fact]), 60)
            )
    if not isinstance(facts["range"], Interval):
        raise InputError(
            "Custom: range must be an Interval; got {facts}", facts=one_line(repr(facts["range"]), 60)
        )
    checked_flag("Custom: trainable", facts.get("trainable", True))
    for claimed in (name, *facts["aliases"]):
        if registry.takes(claimed):
            raise InputError(
                "Custom: {claimed!r} is an activation of multilayer already; choose another name",
                claimed=claimed,
            )
    return Facts(name=name, derivative=f"{name}'(a)", **facts)


def _sequence(given: Any) -> tuple[Any, ...]:
    return (given,) if isinstance(given, str) or not isinstance(given, Iterable) else tuple(given)
