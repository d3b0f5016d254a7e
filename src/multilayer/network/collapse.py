"""Joining layers without a nonlinear activation between them, and proving the result equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer.activations import identity
from multilayer.network.dense import Dense

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["Equality", "collapsed_layers", "equality"]


def collapsed_layers(layers: Sequence[Dense]) -> list[Dense]:
    """Join each run of layers that ends at the first non-identity activation (or at the last layer)."""
    return [_joined(run) for run in _runs(layers)]


def _runs(layers: Sequence[Dense]) -> list[list[Dense]]:
    runs: list[list[Dense]] = [[]]
    for layer in layers:
        if runs[-1] and runs[-1][-1].activation != identity:
            runs.append([])
        runs[-1].append(layer)
    return runs


def _joined(run: Sequence[Dense]) -> Dense:
    if len(run) == 1:
        return run[0]
    kind = run[0].dtype
    W, b = _product([(layer.W.astype(np.longdouble), layer.b.astype(np.longdouble)) for layer in run])
    return Dense(W.astype(kind), b.astype(kind), run[-1].activation)


def _product(run: Sequence[tuple[NDArray[Any], NDArray[Any]]]) -> tuple[NDArray[Any], NDArray[Any]]:
    W, b = run[0]
    for next_W, next_b in run[1:]:
        W, b = W @ next_W, b @ next_W + next_b
    return W, b


class Network(Protocol):
    """Anything with layers, as an MLP has."""

    @property
    def layers(self) -> tuple[Dense, ...]: ...


@dataclass(frozen=True)
class Equality:
    """A comparison of a collapsed network with its original in exact rational arithmetic.

    `numbers` weights and biases were compared. `exact` of them equal the products; the others differ by at most
    `largest_difference`, by rounding.
    """

    numbers: int
    exact: int
    largest_difference: float

    def __bool__(self) -> bool:
        return self.exact == self.numbers

    def __str__(self) -> str:
        if self:
            return fill(
                "equal: all {numbers} weights and biases are exactly the products", numbers=self.numbers
            )
        return fill(
            "equal up to rounding: {exact} of {numbers} weights and biases are exactly the products, the others differ "
            "by at most {difference:.3g}",
            exact=self.exact,
            numbers=self.numbers,
            difference=self.largest_difference,
        )


def equality(network: Network, collapsed: Network) -> Equality:
    """Compare `collapsed` with the exact products of the layers of `network`.

    The products are taken in rational arithmetic, without rounding: equality means that both networks are one and the
    same function of real numbers. The time grows with the number of products.

    Raises
    ------
    InputError
        When `collapsed` does not have the layers that collapsing `network` gives.

    Examples
    --------
    >>> from multilayer import MLP, Dense
    >>> net = MLP([Dense([[1, 2], [3, 4]]), Dense([[0.5], [0.25]], [1])])
    >>> print(equality(net, net.collapse()))
    equal: all 3 weights and biases are exactly the products
    """
    runs = _runs(network.layers)
    if [(run[0].inputs, run[-1].units) for run in runs] != [
        (layer.inputs, layer.units) for layer in collapsed.layers
    ]:
        raise InputError(
            "{collapsed!r} does not have the layers of {network!r} collapsed",
            collapsed=collapsed,
            network=network,
        )
    differences: list[Fraction] = []
    for run, layer in zip(runs, collapsed.layers, strict=True):
        W, b = _product([(_rational(one.W), _rational(one.b)) for one in run])
        differences += [*abs(W - _rational(layer.W)).ravel(), *abs(b - _rational(layer.b))]
    exact = sum(difference == 0 for difference in differences)
    return Equality(len(differences), exact, float(max(differences)))


def _rational(array: NDArray[Any]) -> NDArray[Any]:
    if not np.isfinite(array).all():
        raise InputError("weights that are nan or infinite have no exact product")
    from fractions import Fraction  # imports decimal, which a prediction does not need

    exact = np.empty(array.shape, dtype=object)
    exact.ravel()[:] = [Fraction(value) for value in array.ravel().tolist()]
    return exact
