"""One gradient in two other ways: along each path from the weight to the loss, and by moving the weight.

Both are computed in float64, whatever the network's type.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.table import number_text
from multilayer._base.text import fill
from multilayer.training import LayerGradient, gradients
from multilayer.web.aim import Aim
from multilayer.web.backward import Backward, before
from multilayer.web.formulas import sum_of_products

__all__ = ["Difference", "Paths", "difference_of", "in_float64", "paths_of"]

MOST_PATHS = 5_000
"""That are followed."""
_SHOWN = 60
_STEPS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
"""Of the weight, as fractions of it where it is larger than 1."""

Factor = tuple[str, float]


class Path(msgspec.Struct):
    """One way from the weight to the loss: the units it goes through, and the product along it."""

    row: int
    units: list[str]
    symbols: str
    numbers: str
    product: str


class Paths(msgspec.Struct):
    """The paths of w_ij, and their sum beside dW_ij."""

    cell: str
    count: int
    paths: list[Path]
    """The first of them, or none where there are too many to follow."""
    sum: str | None
    gradient: str
    agreement: str


class Difference(msgspec.Struct):
    """The gradient by moving the weight: (loss at w + step - loss at w - step) / (2 step)."""

    step: str
    above: str
    below: str
    value: str
    agreement: str


def in_float64(aim: Aim) -> Backward:
    """Return the way back of the same numbers in float64."""
    return Backward(replace(aim, network=aim.network.astype(np.float64)))


def paths_of(back: Backward, n: int, i: int, j: int, digits: int | None) -> Paths:
    """Return the paths of w_ij of layer n, from 1; i and j are counted from 0."""
    gradient = float(_checked(back, n, i, j).dW[i, j])
    cell, count = f"dW({n})[{i + 1},{j + 1}]", _count(back, n)
    text = number_text(gradient, digits)
    if count > MOST_PATHS:
        said = fill(
            "There are {count:,} paths, which are too many to follow: backpropagation adds them layer by layer.",
            count=count,
        )
        return Paths(cell, count, [], None, text, said)
    products: list[float] = []
    shown: list[Path] = []
    for row in range(back.rows):
        source = (f"{before(n)}[{back.aim.first + row + 1},{i + 1}]", float(back.record(n).x[row, i]))
        for units, factors in _walk(back, n, row, j):
            product = math.prod(number for _, number in (source, *factors))
            products.append(product)
            if len(shown) < _SHOWN:
                shown.append(_path(back.aim.first + row + 1, units, (source, *factors), product, digits))
    total = math.fsum(products)
    return Paths(
        cell,
        count,
        shown,
        number_text(total, digits),
        text,
        _agreement(total, gradient, 1e-12 * math.fsum(map(abs, products))),
    )


def difference_of(back: Backward, n: int, i: int, j: int, digits: int | None) -> Difference:
    """Return the central difference at w_ij, with the step of several whose result changes least to the next one."""
    gradient = float(_checked(back, n, i, j).dW[i, j])
    aim = back.aim
    W = aim.network.layers[n - 1].W
    scale = max(1.0, abs(float(W[i, j])))

    def loss(step: float) -> float:
        moved = W.copy()
        moved[i, j] += step
        return gradients(aim.network.with_layer(n, W=moved), aim.X, aim.y, aim.loss).loss

    steps = [step * scale for step in _STEPS]
    losses = [(loss(step), loss(-step)) for step in steps]
    slopes = [(above - below) / (2.0 * step) for step, (above, below) in zip(steps, losses, strict=True)]
    changes = np.abs(np.diff(slopes))
    best = int(np.argmin(np.where(np.isfinite(changes), changes, np.inf))) + 1
    above, below = losses[best]
    rounding = 4.0 * np.finfo(np.float64).eps * max(abs(above), abs(below)) / steps[best]
    return Difference(
        number_text(steps[best], 3),
        number_text(above, None),
        number_text(below, None),
        number_text(slopes[best], digits),
        _agreement(slopes[best], gradient, rounding),
    )


def _checked(back: Backward, n: int, i: int, j: int) -> LayerGradient:
    if 1 <= n <= back.layers:
        found = back.gradients[n - 1]
        if 0 <= i < found.dW.shape[0] and 0 <= j < found.dW.shape[1]:
            return found
    raise InputError("there is no weight W({n})[{i},{j}] in this network", n=n, i=i + 1, j=j + 1)


def _count(back: Backward, n: int) -> int:
    widths = [back.record(m).layer.units for m in range(n, back.layers + 1)]
    # Through a layer that is not elementwise a path may leave by each of its units.
    inner = [
        1 if back.is_elementwise(m) or (m == back.layers and back.is_fused) else widths[m - n]
        for m in range(n, back.layers + 1)
    ]
    return back.rows * math.prod(widths[1:]) * math.prod(inner)


def _walk(back: Backward, n: int, row: int, unit: int) -> Iterator[tuple[list[str], list[Factor]]]:
    """Yield the units and the factors of each path from a(n) of a unit, in a row, to the loss."""
    name, at = f"a({n})[{back.aim.first + row + 1},{unit + 1}]", f"[{back.aim.first + row + 1},{unit + 1}]"
    if n == back.layers and back.is_fused:
        yield [name], [(f"da({n}){at}", float(back.gradients[n - 1].da[row, unit]))]
        return
    slope = back.slope(n)[row]
    if back.is_elementwise(n):
        leaving = [(unit, (f"h'({n}){at}", float(slope[unit])))]
    else:
        leaving = [(i, (f"J({n})[{i + 1},{unit + 1}]", float(slope[i, unit]))) for i in range(len(slope))]
    for i, factor in leaving:
        if n == back.layers:
            dz = np.asarray(back.dz(n))
            yield [name], [factor, (f"dz({n})[{back.aim.first + row + 1},{i + 1}]", float(dz[row, i]))]
            continue
        W = back.record(n + 1).layer.W
        for k in range(W.shape[1]):
            weight = (f"W({n + 1})[{i + 1},{k + 1}]", float(W[i, k]))
            for units, factors in _walk(back, n + 1, row, k):
                yield [name, *units], [factor, weight, *factors]


def _path(
    row: int, units: list[str], factors: tuple[Factor, ...], product: float, digits: int | None
) -> Path:
    return Path(
        row,
        units,
        sum_of_products([[name for name, _ in factors]]),
        sum_of_products([[number_text(number, digits) for _, number in factors]]),
        number_text(product, digits),
    )


def _agreement(found: float, gradient: float, allowed: float) -> str:
    """Return how well a number agrees with the gradient, in words; `allowed` is what rounding may have changed."""
    gap, scale = abs(found - gradient), max(abs(found), abs(gradient))
    if found == gradient:
        return fill("Both are the same number.")
    if not math.isfinite(gap):
        return fill("They cannot be compared: one of them is not finite.")
    if scale <= allowed:
        return fill("Both are 0 up to rounding.")
    if gap <= max(allowed, 1e-6 * scale):
        return fill(
            "Both agree to {digits} digits; the rest is rounding.",
            digits=math.floor(-math.log10(gap / scale)),
        )
    return fill("They differ by {gap}: there is a kink of h within the step.", gap=f"{gap:.2g}")
