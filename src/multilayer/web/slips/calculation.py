"""A calculation by hand: forward and back, of steps that a slip replaces one or another of.

Without a slip it is what `multilayer.gradients` computes, up to rounding; here a step is a function, in whose place
another can be put.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.web.aim import Aim
from multilayer.web.backward import Backward

__all__ = ["MOST_WEIGHTS", "Array", "Calculation", "Steps", "Work"]

Array = NDArray[Any]

MOST_WEIGHTS = 5_000
"""Of a network whose slips are looked for: each is a calculation of its own, and there are hundreds."""


@dataclass(frozen=True, eq=False)
class Work:
    """What a learner had to compute."""

    aim: Aim
    rate: float
    """The learning rate that is at hand, for W that was updated too early."""
    others: tuple[Aim, ...] = ()
    """Other rows, each alone, that may have been taken for this one."""

    @cached_property
    def right(self) -> Backward:
        return Backward(self.aim)

    @property
    def is_large(self) -> bool:
        """Whether slips are not looked for."""
        return sum(layer.W.size for layer in self.aim.network.layers) > MOST_WEIGHTS

    @property
    def layers(self) -> int:
        return len(self.aim.network.layers)

    @property
    def outputs(self) -> int:
        return self.aim.network.widths[-1]

    @property
    def rows(self) -> int:
        return len(self.aim.X)

    @cached_property
    def is_difference(self) -> bool:
        """Whether loss and output activation together have the slope z - y, which is what a hand computes then."""
        last = self.right.record(self.layers)
        da = self.aim.loss.da(self.aim.targets, last.a, last.z, last.layer.activation)
        return self.right.is_fused and bool(np.allclose(da, last.z - self.aim.targets, rtol=1e-3, atol=1e-6))

    def activation(self, n: int) -> Any:
        """The activation of layer n, from 1."""
        return self.aim.network.layers[n - 1].activation


def _same(array: Array) -> Array:
    return array


@dataclass(frozen=True)
class Steps:
    """What is computed in each step; n is the layer, from 1."""

    sums: Callable[[int, Array, Array, Array], Array]
    """Of n, x, W and b."""
    outputs: Callable[[int, Array], Array]
    """Of n and a."""
    handed_on: Callable[[int, Array, Array], Array]
    """What goes into the next layer, of n, a and z."""
    da: Callable[[int, Array, Array, Array], Array]
    """Of n, a, z and dz."""
    carried: Callable[[int, Array, Array, Array], Array]
    """dx of n, da, W and dW."""
    dW: Callable[[int, Array, Array], Array]
    """Of n, x and da."""
    is_fused: bool
    """Whether da of the output is computed of loss and activation together."""
    scale: float = 1.0
    """A factor of every loss and all gradients."""
    row_scale: float = 1.0
    """A factor of the mean loss and all gradients."""
    sign: float = 1.0
    """A factor of all gradients."""
    kept: Callable[[Array], Array] = _same
    """What is written down of a result and computed with."""

    @staticmethod
    def of(work: Work) -> Steps:
        """Return the right steps."""
        return Steps(
            sums=lambda n, x, W, b: x @ W + b,
            outputs=lambda n, a: np.asarray(work.activation(n)(a)),
            handed_on=lambda n, a, z: z,
            da=lambda n, a, z, dz: work.activation(n).vjp(a, z, dz),
            carried=lambda n, da, W, dW: da @ W.T,
            dW=lambda n, x, da: x.T @ da,
            is_fused=work.right.is_fused,
        )

    def at(self, layer: int, **steps: Callable[..., Array]) -> Steps:
        """Return these steps with others in one layer."""

        def chosen(name: str, other: Callable[..., Array]) -> Callable[..., Array]:
            right = getattr(self, name)
            return lambda n, *given: other(*given) if n == layer else right(n, *given)

        replaced: dict[str, Any] = {name: chosen(name, other) for name, other in steps.items()}
        return replace(self, **replaced)


@dataclass(frozen=True, eq=False)
class Calculation:
    """All arrays of a calculation in these steps, by name, as far as they are asked for."""

    work: Work
    steps: Steps

    def __getitem__(self, name: str) -> Array | None:
        """The array called a(1), z(1), loss, dz(1), da(1), dW(1), db(1) or dx; None where there is none."""
        with np.errstate(all="ignore"):
            return self._forward[name] if name in self._forward else self._backward.get(name)

    @cached_property
    def _forward(self) -> dict[str, Array]:
        work, steps, found = self.work, self.steps, dict[str, Array]()
        x = work.aim.X.astype(work.aim.network.dtype)
        for n, layer in enumerate(work.aim.network.layers, 1):
            found[f"x({n})"] = x
            a = found[f"a({n})"] = steps.kept(steps.sums(n, x, layer.W, layer.b))
            z = found[f"z({n})"] = steps.kept(steps.outputs(n, a))
            x = steps.handed_on(n, a, z)
        losses = self._losses(a, z)
        mean = np.atleast_1d(losses.mean() * steps.row_scale)
        return found | {"loss": losses, "mean loss": steps.kept(mean)}

    def _losses(self, a: Array, z: Array) -> Array:
        loss, y = self.work.aim.loss, self.work.aim.targets
        if self.work.right.dz(self.work.layers) is None:  # of a logarithm
            each = loss.values(y, a, z, self.work.activation(self.work.layers))
        else:
            each = loss.formula(z.astype(np.float64), y).sum(axis=-1)
        return self.steps.kept(np.asarray(each * self.steps.scale))

    @cached_property
    def _backward(self) -> dict[str, Array]:
        work, steps, forward, found = self.work, self.steps, self._forward, dict[str, Array]()
        last, factor = work.layers, steps.scale * steps.row_scale * steps.sign / work.rows
        a, z = forward[f"a({last})"], forward[f"z({last})"]
        loss, y = work.aim.loss, work.aim.targets
        dz = found[f"dz({last})"] = steps.kept(factor * loss.dz(y, z))
        for n in range(last, 0, -1):
            layer, a, z = work.aim.network.layers[n - 1], forward[f"a({n})"], forward[f"z({n})"]
            if n == last and steps.is_fused:
                da = factor * (z - y if work.is_difference else loss.da(y, a, z, layer.activation))
            else:
                da = steps.da(n, a, z, dz)
            da = found[f"da({n})"] = steps.kept(np.asarray(da))
            dW = found[f"dW({n})"] = steps.kept(steps.dW(n, forward[f"x({n})"], da))
            found[f"db({n})"] = steps.kept(da.sum(axis=0))
            dz = found[f"dz({n - 1})" if n > 1 else "dx"] = steps.kept(steps.carried(n, da, layer.W, dW))
        return found
