"""Slips on the way forward: each yields itself for every place of a network where it can be made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from multilayer._base.text import fill
from multilayer.activations import Identity, Softmax, Softmin
from multilayer.web.slips.calculation import Array, Steps, Work
from multilayer.web.slips.variant import BACK, Variant, is_elementwise, layers

__all__ = [
    "a_for_z",
    "bias_forgotten",
    "bias_twice",
    "not_applied",
    "of_another_layer",
    "softmax_over_rows",
    "softmax_without_maximum",
    "transposed",
    "twice",
]


def a_for_z(work: Work, steps: Steps) -> Iterator[Variant]:
    hidden = layers(work, last=False)
    for n in hidden:
        said = fill("a({n}) was used where z({n}) belongs", n=n)
        yield Variant(said, steps.at(n, handed_on=lambda a, z: a))
    if len(hidden) > 1:
        yield Variant(
            fill("a was used where z belongs, in every hidden layer"),
            replace(steps, handed_on=lambda n, a, z: a),
        )


def not_applied(work: Work, steps: Steps) -> Iterator[Variant]:
    for n in layers(work):
        said = fill("the activation of layer {n} was not applied: these numbers go on with a({n})", n=n)
        wrong = steps.at(n, outputs=lambda a: a, da=lambda a, z, dz: dz)
        yield Variant(said, wrong, (f"z({n})", *BACK))


def twice(work: Work, steps: Steps) -> Iterator[Variant]:
    for n in layers(work):
        said = fill("the activation of layer {n} was applied twice", n=n)
        h = work.activation(n)
        yield Variant(said, steps.at(n, outputs=lambda a, h=h: np.asarray(h(np.asarray(h(a))))))


def of_another_layer(work: Work, steps: Steps) -> Iterator[Variant]:
    for n in layers(work):
        others = {work.activation(m): m for m in reversed(layers(work))}
        for h, m in others.items():
            if h != work.activation(n) and not isinstance(h, Identity):
                said = fill("the activation of layer {other} was used in layer {n}", other=m, n=n)
                wrong = steps.at(
                    n,
                    outputs=lambda a, h=h: np.asarray(h(a)),
                    da=lambda a, z, dz, h=h: h.vjp(a, np.asarray(h(a)), dz),
                )
                yield Variant(said, wrong)


def transposed(work: Work, steps: Steps) -> Iterator[Variant]:
    for n in layers(work):
        W = work.aim.network.layers[n - 1].W
        turned = W.ravel().reshape(W.shape[::-1]).T
        said = fill("W({n}) was transposed", n=n)
        if W.shape[0] != W.shape[1]:
            said = fill("W({n}) was filled in column by column, where its rows belong", n=n)
        wrong = steps.at(
            n,
            sums=lambda x, _, b, W=turned: x @ W + b,
            carried=lambda da, _, dW, W=turned: da @ W.T,
        )
        yield Variant(said, wrong)


def bias_forgotten(work: Work, steps: Steps) -> Iterator[Variant]:
    for n in layers(work):
        yield Variant(fill("b({n}) was forgotten", n=n), steps.at(n, sums=lambda x, W, b: x @ W))
    if work.layers > 1:
        said = fill("the biases were forgotten, in every layer")
        yield Variant(said, replace(steps, sums=lambda n, x, W, b: x @ W))


def bias_twice(work: Work, steps: Steps) -> Iterator[Variant]:
    for n in layers(work):
        yield Variant(fill("b({n}) was added twice", n=n), steps.at(n, sums=lambda x, W, b: x @ W + b + b))
    if work.layers > 1:
        said = fill("the biases were added twice, in every layer")
        yield Variant(said, replace(steps, sums=lambda n, x, W, b: x @ W + b + b))


def softmax_over_rows(work: Work, steps: Steps) -> Iterator[Variant]:
    for n in layers(work):
        h = work.activation(n)
        if not is_elementwise(work, n) and work.rows > 1:
            said = fill(
                "{name} of layer {n} was taken over the rows, where each row has its own",
                name=h.facts.name,
                n=n,
            )
            yield Variant(said, steps.at(n, outputs=lambda a, h=h: np.asarray(h(a, axis=0))))


def softmax_without_maximum(work: Work, steps: Steps) -> Iterator[Variant]:
    for n in layers(work):
        if isinstance(work.activation(n), Softmax | Softmin):
            sign = -1.0 if isinstance(work.activation(n), Softmin) else 1.0

            def naive(a: Array, sign: float = sign) -> Array:
                e = np.exp(sign * a)
                return np.asarray(e / e.sum(axis=-1, keepdims=True))

            said = fill(
                "exp overflowed in layer {n}: the largest a of the row has to be subtracted from all of them first",
                n=n,
            )
            yield Variant(said, steps.at(n, outputs=naive))
