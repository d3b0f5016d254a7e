"""Rates: a factor of the learning rate for each array of parameters, and what changes from step to step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import Limits, check_settings

__all__ = ["ArrayRate", "RateFactors", "StepRates", "one_or_several", "step_rates"]

StepRates: TypeAlias = NDArray[np.float64]
"""Of shape (steps, 3): the learning rate, the factor of dropout and the factor of weight decay of each step."""

_FACTOR = Limits(minimum=0.0)


class ArrayRate(NamedTuple):
    """How one array is trained: the factor of its rate; the optimizer sees the array times `stretch`."""

    factor: float = 1.0
    stretch: float = 1.0


@dataclass(frozen=True)
class RateFactors:
    r"""Factors of the learning rate, and of weight decay with it: of the weights, and of the biases.

    With `by_inputs` the optimizer trains V in place of W, where

    .. math:: W^{(n)} = V^{(n)} / \sqrt{\text{inputs of layer } n}

    which is the NTK parametrization: a rate means the same in layers of any width. The gradient of V is that of W,
    divided by the same root; V is W times the root, and is stored nowhere; the optimizer state is that of V. For Adam
    this is the rate divided by the root, and epsilon multiplied by it.

    Parameters
    ----------
    weights, biases : float or sequence of float
        One factor for all layers, or one per layer. A factor of 0 leaves the numbers as they are.
    by_inputs : bool
        Whether V is trained in place of W.

    Examples
    --------
    >>> RateFactors(biases=0.1, by_inputs=True)
    RateFactors(weights=1.0, biases=0.1, by_inputs=True)

    References
    ----------
    Jacot, A., Gabriel, F., Hongler, C. (2018). Neural tangent kernel. NeurIPS.
    """

    weights: float | tuple[float, ...] = 1.0
    biases: float | tuple[float, ...] = 1.0
    by_inputs: bool = False

    def __post_init__(self) -> None:
        check_settings(self)
        for name in ("weights", "biases"):
            factors = one_or_several(f"RateFactors: {name}", getattr(self, name), _FACTOR)
            object.__setattr__(self, name, factors)

    def rates(self, shapes: Sequence[tuple[int, ...]]) -> list[ArrayRate]:
        """Return the rate of each array, given the shapes of W1, b1, W2, b2, ...

        Raises
        ------
        InputError
            When there are factors for another number of layers.
        """
        layers = len(shapes) // 2
        weights, biases = (_each(name, getattr(self, name), layers) for name in ("weights", "biases"))
        rates: list[ArrayRate] = []
        for weight, bias, (inputs, _) in zip(weights, biases, shapes[::2], strict=True):
            rates += [ArrayRate(weight, math.sqrt(inputs) if self.by_inputs else 1.0), ArrayRate(bias)]
        return rates


def one_or_several(name: str, values: Any, limits: Limits) -> float | tuple[float, ...]:
    """Return one number, or a tuple of several, within their limits."""
    if isinstance(values, str) or not isinstance(values, Sequence):
        return limits.checked(name, values)  # type: ignore[no-any-return]
    return tuple(limits.checked(name, value) for value in values)


def _each(name: str, factors: float | tuple[float, ...], layers: int) -> tuple[float, ...]:
    factors = (factors,) * layers if isinstance(factors, float) else factors
    if len(factors) != layers:
        raise InputError(
            "RateFactors: {name} has {factors} numbers; expected one for all, or one per layer, {layers}",
            name=name,
            factors=len(factors),
            layers=layers,
        )
    return factors


def step_rates(rates: Sequence[float] | NDArray[np.float64]) -> StepRates:
    """Return learning rates with dropout and weight decay as they are set, where there are no factors yet."""
    given = np.asarray(rates, np.float64)
    if given.ndim == 2:
        return np.ascontiguousarray(given)
    ones = np.ones_like(given)
    return np.column_stack([given, ones, ones])
