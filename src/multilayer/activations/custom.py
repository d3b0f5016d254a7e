"""Activations of the user's own, from two array functions."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from multilayer import backend
from multilayer._base.errors import InputError
from multilayer._base.fields import Limits, checked_flag
from multilayer._base.text import one_line
from multilayer.activations.activation import Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["Custom"]

# No round numbers, for kinks are at round numbers; none so large that differences of exp drown in rounding.
_POINTS = np.array([0.0173, 0.1291, 0.4142, 0.7391, 1.3247, 2.2361, 3.8317, 6.7823])
_STEP = 2.0**-10
_TOLERANCE = 1e-6


@final
@dataclass(frozen=True, repr=False)
class Custom(Elementwise):
    """An activation made by `Activation.from_functions`; it is used wherever a built-in one is.

    Value and derivative are called with float64 arrays of any shape, which they may change, and return arrays
    of the same shape; float16 and float32 inputs are computed through float64. Instances are pickled by
    reference to the two functions, which therefore have to be importable.
    """

    known: Facts
    value: Callable[[Any], Any]
    gradient: Callable[[Any], Any]

    @staticmethod
    def from_facts(
        name: str, value: Callable[[Any], Any], derivative: Callable[[Any], Any], facts: Mapping[str, Any]
    ) -> Custom:
        """Fill in what was not said: the plain names of the functions, and an unbounded range."""
        fields = {field.name for field in dataclasses.fields(Facts)} - {"name"}
        for unknown in sorted(facts.keys() - fields):
            raise InputError(
                f"from_functions: no fact is called {unknown!r}; there are {', '.join(sorted(fields))}"
            )
        said: dict[str, Any] = {
            "formula": f"{name}(a)",
            "derivative": f"{name}'(a)",
            "latex": rf"\operatorname{{{name}}}(a)",
            "range": Interval(-math.inf, math.inf, (True, True)),
            **facts,
        }
        said["kinks"] = _numbers("kinks", said.get("kinks", ()))
        said["aliases"] = _texts("aliases", said.get("aliases", ()))
        for fact in ("formula", "derivative", "latex", "source"):
            if not isinstance(said.get(fact, ""), str):
                raise InputError(
                    f"from_functions: {fact} must be a text; got {one_line(repr(said[fact]), 60)}"
                )
        if not isinstance(said["range"], Interval):
            raise InputError(
                f"from_functions: range must be an Interval; got {one_line(repr(said['range']), 60)}"
            )
        checked_flag("from_functions: trainable", said.get("trainable", True))
        return Custom(Facts(name=name, **said), value, derivative)

    def __post_init__(self) -> None:
        from multilayer.activations.catalogue import registry

        name = self.known.name
        if not isinstance(name, str) or not name or not name.isprintable():
            raise InputError(f"from_functions: name must be a text of characters that show; got {name!r}")
        for claimed in (name, *self.known.aliases):
            if registry.takes(claimed):
                raise InputError(
                    f"from_functions: {claimed!r} is an activation of multilayer; choose another name"
                )
        for role, function in (("value", self.value), ("derivative", self.gradient)):
            if not callable(function):
                raise InputError(
                    f"from_functions: {role} must be a function; got {one_line(repr(function), 60)}"
                )
        self._check_shapes()
        self._check_derivative()

    def __repr__(self) -> str:
        return f"Custom({self.known.name!r})"

    @property
    def facts(self) -> Facts:
        """What `from_functions` was told."""
        return self.known

    def formula(self, x: NDArray[np.float64], /) -> NDArray[np.float64]:  # type: ignore[override]
        """Return the value for a float64 array."""
        return self._called("value", self.value, x)

    def derivative_formula(self, x: NDArray[np.float64], /) -> NDArray[np.float64]:  # type: ignore[override]
        """Return the derivative for a float64 array."""
        return self._called("derivative", self.gradient, x)

    def _ufunc(self, name: str, formula: Callable[..., NDArray[np.float64]]) -> Callable[..., Any]:
        return backend.from_python(name, formula)

    def _called(
        self, role: str, function: Callable[[Any], Any], x: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        # A copy, so that a function that works in place changes nothing of the caller's.
        result = np.asarray(function(np.array(x)), dtype=np.float64)
        if result.shape != x.shape:
            raise InputError(
                f"activation {self.known.name}: the {role} function must keep the shape of its input; "
                f"expected {x.shape}, got {result.shape}"
            )
        return result

    def _check_shapes(self) -> None:
        for role, function in (("value", self.value), ("derivative", self.gradient)):
            for shape in ((), (3,), (2, 3), (0, 3)):
                try:
                    with np.errstate(all="ignore"):
                        self._called(role, function, np.full(shape, 0.4142))
                except InputError:
                    raise
                except (TypeError, ValueError) as error:
                    raise InputError(
                        f"activation {self.known.name}: the {role} function must take an array of shape "
                        f"{shape} and return one of floats, but raised {type(error).__name__}: {error}; "
                        "use np.where in place of if"
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
                f"activation {self.known.name}: the value is finite at none of {points.tolist()}"
            )
        for at in np.flatnonzero(defined & ~(np.abs(found - expected) <= _TOLERANCE * size)):
            raise InputError(
                f"activation {self.known.name}: derivative({points[at]:g}) should be {expected[at]:.7g}, by "
                f"differences of the value, but is {found[at]:.7g}; if there is a kink, say "
                f"kinks=({points[at]:g},)"
            )


def _numbers(fact: str, given: Any) -> tuple[float, ...]:
    numbers = (given,) if isinstance(given, str) or not isinstance(given, Iterable) else given
    return tuple(Limits().checked(f"from_functions: {fact}", number) for number in numbers)


def _texts(fact: str, given: Any) -> tuple[str, ...]:
    texts = (given,) if isinstance(given, str) or not isinstance(given, Iterable) else tuple(given)
    if not all(isinstance(text, str) and text for text in texts):
        raise InputError(f"from_functions: {fact} must be texts; got {one_line(repr(given), 60)}")
    return texts
