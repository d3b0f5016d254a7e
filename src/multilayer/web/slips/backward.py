"""Slips on the way back: each yields itself for every place of a network where it can be made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.activations import Exponential, Sigmoid, Tanh, sigmoid
from multilayer.losses import MeanAbsoluteError, MeanSquaredError, Squared
from multilayer.web.slips.calculation import Array, Steps, Work
from multilayer.web.slips.variant import BACK, Variant, is_elementwise, layers

__all__ = [
    "a_for_z_in_dW",
    "carried_by_W",
    "half",
    "mean_over_outputs",
    "output_slope_twice",
    "sigmoids_slope",
    "sign",
    "slope_at_a",
    "slope_at_z",
    "sum_for_mean",
    "updated_too_early",
    "without_hidden_slope",
    "without_output_slope",
]


def a_for_z_in_dW(work: Work, steps: Steps) -> Iterator[Variant]:
    for n in range(2, work.layers + 1):
        a = work.right.record(n - 1).a
        said = fill("a({n}) was used where z({n}) belongs, in dW({next})", n=n - 1, next=n)
        yield Variant(said, steps.at(n, dW=lambda x, da, a=a: a.T @ da), (f"dW({n})",))


def carried_by_W(work: Work, steps: Steps) -> Iterator[Variant]:
    for n in layers(work):
        W = work.aim.network.layers[n - 1].W
        if W.shape[0] == W.shape[1]:
            said = fill("the error was carried back by W({n}), where its transpose belongs", n=n)
            yield Variant(said, steps.at(n, carried=lambda da, W, dW: da @ W), BACK)


def _everywhere(
    work: Work, steps: Steps, wrong: Callable[[int], Callable[..., Any] | None], one: str, everywhere: str
) -> Iterator[Variant]:
    """Yield a slip of da in each layer where `wrong` has one, and in all of them at once."""
    found = {
        n: step
        for n in layers(work)
        if (step := wrong(n)) is not None and not (n == work.layers and steps.is_fused)
    }
    for n, step in found.items():
        yield Variant(fill(one, n=n), steps.at(n, da=step), BACK)
    if len(found) > 1:
        all_of_them = steps
        for n, step in found.items():
            all_of_them = all_of_them.at(n, da=step)
        yield Variant(fill(everywhere), all_of_them, BACK)


_AT_Z = N_("h' was taken at z({n}), where a({n}) belongs")
_AT_Z_EVERYWHERE = N_("h' was taken at z, where a belongs, in every layer")


def slope_at_z(work: Work, steps: Steps) -> Iterator[Variant]:
    def wrong(n: int) -> Callable[..., Any] | None:
        h = work.activation(n)
        return (lambda a, z, dz: dz * h.derivative(z)) if is_elementwise(work, n) else None

    return _everywhere(work, steps, wrong, _AT_Z, _AT_Z_EVERYWHERE)


_OF_OUTPUTS: dict[type, Callable[[Array], Array]] = {
    Sigmoid: lambda z: z * (1.0 - z),
    Tanh: lambda z: 1.0 - z * z,
    Exponential: lambda z: z,
}
"""h' as it is written for z."""
_AT_A = N_("h' as it is written for z({n}) was given a({n})")
_AT_A_EVERYWHERE = N_("h' as it is written for z was given a, in every layer")


def slope_at_a(work: Work, steps: Steps) -> Iterator[Variant]:
    def wrong(n: int) -> Callable[..., Any] | None:
        slope = _OF_OUTPUTS.get(type(work.activation(n)))
        return None if slope is None else lambda a, z, dz: dz * slope(a)

    return _everywhere(work, steps, wrong, _AT_A, _AT_A_EVERYWHERE)


def without_output_slope(work: Work, steps: Steps) -> Iterator[Variant]:
    n = work.layers
    if not steps.is_fused:
        said = fill("h' of the output layer was left out of da({n})", n=n)
        yield Variant(said, steps.at(n, da=lambda a, z, dz: dz), BACK)


def output_slope_twice(work: Work, steps: Steps) -> Iterator[Variant]:
    n, h = work.layers, work.activation(work.layers)
    if steps.is_fused and work.is_difference and is_elementwise(work, n):
        said = fill("da({n}) was multiplied by h', which z - y of this loss has in it already", n=n)
        y, rows = work.aim.targets, work.rows
        wrong = replace(steps, is_fused=False).at(n, da=lambda a, z, _: (z - y) * h.derivative(a) / rows)
        yield Variant(said, wrong, BACK)


_NO_SLOPE = N_("da({n}) was taken without h'")
_NO_SLOPE_EVERYWHERE = N_("the hidden errors were carried back without h'")


def without_hidden_slope(work: Work, steps: Steps) -> Iterator[Variant]:
    def wrong(n: int) -> Callable[..., Any] | None:
        return None if n == work.layers else lambda a, z, dz: dz

    return _everywhere(work, steps, wrong, _NO_SLOPE, _NO_SLOPE_EVERYWHERE)


_SIGMOIDS = N_("the slope of sigmoid was used in layer {n}, which has another activation")
_SIGMOIDS_EVERYWHERE = N_("the slope of sigmoid was used in layers that have another activation")


def sigmoids_slope(work: Work, steps: Steps) -> Iterator[Variant]:
    def of(slope: Callable[[Array, Array], Array]) -> Iterator[Variant]:
        def wrong(n: int) -> Callable[..., Any] | None:
            if isinstance(work.activation(n), Sigmoid) or not is_elementwise(work, n):
                return None

            def step(a: Array, z: Array, dz: Array) -> Array:
                return np.asarray(dz * slope(a, z))

            return step

        return _everywhere(work, steps, wrong, _SIGMOIDS, _SIGMOIDS_EVERYWHERE)

    yield from of(lambda a, z: np.asarray(sigmoid.derivative(a)))
    yield from of(lambda a, z: z * (1.0 - z))


_RATES = (1.0, 0.5, 0.1, 0.05, 0.01, 0.001)


def updated_too_early(work: Work, steps: Steps) -> Iterator[Variant]:
    for rate in dict.fromkeys((work.rate, *_RATES)):
        said = fill("W was updated before it carried the error back (with the rate {rate:g})", rate=rate)

        def carried(n: int, da: Array, W: Array, dW: Array, rate: float = rate) -> Array:
            return np.asarray(da @ (W - rate * dW).T)

        yield Variant(said, replace(steps, carried=carried), BACK)


def sum_for_mean(work: Work, steps: Steps) -> Iterator[Variant]:
    if work.rows > 1:
        said = fill(
            "the sum over the rows was taken, where the mean belongs: {rows} times as much", rows=work.rows
        )
        yield Variant(said, replace(steps, row_scale=float(work.rows)), BACK)
        said = fill("the mean over the rows was taken twice: 1/{rows} of it", rows=work.rows)
        yield Variant(said, replace(steps, row_scale=1.0 / work.rows), BACK)


def half(work: Work, steps: Steps) -> Iterator[Variant]:
    if isinstance(work.aim.loss, Squared | MeanSquaredError):
        name = work.aim.loss.facts.name
        said = fill(
            "the 1/2 of the squared error is missing: {name} is {formula}",
            name=name,
            formula=work.aim.loss.facts.formula,
        )
        yield Variant(said, replace(steps, scale=2.0), BACK)
        said = fill(
            "there is one 1/2 too many in the squared error: {name} is {formula}",
            name=name,
            formula=work.aim.loss.facts.formula,
        )
        yield Variant(said, replace(steps, scale=0.5), BACK)


def mean_over_outputs(work: Work, steps: Steps) -> Iterator[Variant]:
    K, name = work.outputs, work.aim.loss.facts.name
    if K == 1:
        return
    if isinstance(work.aim.loss, MeanSquaredError | MeanAbsoluteError):
        said = fill(
            "the sum over the {outputs} outputs was taken, where {name} has their mean", outputs=K, name=name
        )
        yield Variant(said, replace(steps, scale=float(K)), BACK)
    else:
        said = fill(
            "the mean over the {outputs} outputs was taken, where {name} has their sum", outputs=K, name=name
        )
        yield Variant(said, replace(steps, scale=1.0 / K), BACK)
    if isinstance(work.aim.loss, Squared):
        said = fill(
            "this is the mean squared error, without 1/2 and over {outputs}; squared is {formula}",
            outputs=K,
            formula=work.aim.loss.facts.formula,
        )
        yield Variant(said, replace(steps, scale=2.0 / K), BACK)


def sign(work: Work, steps: Steps) -> Iterator[Variant]:
    said = fill("the sign is turned: y - z was used where z - y belongs")
    yield Variant(said, replace(steps, sign=-1.0), BACK[2:])
